"""The command that `make judges` runs first: install the other CSV readers, which nothing else needs."""

from __future__ import annotations

import sys

from scripts.common.errors import run_main
from scripts.toolchain.pythons import build_judges


def main() -> int:
    """Run the command; 0 when the readers are installed, 1 with what is missing on standard error."""
    return run_main("judges", _build)


def _build() -> int:
    build_judges(lambda line: print(f"judges: {line}", file=sys.stderr, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())

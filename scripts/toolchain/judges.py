"""The command that `make judges` runs first: install the other readers of CSV, on demand only."""

from __future__ import annotations

import sys

from scripts.toolchain.errors import ToolchainError
from scripts.toolchain.pythons import build_judges


def main() -> int:
    """Run the command; 0 when the readers are installed, 1 with what is missing on standard error."""
    try:
        build_judges(lambda line: print(f"judges: {line}", file=sys.stderr, flush=True))
    except ToolchainError as error:
        print(f"judges: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

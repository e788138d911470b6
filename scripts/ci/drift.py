"""Look for drift of an environment, and keep the answer for the job that writes the issue."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.common import environments
from scripts.common.commands import run
from scripts.common.errors import run_main
from scripts.common.paths import command

LIMIT_SECONDS = 3000
EXIT_DRIFT = 2
"""What `units drift` ends with where it found drift; 0 where there is none."""
REPORT, ANSWER = "drift.md", "drifts"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when it is known whether the environment drifts, whichever it is."""
    parser = argparse.ArgumentParser(prog="ci-drift", description=__doc__)
    parser.add_argument("environment", metavar="ENV", help=f"one of: {', '.join(environments.names())}")
    parser.add_argument("--aws", metavar="local|real", default="", help="which AWS")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the answer and the report go")
    options = parser.parse_args(arguments)
    return run_main("ci-drift", lambda: look(options.environment, options.aws, options.out))


def look(environment: str, aws: str, folder: Path) -> None:
    """Write `drifts` (yes or no) and the report; raises UserError where the units could not be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [command("units"), "drift", environment, "--aws", aws, "--markdown", str(folder / REPORT)]
    done = run(asked, limit_seconds=LIMIT_SECONDS, accepted=(0, EXIT_DRIFT))
    print(done.stdout, end="")
    (folder / ANSWER).write_text("yes\n" if done.status == EXIT_DRIFT else "no\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

"""The `preflight` command: what is missing before an apply, and after it."""

import argparse
import json
import sys
from collections.abc import Sequence

from scripts.account import checks
from scripts.account.account import connect
from scripts.common import environments
from scripts.common.errors import run_main

EXIT_MISSING = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where nothing is missing, else 1."""
    parser = argparse.ArgumentParser(
        prog="preflight",
        description="Lists what an environment still needs before it can load files, with the command that adds it.",
        epilog="Exit status: 0 nothing is missing, 1 something is missing or cannot be checked. Notes do not count.",
    )
    parser.add_argument("environment", metavar="ENV", help="a folder of live/, such as dev")
    parser.add_argument(
        "--before-apply", action="store_true", help="only what an apply needs: account, quota and packages"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(arguments)
    return run_main("preflight", lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    account = connect(environments.load(options.environment))
    print(f"preflight: {account}", file=sys.stderr, flush=True)
    found = checks.run(account, checks.BEFORE_APPLY if options.before_apply else checks.AFTER_APPLY)
    missing = [one for one in found if one.is_missing]
    if options.json:
        print(json.dumps({"ready": not missing, "findings": [one.as_json() for one in found]}, indent=2))
    else:
        for one in found:
            print(one)
        print(f"{len(missing)} missing" if missing else "nothing is missing")
    return EXIT_MISSING if missing else 0


if __name__ == "__main__":
    sys.exit(main())

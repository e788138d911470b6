"""The `scan` command: Checkov and checks of our own over the modules and over the plan of every unit.

Exit status: 0 clean, 1 findings, 2 could not scan.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import environments
from policy_scan import hcl
from policy_scan.errors import ScanError
from policy_scan.findings import Outcome, Result, shown

MODULES = environments.REPOSITORY / "modules"
CLEAN, FINDINGS, NOT_SCANNED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 where nothing failed, 1 where something did, 2 where it could not scan."""
    options = _options(arguments)
    started = time.monotonic()
    try:
        result = hcl.scan(options.hcl or MODULES)
    except ScanError as error:
        print(f"scan: {error}", file=sys.stderr)
        return NOT_SCANNED
    failed = _print_failed(result)
    print(f"{failed} failed, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return FINDINGS if failed else CLEAN


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scan", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--hcl", type=Path, metavar="DIR", help="scan the Terraform files below DIR only, and no plan")
    what.add_argument("--hcl-only", action="store_true", help="scan the modules only, and no plan")
    return parser.parse_args(arguments)


def _print_failed(result: Result) -> int:
    failed = result.of(Outcome.FAILED)
    for one in failed:
        print(f"FAILED {one.check_id} {shown(one.file)}:{one.line} {one.resource}: {one.title}")
    return len(failed)

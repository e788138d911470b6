"""The `policy-scan` command: Checkov and this project's own checks, on the modules and on the plan of every unit.

The plans are made from an empty state, on a temporary local AWS. Exit status: 0 clean,
1 findings, 2 could not scan.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from scripts.common import environments
from scripts.common.errors import run_main
from scripts.common.paths import DIST, MODULES
from scripts.consoles import console_of
from scripts.scan import hcl, plan_scan, plans, report, report_files
from scripts.scan.findings import Outcome, Result, shown

REPORTS = DIST / "scan"
CLEAN, FINDINGS, NOT_SCANNED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 where nothing failed, 1 where something did, 2 where it could not scan."""
    options = _options(arguments)
    return run_main("policy-scan", lambda: _run(options), (OSError,), failure_status=NOT_SCANNED)


def _run(options: argparse.Namespace) -> int:
    started = time.monotonic()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    result = _scan(options, console)
    files = report_files.write(result, options.reports.resolve())
    console.print(f"reports: {', '.join(map(shown, files))}")
    return _show(result, time.monotonic() - started)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="policy-scan", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--hcl", type=Path, metavar="DIR", help="scan the Terraform files below DIR only, and no plan")
    what.add_argument("--hcl-only", action="store_true", help="scan the modules only, and no plan")
    what.add_argument(
        "--plans", type=Path, metavar="DIR", help="scan only existing plans: DIR/<environment>/<unit>/tfplan.json"
    )
    parser.add_argument("--keep-plans", type=Path, metavar="DIR", help="keep the new plans in DIR, for --plans")
    parser.add_argument(
        "--reports", type=Path, metavar="DIR", default=REPORTS, help="where the reports go (default: dist/scan)"
    )
    return parser.parse_args(arguments)


def _scan(options: argparse.Namespace, console: Console) -> Result:
    if options.plans:
        return plan_scan.scan(plans.read(options.plans.resolve()))
    if options.hcl or options.hcl_only:
        console.print(f"scanning the files below {options.hcl or MODULES}")
        return hcl.scan(options.hcl or MODULES)
    with tempfile.TemporaryDirectory(prefix="scan-plans-") as temporary:
        return _scan_all(options.keep_plans.resolve() if options.keep_plans else Path(temporary), console)


def _scan_all(folder: Path, console: Console) -> Result:
    """The files while plans are made, then the plans."""
    with ThreadPoolExecutor(1) as beside:
        console.print(f"scanning the files below {MODULES}")
        files = beside.submit(hcl.scan, MODULES)
        for name in environments.names():
            plans.make(environments.load(name), folder, console)
        result = files.result()
    console.print("scanning the plans")
    result.add(plan_scan.scan(plans.read(folder)))
    return result


def _show(result: Result, seconds: float) -> int:
    console = console_of()
    console.print(report.counts(result))
    skipped, failed = result.of(Outcome.SKIPPED), result.of(Outcome.FAILED)
    if skipped:
        console.print(report.exceptions(result))
    for line in report.failures(result):
        print(line)
    checks = len({one.check_id for one in skipped})
    print(
        f"{len(result.of(Outcome.PASSED))} passed, {len(failed)} failed, {len(skipped)} skipped "
        f"({checks} distinct checks), {seconds:.0f} s"
    )
    return FINDINGS if failed else CLEAN

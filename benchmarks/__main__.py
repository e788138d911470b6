"""Runs the benchmarks, and reports what they found: tables and charts in `dist/bench/`.

Each benchmark is a program of its own and publishes its figures; one that fails is named at the end, and the others
are reported. `python -m benchmarks NAME …` runs some of them, `--list` names all. `--quick` takes a tenth of the rows,
once: it shows that everything works, and the start of each program weighs more in its figures.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.support.findings import FOLDER, read_findings
from benchmarks.support.machine import machine
from benchmarks.support.report import write_report
from scripts.common.paths import REPOSITORY

LIMIT_SECONDS = 2 * 3600
# Those that take rows and rounds.
QUICK = dict.fromkeys(("loading", "reading", "handlers"), ("--rows", "100000", "--rounds", "1"))
NAMES = sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run only these")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and run none")
    parser.add_argument("--quick", action="store_true", help="take a tenth of the rows where there are rows")
    options = parser.parse_args()
    if options.list:
        print("\n".join(NAMES))
        return 0
    if unknown := sorted(set(options.names).difference(NAMES)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return run(options.names or NAMES, QUICK if options.quick else {})


def run(names: list[str], arguments: Mapping[str, Sequence[str]]) -> int:
    facts = machine()
    published = [FOLDER / f"{name}.json" for name in names]
    for file in published:
        file.unlink(missing_ok=True)
    failed = [name for name in names if not succeeds(name, arguments.get(name, ()))]
    findings = read_findings(file for file in published if file.exists())
    if findings:
        for file in write_report(FOLDER, findings, facts):
            print(file.relative_to(REPOSITORY))
    for name in failed:
        print(f"{name} failed; what it said is above. Again: python -m benchmarks.{name}", file=sys.stderr)
    return 1 if failed else 0


def succeeds(name: str, arguments: Sequence[str]) -> bool:
    """Run one benchmark."""
    print(f"\n== {name}", flush=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *arguments],
            cwd=REPOSITORY,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

"""`make mutants`: how many of a sample of mutants of the library do the tests kill, package by package.

mutmut (https://mutmut.readthedocs.io) makes the mutants and runs the tests that reach each. A sample keeps the time
within reach: all of them take hours. The same seed draws the same sample from the same tree. What timed out is tried
once more at the end, one mutant at a time.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.mutants.sample import PACKAGES, Fate, Outcome, Tally, drawn, outcomes
from tests.mutants.workspace import LEFT_OUT, make_workspace

LIMIT_SECONDS = 7200


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--each", type=int, default=40, metavar="N", help="mutants of each package (default: 40)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="draws the sample (default: 1)")
    parser.add_argument("--package", action="append", choices=PACKAGES, help="only this package; may be repeated")
    parser.add_argument("--at-least", type=int, default=85, metavar="PERCENT", help="killed in each (default: 85)")
    options = parser.parse_args()
    packages = options.package or PACKAGES
    processes = os.process_cpu_count() or 2

    workspace = make_workspace()
    # It makes the mutants, and measures which tests reach which function, before it looks at names.
    mutmut(workspace, processes, "no such mutant", quiet=True)
    names = [name for package in packages for name in drawn(workspace, package, options.each, options.seed)]
    if not names:
        print("mutants: mutmut made none; its output is in dist/mutants/mutmut.log", file=sys.stderr)
        return 2
    mutmut(workspace, processes, *names)
    late = [one.name for one in outcomes(workspace, names) if one.fate is Fate.TIMED_OUT]
    if late:
        mutmut(workspace, 1, *late)
    found = outcomes(workspace, names)
    report(found, packages)
    low = [package for package in packages if Tally.count(found, package).percent_killed < options.at_least]
    if low:
        print(f"mutants: fewer than {options.at_least} % are killed in {', '.join(low)}", file=sys.stderr)
    return 1 if low else 0


def mutmut(workspace: Path, processes: int, *names: str, quiet: bool = False) -> None:
    """Run mutmut for these mutants; its results are files in the workspace."""
    command = [sys.executable, "-m", "tests.mutants.mutmut_run", "run", "--max-children", str(processes), *names]
    with (workspace / "mutmut.log").open("a", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=workspace, stdout=log, stderr=log, timeout=LIMIT_SECONDS, check=False)
    if done.returncode and not quiet:
        raise SystemExit(f"mutants: mutmut ended with status {done.returncode}; see {workspace / 'mutmut.log'}")


def report(found: list[Outcome], packages: list[str]) -> None:
    console = Console()
    for one in found:
        if one.fate is not Fate.KILLED:
            console.print(f"{one.fate}: {one.name}", highlight=False, soft_wrap=True)
    table = Table("package", *Fate, "share killed")
    for package in packages:
        tally = Tally.count(found, package)
        table.add_row(package, *(str(tally.of[fate]) for fate in Fate), f"{tally.percent_killed:.0f} %")
    console.print(table)
    for folder, reason in LEFT_OUT.items():
        console.print(f"left out: {folder}: {reason}", highlight=False, soft_wrap=True)
    console.print("`mutmut show NAME` in dist/mutants prints a mutant.")


if __name__ == "__main__":
    sys.exit(main())

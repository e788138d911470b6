"""The `policy-mutations` command."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from scripts.common.errors import run_main
from scripts.common.paths import REPOSITORY
from scripts.scan.mutations import catalogue, report
from scripts.scan.mutations.trial import Trial


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 where every check killed its mutants, 1 where one survived or is inconclusive."""
    options = _parser().parse_args(arguments)
    return run_main("policy-mutations", lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    mutations = catalogue.select(catalogue.load(), options.only)
    if options.list:
        for one in mutations:
            print(f"{one.id}: {one.weakens} [{one.file}; checks: {', '.join(one.checks)}]")
        return 0
    started = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="policy-mutations-") as folder:
        verdicts = Trial(REPOSITORY, Path(folder).resolve(), progress, options.jobs).run(mutations)
    if options.json:
        print(report.as_json(verdicts))
    else:
        Console().print(report.table(verdicts))
        print(report.summary(verdicts))
    return int(not all(one.as_expected for one in verdicts))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="policy-mutations",
        description="Weakens a copy of the configuration, one mutation at a time, and shows which check kills each: "
        "the policy scan, a module's terraform test, or a pytest. Exits 1 if any survives or is inconclusive.",
    )
    parser.add_argument("--only", metavar="ID", action="append", default=[], help="only this mutation; may be repeated")
    parser.add_argument("--list", action="store_true", help="list the mutations and run none")
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        default=os.cpu_count() or 1,
        help="checks at the same time (default: one per processor)",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)

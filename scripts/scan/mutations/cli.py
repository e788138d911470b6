"""The `policy-mutations` command."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from scripts.common import environments
from scripts.scan.mutations import catalogue, report
from scripts.scan.mutations.errors import MutationError
from scripts.scan.mutations.trial import Trial


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 where every mutation was caught, 1 where one survived or no verdict could be given."""
    options = _parser().parse_args(arguments)
    try:
        mutations = catalogue.select(catalogue.load(), options.only)
        if options.list:
            for one in mutations:
                print(f"{one.identifier}: {one.weakens} [{one.file}; caught by {', '.join(one.caught_by)}]")
            return 0
        started = time.monotonic()

        def progress(text: str) -> None:
            print(f"{time.monotonic() - started:5.0f} s  {text}", file=sys.stderr, flush=True)

        with tempfile.TemporaryDirectory(prefix="policy-mutations-") as folder:
            trial = Trial(environments.REPOSITORY, Path(folder).resolve(), progress, options.jobs)
            verdicts = trial.run(mutations)
    except MutationError as error:
        print(f"policy-mutations: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("policy-mutations: interrupted; nothing was judged.", file=sys.stderr)
        return 130
    if options.json:
        print(report.as_json(verdicts))
    else:
        Console().print(report.table(verdicts))
        print(report.summary(verdicts))
    return int(not all(one.held for one in verdicts))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="policy-mutations",
        description="Seeds weaknesses into a copy of the configuration, one at a time, and shows what catches each: "
        "the policy scan, a module's terraform test, or a pytest. Exits 1 if any survives.",
    )
    parser.add_argument("--only", metavar="ID", action="append", default=[], help="this mutation; may be repeated")
    parser.add_argument("--list", action="store_true", help="list the mutations and seed none")
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        default=os.cpu_count() or 1,
        help="guards at once (default: one a processor)",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())

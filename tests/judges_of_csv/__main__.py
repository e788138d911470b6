"""The command behind `make judges-csv`: a line for each judge, and what the project and it differ in, with reasons."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched

from tests.judges import verdicts as kept
from tests.judges_of_csv.comparison import Verdict, hold_against, smallest
from tests.judges_of_csv.files import generated_files, public_files
from tests.judges_of_csv.judges import ALL, judges_at_hand
from tests.judges_of_csv.questions import CsvFile, Judge

_SHOWN = 10
_PROGRESS_FILES = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where a judge differs without a reason, with the smallest file that shows it."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges_of_csv", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, metavar="N", help="how many to generate (10000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="other numbers give other files (1)")
    options = parser.parse_args(arguments)
    with judges_at_hand(ALL) as (judges, missing):
        verdicts = hold_against(judges, _counted(options))
        print(*table(verdicts), *missing, sep="\n")
        kept.record("csv", list(_verdicts(verdicts)))
        differences = list(_differences(judges, verdicts))
        print(*differences, sep="\n")
    return 1 if differences else 0


def _counted(options: argparse.Namespace) -> Iterator[CsvFile]:
    public = list(public_files())
    yield from public
    done = 0
    for some in batched(generated_files(options.seed, options.files), _PROGRESS_FILES, strict=False):
        yield from some
        done += len(some)
        print(f"judges: {done:,} of {options.files:,} generated files", file=sys.stderr, flush=True)
    print(f"{len(public)} public files, {done:,} generated ones (seed {options.seed})")


def _verdicts(verdicts: Mapping[str, Verdict]) -> Iterator[kept.Verdict]:
    for judge, one in verdicts.items():
        yield kept.Verdict(f"CSV: {judge}", one.asked, one.agreed, one.reasons.total(), len(one.unexplained))


def table(verdicts: Mapping[str, Verdict]) -> Iterable[str]:
    """A line for each judge, then one for each reason with the shortest text that shows it."""
    yield f"{'judge':<18}{'asked':>10}{'agreed':>10}{'differed with a reason':>25}{'without':>10}"
    for judge, one in verdicts.items():
        with_reason = one.reasons.total()
        yield f"{judge:<18}{one.asked:>10,}{one.agreed:>10,}{with_reason:>25,}{len(one.unexplained):>10,}"
    for judge, one in verdicts.items():
        yield f"\n{judge}"
        for reason, count in one.reasons.most_common():
            yield f"{count:>10,}  {reason}\n{'':>12}for example {one.examples[reason]!r}"


def _differences(judges: Sequence[Judge], verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    """The first differences without a reason, each in the smallest file that still shows one."""
    for judge in judges:
        for difference in verdicts[judge.name].unexplained[:_SHOWN]:
            file = smallest(judge, difference.case.file)
            yield f"{judge.name} differs without a reason over {difference.case.file.name}. Smallest: {file.data!r}"
            yield f"  with {file.dialect}"


if __name__ == "__main__":
    sys.exit(main())

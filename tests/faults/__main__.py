"""The command behind `make soak`: seeded schedules of faults over each database, and what they add up to."""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.faults.places import Place, oracle_place, postgresql_place, sqlite_place
from tests.faults.soak import Tally, failure_of
from tests.faults.weather import Kind

_PROGRESS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a schedule breaks the law, with its seed and the shortest schedule that does."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, metavar="N", help="how many for each database (1000)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the seed of the first one (0)")
    options = parser.parse_args(arguments)
    logging.disable()
    places = {"sqlite": _sqlite, "postgresql": postgresql_place, "oracle": oracle_place}
    tallies = {name: _soak(place, options.seed, options.schedules) for name, place in places.items()}
    print(*table(tallies), sep="\n")
    failures = [failure for tally in tallies.values() for failure in tally.failures]
    print(*failures, sep="\n")
    return 1 if failures else 0


@contextmanager
def _sqlite() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder, sqlite_place(Path(folder)) as place:
        yield place


def _soak(make: Callable[[], AbstractContextManager[Place]], first: int, count: int) -> Tally:
    tally = Tally()
    with make() as place:
        for seed in range(first, first + count):
            if failure := failure_of(place, seed, tally):
                tally.failures.append(failure)
            if tally.schedules % _PROGRESS == 0:
                print(f"soak: {place.name}: {tally.schedules:,} schedules", file=sys.stderr, flush=True)
    return tally


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    """A column for each database: schedules, batches, rows, faults by kind, and schedules that broke the law."""
    yield f"{'':<36}" + "".join(f"{name:>12}" for name in tallies)
    lines: dict[str, list[int]] = {
        "schedules": [one.schedules for one in tallies.values()],
        "batches": [one.batches for one in tallies.values()],
        "rows of loaded chunks": [one.rows for one in tallies.values()],
        **{f"fault: {kind.value}": [one.struck[kind] for one in tallies.values()] for kind in Kind},
        "schedules that broke the law": [len(one.failures) for one in tallies.values()],
    }
    for name, counts in lines.items():
        yield f"{name:<36}" + "".join(f"{count:>12,}" for count in counts)


if __name__ == "__main__":
    sys.exit(main())

"""The command behind `make soak`: seeded schedules of faults over each database, and what they add up to."""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.faults.law import Breach
from tests.faults.packaged.arenas import ARENAS
from tests.faults.packaged.platform import platform
from tests.faults.places import oracle_place, postgresql_place, sqlite_place
from tests.faults.schedule import FAULTS_OF_FILES_AND_CLOCKS
from tests.faults.soak import Arena, Tally, failure_of
from tests.faults.weather import Kind

_PROGRESS = 100
_PACKAGES_PROGRESS = 10
_DATABASES = ("sqlite", "postgresql", "oracle")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a schedule breaks the law, with its seed and the shortest schedule that does."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, metavar="N", help="simulated ones per database (1000)")
    parser.add_argument("--packages", type=int, default=0, metavar="N", help="through the zips, per database (0)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the seed of the first one (0)")
    parser.add_argument("--only", choices=_DATABASES, help="one database (all)")
    options = parser.parse_args(arguments)
    logging.disable()
    databases = (options.only,) if options.only else _DATABASES
    tallies: dict[str, Tally] = {}
    if options.schedules:
        tallies |= _simulated(databases, options.seed, options.schedules)
    if options.packages:
        tallies |= _packaged(databases, options.seed, options.packages)
    print(*table(tallies), sep="\n")
    failures = [failure for tally in tallies.values() for failure in tally.failures]
    print(*failures, sep="\n")
    return 1 if failures else 0


def _simulated(databases: Sequence[str], first: int, count: int) -> dict[str, Tally]:
    tallies = {}
    with tempfile.TemporaryDirectory() as folder:
        sqlite = partial(sqlite_place, Path(folder))
        makers = {"sqlite": sqlite, "postgresql": postgresql_place, "oracle": oracle_place}
        for name in databases:
            with makers[name]() as place:
                tallies[name] = _soak(place, first, count, _PROGRESS)
    return tallies


def _packaged(databases: Sequence[str], first: int, count: int) -> dict[str, Tally]:
    tallies = {}
    with tempfile.TemporaryDirectory() as folder, platform(Path(folder)) as deployed:
        for name in databases:
            with ARENAS[name](deployed) as arena:
                tallies[arena.name] = _soak(arena, first, count, _PACKAGES_PROGRESS)
    return tallies


def _soak(arena: Arena, first: int, count: int, every: int) -> Tally:
    tally = Tally()
    started = time.monotonic()
    for seed in range(first, first + count):
        if failure := failure_of(arena, seed, tally):
            tally.failures.append(failure)
            print(failure, file=sys.stderr, flush=True)
        if tally.schedules % every == 0 or tally.schedules == count:
            each = (time.monotonic() - started) / tally.schedules
            print(f"soak: {arena.name}: {tally.schedules:,} schedules, {each:.2f} s each", file=sys.stderr, flush=True)
    return tally


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    """A column for each arena: schedules, batches, rows, faults by kind, and how often the law was broken."""
    yield f"{'':<44}" + "".join(f"{name:>18}" for name in tallies)
    of_events = {
        f"fault: {what.value}": [one.happened[what] for one in tallies.values()] for what in FAULTS_OF_FILES_AND_CLOCKS
    }
    lines: dict[str, list[int]] = {
        "schedules": [one.schedules for one in tallies.values()],
        "batches": [one.batches for one in tallies.values()],
        "rows of loaded chunks": [one.rows for one in tallies.values()],
        **{f"fault: {kind.value}": [one.struck[kind] for one in tallies.values()] for kind in Kind},
        **of_events,
        **{breach.value: [one.breaches[breach] for one in tallies.values()] for breach in Breach},
        "schedules that broke the law": [len(one.failures) for one in tallies.values()],
    }
    for name, counts in lines.items():
        yield f"{name:<44}" + "".join(f"{count:>18,}" for count in counts)


if __name__ == "__main__":
    sys.exit(main())

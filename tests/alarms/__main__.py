"""Play the fault of every alarm of every environment, and print what rang, when, and which page helps."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from scripts.common import environments
from scripts.common.errors import UserError, run_main
from tests.alarms.catalogue import CATALOGUE
from tests.alarms.play import AlarmError, Outcome, key_of, play
from tests.alarms.quiet import WEEKS, quiet_week
from tests.alarms.world import world_of
from tests.support import moments


def _played(name: str, cache: Path, folder: Path, console: Console) -> list[Outcome]:
    snapshot, environment = moments.operating(name, cache), environments.load(name)
    with world_of(environment, snapshot, folder / f"{name}-alarms") as world:
        there = sorted(key_of(world, alarm.name) for alarm in world.account.alarms())
    if unknown := set(there) - set(CATALOGUE):
        raise UserError(f"{name} has alarms without a fault in tests/alarms/catalogue.py: {', '.join(sorted(unknown))}")
    outcomes = []
    for key in there:
        with world_of(environment, snapshot, folder / f"{name}-{key}") as world:
            outcomes.append(play(world, key))
        console.print(f"{outcomes[-1].alarm}: {outcomes[-1].fault.said}")
    return outcomes


def _rang_in_quiet_weeks(name: str, cache: Path, folder: Path) -> set[str]:
    snapshot, environment = moments.operating(name, cache), environments.load(name)
    rang: set[str] = set()
    for number, start in enumerate(WEEKS.values()):
        with world_of(environment, snapshot, folder / f"{name}-{number}", start) as world:
            rang |= quiet_week(world)
    return rang


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="Every alarm, by its fault")
    for heading in ("alarm", "fault", "rings after", "ends after", "runbook"):
        table.add_column(heading, overflow="fold")
    for one in outcomes:
        page = f"docs/runbooks/{one.fault.runbook}.md"
        table.add_row(one.alarm, one.fault.said, f"{one.fired:.0f} min", f"{one.cleared:.0f} min", page)
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit status 1 if an alarm did not do what it is there for."""
    parser = argparse.ArgumentParser(prog="python -m tests.alarms", description=__doc__)
    parser.add_argument("environments", nargs="*", help="default: all")
    chosen = parser.parse_args(arguments).environments or environments.names()
    return run_main("alarms", lambda: _print(chosen))


def _print(chosen: Sequence[str]) -> int:
    console = Console(width=160)
    with TemporaryDirectory(prefix="alarms-") as name:
        folder = Path(name)
        try:
            outcomes = [one for each in chosen for one in _played(each, folder, folder, console)]
        except AlarmError as error:
            raise UserError(str(error)) from error
        rang = {one for each in chosen for one in _rang_in_quiet_weeks(each, folder, folder)}
    console.print(_table(outcomes))
    console.print(f"{len(outcomes)} alarms rang for their faults and ended with the repair.")
    console.print(f"In {len(WEEKS)} quiet weeks of each environment rang: {', '.join(sorted(rang)) or 'none'}.")
    return 1 if rang else 0


if __name__ == "__main__":
    sys.exit(main())

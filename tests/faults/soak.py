"""Runs schedules and says which one fails, in its shortest form."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from tests.faults.law import Breach, Violation, settle
from tests.faults.schedule import Event, Plan, What, shortest
from tests.faults.weather import Kind
from tests.faults.world import World


class Arena(Protocol):
    """Where schedules run: a database, and the platform around it."""

    @property
    def name(self) -> str:
        """Its name in the table."""

    @property
    def plan(self) -> Plan:
        """How its schedules are made."""

    def running(self) -> AbstractContextManager[World]:
        """Give an empty world."""


@dataclass
class Tally:
    """What the schedules of one arena added up to."""

    schedules: int = 0
    batches: int = 0
    rows: int = 0
    struck: Counter[Kind] = field(default_factory=Counter)
    happened: Counter[What] = field(default_factory=Counter)
    breaches: Counter[Breach] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, world: World, found: Sequence[Violation]) -> None:
        """Count a schedule that has ended."""
        store = world.store()
        batches = store.latest_batches(10_000)
        store.close_connection()
        self.schedules += 1
        self.batches += len(batches)
        self.rows += sum(batch.rows_read for batch in batches)
        self.struck += world.struck
        self.happened += world.happened
        self.breaches += Counter(one.breach for one in found)


def failure_of(arena: Arena, seed: int, tally: Tally | None = None) -> str | None:
    """Run the schedule of a seed; if the law is broken, give the seed and the shortest schedule that breaks it."""
    events = arena.plan.schedule(seed)
    found = run(arena, events, tally)
    if not found:
        return None
    fewest = shortest(events, lambda some: bool(run(arena, some)))
    told = "\n".join(f"  {event.what.value}, seed {event.seed}, {event.fault}" for event in fewest)
    broken = "\n".join(f"  {one}" for one in run(arena, fewest) or found)
    return f"seed {seed} on {arena.name}:\n{broken}\nShortest schedule that shows it:\n{told}"


def run(arena: Arena, events: Sequence[Event], tally: Tally | None = None) -> list[Violation]:
    """Let the events happen in an empty world, heal it, and name what breaks the law."""
    with arena.running() as world:
        for event in events:
            world.happen(event)
        found = settle(world)
        if tally is not None:
            tally.add(world, found)
    return found

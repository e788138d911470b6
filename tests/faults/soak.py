"""Runs schedules and says which one fails, in its shortest form."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

from csvbatch.pipeline import progress, splitting
from tests.faults.law import heal, violations
from tests.faults.places import Place
from tests.faults.schedule import Event, schedule, shortest
from tests.faults.weather import Kind
from tests.faults.world import World

_WINDOW_BYTES = 24


@contextmanager
def small_windows() -> Iterator[None]:
    """Let a split of a small file be interrupted between chunks, as that of a large one is."""
    small = {name: partial(getattr(splitting, name), window_bytes=_WINDOW_BYTES) for name in ("scan", "scan_again")}
    changes: dict[str, Any] = {"_BLOCK_BYTES": _WINDOW_BYTES, **small}
    with patch.multiple(splitting, **changes), patch.object(progress, "_SAVED_TOGETHER", 2):
        yield


@dataclass
class Tally:
    """What the schedules of one database added up to."""

    schedules: int = 0
    batches: int = 0
    rows: int = 0
    struck: Counter[Kind] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def failure_of(place: Place, seed: int, tally: Tally | None = None) -> str | None:
    """Run the schedule of a seed; if the law is broken, give the seed and the shortest schedule that breaks it."""
    events = schedule(seed)
    found = run(place, events, tally)
    if not found:
        return None
    fewest = shortest(events, lambda some: bool(run(place, some)))
    told = "\n".join(f"  {event.what.value}, seed {event.seed}, {event.fault}" for event in fewest)
    return f"seed {seed} on {place.name}: {run(place, fewest)}\nShortest schedule that shows it:\n{told}"


def run(place: Place, events: Sequence[Event], tally: Tally | None = None) -> list[str]:
    """Let the events happen in an empty world, heal it, and name what breaks the law."""
    place.empty()
    world = World(place.open)
    with small_windows():
        for event in events:
            world.happen(event)
        heal(world)
    found = violations(world)
    if tally is not None:
        store = world.store()
        batches = store.latest_batches(10_000)
        store.close_connection()
        tally.schedules += 1
        tally.batches += len(batches)
        tally.rows += sum(batch.rows_read for batch in batches)
        tally.struck += world.struck
    return found

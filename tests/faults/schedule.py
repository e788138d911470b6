"""Schedules: what happens in which order, made from a seed; and the shortest one that still fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.faults.weather import Fault, Kind


class What(StrEnum):
    """What may happen."""

    FILE_ARRIVES = "file arrives"
    FILE_IS_OVERWRITTEN = "file is overwritten"
    FILE_IS_DELETED = "file is deleted"
    VERSION_IS_DELETED = "version is deleted"
    PROCESSOR_RUNS = "processor runs"
    EVENT_ARRIVES = "event arrives"
    HANDLER_RUNS = "handler runs"
    DEAD_ARE_REDRIVEN = "dead chunks are redriven"
    BATCH_IS_REPLAYED = "batch is replayed"
    TIME_PASSES = "time passes"
    CLOCK_JUMPS_BACK = "clock jumps back"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens; `seed` decides its details, so that an event is the same in a shorter schedule."""

    what: What
    seed: int
    fault: Fault | None = None


_COMMON = (
    What.FILE_ARRIVES,
    What.PROCESSOR_RUNS,
    What.PROCESSOR_RUNS,
    What.EVENT_ARRIVES,
    What.HANDLER_RUNS,
    What.HANDLER_RUNS,
    What.HANDLER_RUNS,
    What.TIME_PASSES,
)
_RARE = (
    What.FILE_IS_OVERWRITTEN,
    What.FILE_IS_DELETED,
    What.VERSION_IS_DELETED,
    What.DEAD_ARE_REDRIVEN,
    What.BATCH_IS_REPLAYED,
    What.CLOCK_JUMPS_BACK,
)
_INVOCATIONS = frozenset({What.PROCESSOR_RUNS, What.EVENT_ARRIVES, What.HANDLER_RUNS})
_MOST_EVENTS = 60
_LAST_CALL = 60


def schedule(seed: int) -> list[Event]:
    """Give the schedule of a seed."""
    chance = Random(seed)
    return [_event(chance) for _ in range(chance.randrange(10, _MOST_EVENTS))]


def _event(chance: Random) -> Event:
    what = chance.choice(_COMMON if chance.random() < 0.8 else _RARE)
    fault = None
    if what in _INVOCATIONS and chance.random() < 0.6:
        # Early calls are more frequent than late ones: most invocations make few.
        at = int(_LAST_CALL ** chance.random())
        fault = Fault(chance.choice(list(Kind)), at)
    return Event(what, chance.randrange(2**32), fault)


def shortest(events: Sequence[Event], fails: Callable[[Sequence[Event]], bool]) -> list[Event]:
    """Leave out events as long as the rest still fails: halves first, then ever smaller parts."""
    kept = list(events)
    size = max(1, len(kept) // 2)
    while True:
        for start in range(0, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            if len(fewer) < len(kept) and fails(fewer):
                kept = fewer
                break
        else:
            if size == 1:
                return kept
            size = max(1, size // 2)

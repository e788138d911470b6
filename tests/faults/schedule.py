"""Schedules: what happens in which order, made from a seed; and the shortest one that still fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.faults.weather import SIMULATED, THROUGH_PACKAGES, Fault, Kind


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
    DATASET_IS_PAUSED = "dataset is paused"
    DATASET_IS_RESUMED = "dataset is resumed"
    TIME_PASSES = "time passes"
    CLOCK_JUMPS_BACK = "clock jumps back"
    PASSWORD_IS_ROTATED = "password is rotated"


FAULTS_OF_FILES_AND_CLOCKS = (
    What.FILE_IS_OVERWRITTEN,
    What.FILE_IS_DELETED,
    What.VERSION_IS_DELETED,
    What.CLOCK_JUMPS_BACK,
    What.PASSWORD_IS_ROTATED,
)
"""Events that are faults by themselves."""


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
    What.DATASET_IS_PAUSED,
    What.DATASET_IS_RESUMED,
    What.CLOCK_JUMPS_BACK,
)
_INVOCATIONS = frozenset({What.PROCESSOR_RUNS, What.EVENT_ARRIVES, What.HANDLER_RUNS})


@dataclass(frozen=True, slots=True)
class Plan:
    """How schedules are made: their number of events, the rare ones, and the kinds of faults.

    `faulty` is the share of invocations with a fault, which strikes at `last_call` at the latest.
    """

    fewest: int
    most: int
    rare: tuple[What, ...]
    kinds: tuple[Kind, ...]
    faulty: float
    last_call: int
    first: What | None = None

    def schedule(self, seed: int) -> list[Event]:
        """Give the schedule of a seed."""
        chance = Random(seed)
        events = [self._event(chance) for _ in range(chance.randrange(self.fewest, self.most))]
        return [*([Event(self.first, chance.randrange(2**32))] if self.first else []), *events]

    def _event(self, chance: Random) -> Event:
        what = chance.choice(_COMMON if chance.random() < 0.8 else self.rare)
        fault = None
        if what in _INVOCATIONS and chance.random() < self.faulty:
            # Early calls are more frequent than late ones: most invocations make few.
            at = int(self.last_call ** chance.random())
            fault = Fault(chance.choice(self.kinds), at)
        return Event(what, chance.randrange(2**32), fault)


OF_SIMULATIONS = Plan(10, 60, _RARE, SIMULATED, faulty=0.6, last_call=60)
OF_PACKAGES = Plan(
    fewest=6,
    most=14,
    rare=(*_RARE, What.PASSWORD_IS_ROTATED),
    kinds=THROUGH_PACKAGES,
    faulty=0.9,
    last_call=30,
    first=What.FILE_ARRIVES,
)
"""They have fewer events, because one takes a hundred times as long, and more of them are faulty."""


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

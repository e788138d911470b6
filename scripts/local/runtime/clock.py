"""The time by which messages reappear and schedules are due; a test brings its own."""

import time
from dataclasses import dataclass, field
from typing import Protocol


class Clock(Protocol):
    """Tells the time, in seconds since 1970."""

    def now(self) -> float:
        """What time it is."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """What time it is."""
        return time.time()


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved on."""

    seconds: float = field(default_factory=time.time)

    def now(self) -> float:
        """What time it was made to be."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

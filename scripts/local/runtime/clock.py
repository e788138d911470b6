"""The clock for visibility timeouts and schedules; tests use a manual one."""

import time
from dataclasses import dataclass, field
from typing import Protocol


class Clock(Protocol):
    """A clock, in seconds since 1970."""

    def now(self) -> float:
        """The current time."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """The current time."""
        return time.time()


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only by `advance`."""

    seconds: float = field(default_factory=time.time)

    def now(self) -> float:
        """The time it is set to."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.seconds += seconds

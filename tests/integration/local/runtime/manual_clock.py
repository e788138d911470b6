"""A clock for visibility timeouts and schedules that moves only when a test moves it."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class ManualClock:
    """Call it for the time, in seconds since 1970."""

    seconds: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds

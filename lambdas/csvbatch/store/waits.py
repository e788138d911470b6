"""How long a database may keep us waiting: its time-outs, and never beyond the deadline of whoever is asking.

A Lambda is stopped at its own time-out, in the middle of whatever it waits for; what waits for less gives up in order.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from csvbatch.store.errors import BusyError

LEAST_SECONDS = 0.5
"""With less than this left nothing is begun that might wait."""

IDLE_SECONDS = 30.0
"""A connection that was not used for longer is asked for a sign of life before it is relied on.

A Lambda is frozen between invocations, for minutes or hours, while firewalls and servers forget its connections.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

PING_SECONDS = 3.0
"""How long that sign of life may take; a new connection costs less than to wait for one that is dead."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: for a connection, for a lock that somebody else holds, for a statement."""

    connect: int = 10
    lock: int = 60
    statement: int = 600


class OutOfTimeError(BusyError):
    """The deadline is too near to wait for the database; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("OUT_OF_TIME", "too little time is left to wait for the database", "a later try goes on")


def milliseconds(seconds: float) -> int:
    """Give a limit in whole milliseconds; never 0, which drivers and servers take for no limit."""
    return max(1, int(seconds * 1000))


def _no_deadline() -> float:
    return inf


@dataclass(slots=True)
class Waits:
    """What each wait may take now, in seconds; every method raises OutOfTimeError where next to nothing is left.

    `remaining` gives the seconds until the deadline; it is asked again for each wait.
    """

    timeouts: Timeouts
    remaining: Callable[[], float] = _no_deadline
    used_at: float = field(default_factory=time.time)

    @property
    def has_deadline(self) -> bool:
        """Whether anything but the time-outs counts."""
        return self.remaining is not _no_deadline

    def connect(self) -> float:
        """To connect and log in."""
        return self._at_most(self.timeouts.connect)

    def statement(self) -> float:
        """For one statement to be answered."""
        return self._at_most(self.timeouts.statement)

    def lock(self) -> int:
        """For a lock that somebody else holds, in whole seconds; 0 only where the time-out is 0."""
        return min(self.timeouts.lock, max(1, int(self._at_most(self.timeouts.statement))))

    def ping(self) -> float:
        """For a sign of life."""
        return self._at_most(PING_SECONDS)

    def rollback(self) -> float:
        """To undo a transaction: never nothing, because that is what the end of a deadline is followed by."""
        return max(min(self.timeouts.statement, self.remaining()), PING_SECONDS)

    def is_idle(self) -> bool:
        """Tell whether the connection has not been used for long, by the clock on the wall, which no freeze stops."""
        return time.time() - self.used_at > IDLE_SECONDS

    def used(self) -> None:
        """Say that the connection was used just now."""
        self.used_at = time.time()

    def _at_most(self, seconds: float) -> float:
        left = self.remaining()
        if left < LEAST_SECONDS:
            raise OutOfTimeError
        return min(seconds, left)

"""Limits on waiting for a database: timeouts, and never beyond the caller's deadline.

A Lambda function that runs into its own timeout is stopped in the middle of its work, so all waits end before that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from csvbatch.store.errors import BusyError

LEAST_SECONDS = 0.5
"""With less than this left, nothing is started that might wait."""

IDLE_SECONDS = 30.0
"""A connection that was idle for longer is pinged before it is used.

A Lambda is frozen between invocations, for minutes or hours, while firewalls and servers forget its connections.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

PING_SECONDS = 3.0
"""How long a ping may take; a new connection costs less than waiting for a dead one."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: for a connection, for a lock that another transaction holds, for a statement."""

    connect: int = 10
    lock: int = 60
    statement: int = 600


class OutOfTimeError(BusyError):
    """The deadline is too near to wait for the database; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("OUT_OF_TIME", "too little time is left to wait for the database", "try again later")


def milliseconds(seconds: float) -> int:
    """Give a limit in whole milliseconds; never 0, which drivers and servers take for no limit."""
    return max(1, int(seconds * 1000))


def _no_deadline() -> float:
    return inf


@dataclass(slots=True)
class Waits:
    """How long each wait may take now, in seconds; methods raise OutOfTimeError if almost no time is left.

    `remaining` gives the seconds until the deadline; it is asked again for each wait.
    """

    timeouts: Timeouts
    remaining: Callable[[], float] = _no_deadline
    used_at: float = field(default_factory=time.time)

    @property
    def has_deadline(self) -> bool:
        """Whether there is a deadline besides the timeouts."""
        return self.remaining is not _no_deadline

    def connect(self) -> float:
        """To connect and log in."""
        return self._at_most(self.timeouts.connect)

    def statement(self) -> float:
        """For the answer to one statement."""
        return self._at_most(self.timeouts.statement)

    def lock(self) -> int:
        """For a lock that another transaction holds, in whole seconds; 0 only if the timeout is 0."""
        return min(self.timeouts.lock, max(1, int(self._at_most(self.timeouts.statement))))

    def ping(self) -> float:
        """For a ping."""
        return self._at_most(PING_SECONDS)

    def rollback(self) -> float:
        """To roll back; never 0, because a rollback follows the end of a deadline."""
        return max(min(self.timeouts.statement, self.remaining()), PING_SECONDS)

    def is_idle(self) -> bool:
        """Tell whether the connection was idle for long, by the wall clock, which runs on while a Lambda is frozen."""
        return time.time() - self.used_at > IDLE_SECONDS

    def used(self) -> None:
        """Record that the connection was used just now."""
        self.used_at = time.time()

    def _at_most(self, seconds: float) -> float:
        left = self.remaining()
        if left < LEAST_SECONDS:
            raise OutOfTimeError
        return min(seconds, left)

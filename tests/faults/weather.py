"""The faults of one invocation: which one strikes, at which call, and what was struck so far."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.support.mortal import Killed


class Kind(StrEnum):
    """The kinds of faults."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    OUT_OF_TIME = "out of time"
    OUT_OF_MEMORY = "out of memory"
    FUNCTION_THROTTLED = "function throttled, message delayed"
    MESSAGE_REPEATED = "message repeated"
    MESSAGES_REORDERED = "messages reordered"
    DATABASE_DOWN = "database down"
    DATABASE_REFUSES_LOGIN = "database refuses the login"
    LOST_BEFORE = "connection lost before a statement"
    LOST_AFTER = "connection lost after a statement"
    LOST_COMMIT = "connection lost after the commit"
    DEADLOCK = "deadlock"
    DATABASE_FULL = "database out of space"
    S3_THROTTLES = "S3 throttles"
    S3_DENIES = "S3 denies"
    S3_BREAKS_OFF = "S3 breaks off a read"
    S3_SLOW = "S3 slow"
    QUEUE_THROTTLES = "queue throttles"
    QUEUE_TAKES_SOME = "queue accepts some messages"
    SECRET_MISSING = "secret missing"


SIMULATED = (
    Kind.KILLED,
    Kind.OUT_OF_TIME,
    Kind.DATABASE_DOWN,
    Kind.DATABASE_REFUSES_LOGIN,
    Kind.LOST_BEFORE,
    Kind.LOST_AFTER,
    Kind.LOST_COMMIT,
    Kind.DEADLOCK,
    Kind.DATABASE_FULL,
    Kind.S3_THROTTLES,
    Kind.S3_DENIES,
    Kind.S3_BREAKS_OFF,
    Kind.S3_SLOW,
    Kind.QUEUE_THROTTLES,
    Kind.QUEUE_TAKES_SOME,
)
"""Those of a simulated invocation."""

THROUGH_PACKAGES = (
    Kind.KILLED,
    Kind.KILLED,
    Kind.TIMED_OUT,
    Kind.OUT_OF_MEMORY,
    Kind.FUNCTION_THROTTLED,
    Kind.MESSAGE_REPEATED,
    Kind.MESSAGES_REORDERED,
    Kind.DATABASE_DOWN,
    Kind.LOST_BEFORE,
    Kind.LOST_AFTER,
    Kind.S3_THROTTLES,
    Kind.S3_DENIES,
    Kind.S3_BREAKS_OFF,
    Kind.QUEUE_THROTTLES,
    Kind.QUEUE_TAKES_SOME,
    Kind.SECRET_MISSING,
)
"""Those of an invocation of a packaged function; kills are most frequent, as the other faults end in one."""

_OF_EVERY_CALL = frozenset({Kind.KILLED, Kind.TIMED_OUT, Kind.OUT_OF_TIME, Kind.OUT_OF_MEMORY})


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that strikes at the `at`-th call that it concerns, from 1."""

    kind: Kind
    at: int


@dataclass(slots=True)
class Weather:
    """Counts the calls of an invocation, and lets its fault strike once."""

    fault: Fault | None
    struck: Counter[Kind]
    on_out_of_time: Callable[[], None]
    _calls: int = field(default=0, init=False)

    def concerned(self, *kinds: Kind) -> Kind | None:
        """Count a call, and tell which of these faults, or of those of every call, strikes at it."""
        if self.fault is None or not ({*kinds} | _OF_EVERY_CALL) & {self.fault.kind}:
            return None
        self._calls += 1
        if self._calls != self.fault.at:
            return None
        self.struck[self.fault.kind] += 1
        return self.fault.kind

    def strikes(self, *kinds: Kind) -> Kind | None:
        """Tell which of these faults strikes at this call of a simulated invocation; raises Killed."""
        match self.concerned(*kinds):
            case Kind.KILLED:
                raise Killed
            case Kind.OUT_OF_TIME:
                self.on_out_of_time()
                return None
            case kind:
                return kind

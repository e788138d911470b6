"""The faults of one invocation: which one strikes, at which call, and what was struck so far."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.support.mortal import Killed


class Kind(StrEnum):
    """The kinds of faults."""

    KILLED = "killed"
    OUT_OF_TIME = "out of time"
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


OF_EVERY_CALL = frozenset({Kind.KILLED, Kind.OUT_OF_TIME})


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

    def strikes(self, *kinds: Kind) -> Kind | None:
        """Tell which of these faults strikes at this call; raises Killed."""
        if self.fault is None or not ({*kinds} | OF_EVERY_CALL) & {self.fault.kind}:
            return None
        self._calls += 1
        if self._calls != self.fault.at:
            return None
        self.struck[self.fault.kind] += 1
        match self.fault.kind:
            case Kind.KILLED:
                raise Killed
            case Kind.OUT_OF_TIME:
                self.on_out_of_time()
                return None
        return self.fault.kind

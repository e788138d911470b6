"""What strikes the packaged function that runs now; between invocations nothing does."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from scripts.local.runtime.functions import Function
from tests.faults.weather import Fault, Kind, Weather

ENDS_PROCESS = frozenset({Kind.KILLED, Kind.TIMED_OUT, Kind.OUT_OF_MEMORY})
_CLIENT_TRIES = 4
"""How often the functions' clients send a request that is throttled."""


@dataclass
class Conditions:
    """The weather of one invocation at a time.

    `is_down` says that the database takes no connection, `sent` how many messages the queue has accepted.
    """

    is_down: bool = field(default=False, init=False)
    sent: int = field(default=0, init=False)
    _function: Function | None = field(default=None, init=False)
    _weather: Weather | None = field(default=None, init=False)
    _throttled: Counter[str] = field(default_factory=Counter, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @contextmanager
    def during(self, function: Function, fault: Fault | None, struck: Counter[Kind]) -> Iterator[None]:
        """Let a fault strike an invocation of a function in this block."""
        self._function, self._weather = function, Weather(fault, struck, lambda: None)
        try:
            yield
        finally:
            with self._lock:
                self._function = self._weather = None
                self._throttled.clear()
                self.is_down = False
            function.limit_memory(function.configuration.memory_mb)

    def strikes(self, *kinds: Kind) -> Kind | None:
        """Count a call of the function, and tell which of these faults, or of those of every call, strikes."""
        with self._lock:
            return self._weather.concerned(*kinds) if self._weather else None

    def is_throttled(self, service: str, kind: Kind) -> bool:
        """Tell whether a service throttles a request: once, or every third time until the client gives up."""
        with self._lock:
            weather = self._weather
            if weather is None:
                return False
            if self._throttled[service]:
                self._throttled[service] -= 1
                return True
            if weather.fault is None or weather.fault.kind is not kind or weather.concerned(kind) is None:
                return False
            self._throttled[service] = _CLIENT_TRIES - 1 if weather.fault.at % 3 == 0 else 0
            return True

    def end_process(self, kind: Kind) -> None:
        """End the running function: killed, its time up, or with less memory than it has."""
        function = self._function
        if function is None:
            return
        match kind:
            case Kind.KILLED:
                for pid in function.processes:
                    with suppress(ProcessLookupError):
                        os.killpg(pid, signal.SIGKILL)
            case Kind.TIMED_OUT:
                function.end_time()
            case Kind.OUT_OF_MEMORY:
                function.limit_memory(1)

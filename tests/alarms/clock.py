"""A clock that everything in this process reads, and that moves only when it is told to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

import time_machine


class VirtualClock:
    """Stands at a time from the start of the block to its end."""

    def __init__(self, start: datetime) -> None:
        self._travel = time_machine.travel(start, tick=False)

    def __enter__(self) -> Self:
        self._moment = self._travel.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._travel.stop()

    @property
    def now(self) -> float:
        return time.time()

    def advance(self, seconds: float) -> None:
        self._moment.shift(seconds)

    def move_to(self, moment: float) -> None:
        """Move forward to a moment; it never goes back."""
        self._moment.move_to(max(moment, self.now))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clock run for the length of the block: other processes wait in real time."""
        start = self.now
        self._travel.stop()
        with time_machine.travel(start, tick=True):
            yield
            end = time.time()
        self._travel = time_machine.travel(end, tick=False)
        self._moment = self._travel.start()

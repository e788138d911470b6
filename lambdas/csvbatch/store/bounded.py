"""Limits the time of a call that has no limit of its own."""

from collections.abc import Callable
from threading import BoundedSemaphore, Event, Lock, Thread


class TooSlowError(Exception):
    """The call did not end in time; a later result is discarded."""


MAXIMUM_ABANDONED = 4
"""Abandoned calls at a time. Each keeps a thread and a socket until its peer answers or closes the connection."""

_ABANDONED = BoundedSemaphore(MAXIMUM_ABANDONED)


class _Call[T]:
    def __init__(self, work: Callable[[], T], discard: Callable[[T], object]) -> None:
        self._work = work
        self._discard = discard
        self._decided = Lock()
        self._is_abandoned = False
        self.done = Event()
        self.result: T
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as error:
            self.error = error
        with self._decided:
            self.done.set()
            late = self._is_abandoned
        if late:
            _ABANDONED.release()
            if self.error is None:
                self._discard(self.result)

    def abandon(self) -> bool:
        """Stop waiting for the call; False if it has just ended."""
        with self._decided:
            self._is_abandoned = not self.done.is_set()
            return self._is_abandoned


def within[T](seconds: float, work: Callable[[], T], discard: Callable[[T], object]) -> T:
    """Do some work in a thread of its own and wait for it up to a limit; a later result is discarded.

    Raises what the work raises, and TooSlowError. No work is started while too many abandoned calls are running.
    """
    if not _ABANDONED.acquire(blocking=False):
        raise TooSlowError
    call = _Call(work, discard)
    Thread(target=call.run, name="csvbatch-bounded-call", daemon=True).start()
    call.done.wait(seconds)
    if call.abandon():
        raise TooSlowError
    _ABANDONED.release()
    if call.error is not None:
        raise call.error
    return call.result

"""The lock that makes moto handle one request at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class RequestLock:
    """Serialises requests to moto, which checks and then acts without a lock of its own.

    Conditional writes, and with them Terraform's state locks, depend on it. A request that waits (a long poll, or a
    function that calls back) releases the lock meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder = threading.local()

    def __enter__(self) -> None:
        """Wait for the lock."""
        self._lock.acquire()
        self._holder.holds = True

    def __exit__(self, *_: object) -> None:
        """Release it."""
        self._holder.holds = False
        self._lock.release()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Release the lock for the length of the block; does nothing if this thread does not hold it."""
        if not getattr(self._holder, "holds", False):
            yield
            return
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()


REQUEST_LOCK = RequestLock()

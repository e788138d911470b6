"""One request at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class RequestLock:
    """Lets one request at a time reach moto, which checks and then acts without a lock of its own.

    A conditional write, and so a Terraform state lock, is only as good as this. A request that waits for something
    (a long poll, a function that calls back) gives up its turn meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder = threading.local()

    def __enter__(self) -> None:
        """Wait for the turn."""
        self._lock.acquire()
        self._holder.holds = True

    def __exit__(self, *_: object) -> None:
        """Pass the turn on."""
        self._holder.holds = False
        self._lock.release()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let others have their turn while this one waits; does nothing where the caller has none."""
        if not getattr(self._holder, "holds", False):
            yield
            return
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()


REQUEST_LOCK = RequestLock()

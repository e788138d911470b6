"""A lock file that lets one process at a time do something."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def only_one(lock: Path, report_waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock while the block runs; where another process holds it, call `report_waiting` and wait.

    The lock is bound to this process, so a process that is killed leaves no lock behind.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report_waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield

"""Turns signals that end a process into an exception, so that cleaning up happens."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TerminatedError(BaseException):
    """A signal asked this process to end; like KeyboardInterrupt, `except Exception` does not catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"terminated by {signal.Signals(number).name}")
        self.exit_status = 128 + number
        """The exit status by which shells report that signal."""


_held: list[int] | None = None
"""Signals that have come while `hold_signals` is active; None while it is not."""


@contextmanager
def raise_on_signals() -> Iterator[None]:
    """Raise TerminatedError on SIGTERM or SIGHUP while the block runs.

    A second signal is ignored, so that it cannot disturb the cleaning up. Python delivers signals to the main thread
    only, so in other threads this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]

    def end(number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        if _held is None:
            raise TerminatedError(number)
        _held.append(number)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def hold_signals() -> Iterator[None]:
    """Let a signal that `raise_on_signals` handles wait for the end of the block.

    Without this, a process that is being started would be lost: it runs, and nobody knows its id yet.
    """
    global _held
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _held = []
    try:
        yield
    finally:
        held, _held = _held, None
        if held:
            raise TerminatedError(held[0])


@contextmanager
def children_take_interrupts() -> Iterator[None]:
    """Let a program that is started in the block take SIGINT, even if this process ignores it.

    Shells start background jobs with SIGINT ignored, and programs inherit that: they could not be interrupted and would
    be killed at the end of their grace time. https://www.gnu.org/software/bash/manual/html_node/Signals.html
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        yield
        return
    # A handler of Python's becomes the default in the program that is started; meanwhile it does nothing here.
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

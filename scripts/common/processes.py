"""Runs a program whose output is read as it comes, within a limit that also holds while it prints nothing."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO

GRACE_SECONDS = 30.0
"""What a program is given to end by itself once it is interrupted: Terraform writes its state and lets go of locks."""


class TimeLimitError(Exception):
    """A program did not end in time, and was stopped."""


class TerminatedError(BaseException):
    """A signal told this process to end; like KeyboardInterrupt, no handler of failures should catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"terminated by {signal.Signals(number).name}")
        self.status = 128 + number
        """The exit status by which shells report that signal."""


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Raise TerminatedError on SIGTERM or SIGHUP, so that what was started is stopped on the way out.

    A second signal does not disturb that. Only the main thread is told of signals, so in others it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]

    def end(number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise TerminatedError(number)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Running:
    """A program that runs in a process group of its own."""

    def __init__(self, process: subprocess.Popen[str], limit_seconds: float) -> None:
        self._process = process
        self._limit_seconds = limit_seconds
        self._deadline = time.monotonic() + limit_seconds
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        assert process.stdout is not None, "it was asked for"
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def lines(self) -> Iterator[str]:
        """Each line it prints, until it closes its output; raises TimeLimitError when time is up."""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                raise self._too_late() from None
            if line is None:
                return
            if time.monotonic() > self._deadline:
                raise self._too_late()
            yield line

    def wait(self) -> int:
        """Its exit status; raises TimeLimitError when time is up."""
        try:
            return self._process.wait(timeout=max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise self._too_late() from None

    def stop(self, grace_seconds: float) -> None:
        """Interrupt the whole group as Ctrl-C does, and kill what is left of it after `grace_seconds`."""
        try:
            self._signal_group(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=grace_seconds)
        finally:
            self._signal_group(signal.SIGKILL)
            self._process.wait()

    @property
    def has_ended(self) -> bool:
        """Whether there is an exit status."""
        return self._process.poll() is not None

    def _signal_group(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _read(self, output: IO[str]) -> None:
        with output:
            for line in output:
                self._lines.put(line)
        self._lines.put(None)

    def _too_late(self) -> TimeLimitError:
        return TimeLimitError(f"it did not end within {self._limit_seconds:g} s, and was stopped")


@contextmanager
def running(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    limit_seconds: float,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[Running]:
    """Start a program; when the context is left early, it and all that it started are stopped."""
    process = subprocess.Popen(
        command,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    started = Running(process, limit_seconds)
    try:
        yield started
    except BaseException:
        # Also where the program itself has ended: what it started may go on.
        started.stop(grace_seconds)
        raise
    if not started.has_ended:
        started.stop(grace_seconds)

"""Runs other programs: within a limit, in a process group of their own, so that nothing they started is left behind."""

from __future__ import annotations

import os
import queue
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.common.errors import UserError
from scripts.common.signals import TerminatedError, children_take_interrupts, hold_signals

GRACE_SECONDS = 30.0
"""How long an interrupted program may take to end by itself: Terraform writes its state and releases its locks."""
_TAIL_CHARACTERS = 2000


class CommandError(UserError):
    """A program did not do what it was started for."""


class CommandFailedError(CommandError):
    """A program ended with an unexpected exit status, or could not be started (then the status is None)."""

    def __init__(self, command: Sequence[str], status: int | None, stdout: str, stderr: str) -> None:
        self.status = status
        self.stdout = stdout
        self.stderr = stderr
        what = "cannot be started" if status is None else f"failed with exit status {status}"
        super().__init__(f"{shlex.join(command)} {what}:\n{self.tail}")

    @property
    def tail(self) -> str:
        """The end of what it printed: on standard error, or on standard output where that is empty."""
        return (self.stderr.strip() or self.stdout.strip())[-_TAIL_CHARACTERS:]


class CommandTimedOutError(CommandError):
    """A program did not end within its limit, and was stopped."""

    def __init__(self, command: Sequence[str], limit_seconds: float) -> None:
        super().__init__(f"{shlex.join(command)} did not end within {limit_seconds:g} s, and was stopped")


@dataclass(frozen=True)
class Completed:
    """What a program that has ended printed, and its exit status."""

    status: int
    stdout: str
    stderr: str


def run(
    command: Sequence[str | Path],
    *,
    limit_seconds: float,
    cwd: Path | str | None = None,
    environment: Mapping[str, str] | None = None,
    given: str = "",
    accepted: Collection[int] | None = (0,),
    merged: bool = False,
    grace_seconds: float = GRACE_SECONDS,
) -> Completed:
    """Run a program to its end.

    Parameters
    ----------
    command
        The program and its arguments; no shell is involved.
    limit_seconds
        When it has not ended by then, it and all that it started are stopped. The same happens when a signal or an
        exception ends the caller.
    cwd
        The folder it runs in; by default that of this process.
    environment
        All of its environment variables; by default those of this process.
    given
        What it reads on standard input; by default nothing.
    accepted
        The exit statuses that are not an error; None accepts every status.
    merged
        Put standard error into `stdout`, in the order of printing.
    grace_seconds
        How long it may take to end once it is interrupted; then it is killed.

    Raises
    ------
    CommandFailedError
        It cannot be started, or its exit status is not accepted.
    CommandTimedOutError
        It did not end within the limit.

    """
    shown = [str(part) for part in command]
    # Files, not pipes: a program cannot block on them, and its children that live on cannot keep this waiting.
    with _text_file() as stdin, _text_file() as stdout, _text_file() as stderr:
        stdin.write(given)
        stdin.seek(0)
        process = _start(shown, cwd, environment, stdin, stdout, stdout if merged else stderr)
        try:
            status = process.wait(timeout=limit_seconds)
        except BaseException as error:
            _stop(process, grace_seconds)
            if isinstance(error, subprocess.TimeoutExpired):
                raise CommandTimedOutError(shown, limit_seconds) from None
            raise
        stdout.seek(0)
        stderr.seek(0)
        done = Completed(status, stdout.read(), stderr.read())
    if accepted is not None and status not in accepted:
        raise CommandFailedError(shown, status, done.stdout, done.stderr)
    return done


class Running:
    """A program whose output is read while it runs."""

    def __init__(self, command: Sequence[str], process: subprocess.Popen[str], limit_seconds: float) -> None:
        self._command = command
        self._process = process
        self._limit_seconds = limit_seconds
        self._deadline = time.monotonic() + limit_seconds
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        outputs = [one for one in (process.stdout, process.stderr) if one is not None]
        self._open = len(outputs)
        for output in outputs:
            threading.Thread(target=self._read, args=(output,), daemon=True).start()

    def lines(self) -> Iterator[str]:
        """Each line it prints, until it closes its outputs; raises CommandTimedOutError when time is up."""
        while self._open:
            try:
                line = self._lines.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                raise self._timed_out() from None
            if line is None:
                self._open -= 1
                continue
            if time.monotonic() > self._deadline:
                raise self._timed_out()
            yield line

    def wait(self) -> int:
        """Its exit status; raises CommandTimedOutError when time is up."""
        try:
            return self._process.wait(timeout=max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise self._timed_out() from None

    def _read(self, output: IO[str]) -> None:
        with output:
            for line in output:
                self._lines.put(line)
        self._lines.put(None)

    def _timed_out(self) -> CommandTimedOutError:
        return CommandTimedOutError(self._command, self._limit_seconds)


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    limit_seconds: float,
    cwd: Path | str | None = None,
    environment: Mapping[str, str] | None = None,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[Running]:
    """Start a program and read its lines, those of standard output and of standard error, while it runs.

    Each output has a pipe of its own. In one pipe a line of one output may come into the middle of a line of the other:
    a write of more than PIPE_BUF bytes is not atomic (the manual of glibc, "Pipe Atomicity").

    When the block is left early, the program and all that it started are stopped as by `run`. Raises
    CommandFailedError where it cannot be started; its exit status is for the caller to judge.
    """
    shown = [str(part) for part in command]
    process = _start(shown, cwd, environment, subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE)
    try:
        yield Running(shown, process, limit_seconds)
    except BaseException:
        # Also where the program itself has ended: what it started may still run.
        _stop(process, grace_seconds)
        raise
    if process.poll() is None:
        _stop(process, grace_seconds)


def _text_file() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def _start(
    command: Sequence[str],
    cwd: Path | str | None,
    environment: Mapping[str, str] | None,
    stdin: IO[str] | int,
    stdout: IO[str] | int,
    stderr: IO[str] | int,
) -> subprocess.Popen[str]:
    process = None
    try:
        with hold_signals(), children_take_interrupts():
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=None if environment is None else dict(environment),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
    except OSError as error:
        raise CommandFailedError(command, None, "", f"{error.filename}: {error.strerror}") from error
    except TerminatedError:
        if process:
            _stop(process, GRACE_SECONDS)
        raise
    return process


def _stop(process: subprocess.Popen[str], grace_seconds: float) -> None:
    """Interrupt the whole group as Ctrl-C does, and kill what is left of it after `grace_seconds`."""
    try:
        _signal_group(process, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=grace_seconds)
    finally:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)

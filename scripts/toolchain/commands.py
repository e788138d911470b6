"""Running other programs with a time limit, and telling what they said when they fail."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from scripts.toolchain.errors import ToolchainError


def run(
    command: Sequence[str],
    *,
    seconds: int,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Standard output of a command that must succeed within `seconds`."""
    shown = " ".join(str(part) for part in command)
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except OSError as error:
        raise ToolchainError(f"{command[0]} cannot be run ({error.strerror}): {shown}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolchainError(f"No answer within {seconds} s: {shown}") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise ToolchainError(f"Exit status {done.returncode}: {shown}\n{said}")
    return done.stdout


def first_line(command: Sequence[str], *, seconds: int = 20) -> str:
    """What a program prints first, or nothing where it cannot be run: for asking a version."""
    try:
        out = run(command, seconds=seconds, environment={**os.environ, "CHECKPOINT_DISABLE": "1"})
    except ToolchainError:
        return ""
    return out.strip().partition("\n")[0]


@contextlib.contextmanager
def only_one(lock: Path, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Keep two set-ups from building the same thing at once; the second calls `waits`, waits and finds it done."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from scripts.common import processes
from scripts.local.aws.state import wait_until

SILENT = "sleep 300 & echo $!; echo $$; exec sleep 300"
"""Prints the ids of two processes, a child in the background and itself, and then nothing."""

TIDIES = """
import time
try:
    print("ready", flush=True)
    time.sleep(300)
except KeyboardInterrupt:
    print("tidied")
"""


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that its parent has not yet asked for its status counts."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_limit_holds_while_a_program_prints_nothing_and_all_that_it_started_ends() -> None:
    pids: list[int] = []
    started = time.monotonic()
    with (
        pytest.raises(processes.TimeLimitError, match="did not end within 5 s"),
        processes.running(["sh", "-c", SILENT], os.environ, limit_seconds=5) as program,
    ):
        pids.extend(int(line) for line in program.lines())
    assert len(pids) == 2
    assert time.monotonic() - started < 60
    assert wait_until(lambda: all(map(is_gone, pids)), limit_seconds=10)


def test_what_a_program_has_left_behind_ends_at_the_limit() -> None:
    """It has ended itself, and its child keeps the output open."""
    pids: list[int] = []
    with (
        pytest.raises(processes.TimeLimitError),
        processes.running(["sh", "-c", "sleep 300 & echo $!"], os.environ, limit_seconds=5) as program,
    ):
        pids.extend(int(line) for line in program.lines())
    assert len(pids) == 1
    assert wait_until(lambda: all(map(is_gone, pids)), limit_seconds=10)


def test_limit_holds_where_a_program_has_closed_its_output() -> None:
    closes = "exec >&- 2>&-; exec sleep 300"

    def wait() -> None:
        with processes.running(["sh", "-c", closes], os.environ, limit_seconds=1) as program:
            assert list(program.lines()) == []
            program.wait()

    with pytest.raises(processes.TimeLimitError):
        wait()


def test_limit_holds_while_a_program_prints_without_end() -> None:
    with (
        pytest.raises(processes.TimeLimitError),
        processes.running(["yes"], os.environ, limit_seconds=0.5) as program,
    ):
        for _ in program.lines():
            pass


def test_program_that_ignores_an_interrupt_is_killed() -> None:
    ignores = "trap '' INT; echo ready; while :; do sleep 1; done"
    with processes.running(["sh", "-c", ignores], os.environ, limit_seconds=60, grace_seconds=0.1) as program:
        assert next(program.lines()) == "ready\n"
    assert program.wait() == -signal.SIGKILL


def test_program_may_end_by_itself_when_it_is_interrupted() -> None:
    with processes.running([sys.executable, "-c", TIDIES], os.environ, limit_seconds=60) as program:
        lines = program.lines()
        assert next(lines) == "ready\n"
    assert next(lines) == "tidied\n"
    assert program.wait() == 0


def test_lines_and_status_of_a_program_that_ends_in_time() -> None:
    with processes.running(["sh", "-c", "echo one; echo two >&2; exit 3"], os.environ, limit_seconds=60) as program:
        assert list(program.lines()) == ["one\n", "two\n"]
        assert program.wait() == 3


def test_signal_to_end_becomes_an_exception_once() -> None:
    before = signal.getsignal(signal.SIGTERM)

    def end_twice() -> None:
        with processes.ending_on_signals():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(processes.TerminatedError, match="SIGTERM") as ended:
        end_twice()
    assert ended.value.status == 143
    assert signal.getsignal(signal.SIGTERM) == before

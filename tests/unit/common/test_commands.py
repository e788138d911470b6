import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scripts.common import commands
from scripts.common.paths import REPOSITORY
from scripts.common.signals import TerminatedError, raise_on_signals
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


def read_until_the_limit(program: commands.Running, count: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Read so many process ids, and then let the clock stand past the limit."""
    lines, now = program.lines(), time.monotonic
    found = [int(next(lines)) for _ in range(count)]
    monkeypatch.setattr(time, "monotonic", lambda: now() + 1000)
    with pytest.raises(commands.CommandTimedOutError, match="did not end within 300 s"):
        next(lines)
    return found


def test_limit_holds_while_a_program_prints_nothing_and_all_that_it_started_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with commands.running(["sh", "-c", SILENT], limit_seconds=300) as program:
        pids = read_until_the_limit(program, 2, monkeypatch)
    assert wait_until(lambda: all(map(is_gone, pids)), limit_seconds=10)


def test_what_a_program_has_left_behind_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has ended itself, and its child keeps the output open."""

    def read() -> None:
        with commands.running(["sh", "-c", "sleep 300 & echo $!"], limit_seconds=300) as program:
            assert program.wait() == 0
            pids.extend(read_until_the_limit(program, 1, monkeypatch))
            raise InterruptedError

    pids: list[int] = []
    with pytest.raises(InterruptedError):
        read()
    assert wait_until(lambda: is_gone(pids[0]), limit_seconds=10)


def test_limit_holds_where_a_program_has_closed_its_output() -> None:
    closes = "exec >&- 2>&-; exec sleep 300"

    def wait() -> None:
        with commands.running(["sh", "-c", closes], limit_seconds=1) as program:
            assert list(program.lines()) == []
            program.wait()

    with pytest.raises(commands.CommandTimedOutError):
        wait()


def test_limit_holds_while_a_program_prints_without_end() -> None:
    with (
        pytest.raises(commands.CommandTimedOutError),
        commands.running(["yes"], limit_seconds=0.5) as program,
    ):
        for _ in program.lines():
            pass


def test_program_that_ignores_an_interrupt_is_killed() -> None:
    ignores = "trap '' INT; echo ready; while :; do sleep 1; done"
    with commands.running(["sh", "-c", ignores], limit_seconds=60, grace_seconds=0.1) as program:
        assert next(program.lines()) == "ready\n"
    assert program.wait() == -signal.SIGKILL


def test_program_may_end_by_itself_when_it_is_interrupted() -> None:
    with commands.running([sys.executable, "-c", TIDIES], limit_seconds=300, grace_seconds=200) as program:
        lines = program.lines()
        assert next(lines) == "ready\n"
    assert next(lines) == "tidied\n"
    assert program.wait() == 0


def test_program_is_interrupted_though_a_background_job_ignores_interrupts() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        test_program_may_end_by_itself_when_it_is_interrupted()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_lines_and_status_of_a_program_that_ends_in_time() -> None:
    with commands.running(["sh", "-c", "echo one; echo two >&2; exit 3"], limit_seconds=60) as program:
        assert list(program.lines()) == ["one\n", "two\n"]
        assert program.wait() == 3


def test_what_a_program_prints_and_its_accepted_status_are_returned() -> None:
    done = commands.run(["sh", "-c", "echo out; echo err >&2; exit 3"], limit_seconds=60, accepted=(0, 3))
    assert (done.status, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_both_outputs_can_be_merged_in_the_order_of_printing() -> None:
    done = commands.run(["sh", "-c", "echo one; echo two >&2; echo three"], limit_seconds=60, merged=True)
    assert (done.stdout, done.stderr) == ("one\ntwo\nthree\n", "")


def test_a_program_reads_what_it_is_given_and_otherwise_nothing() -> None:
    assert commands.run(["cat"], limit_seconds=60, given="é\n").stdout == "é\n"
    assert commands.run(["cat"], limit_seconds=60).stdout == ""


def test_a_program_runs_in_the_folder_and_environment_that_are_named(tmp_path: Path) -> None:
    asked = ["/bin/sh", "-c", "pwd; echo $NAME $HOME"]
    assert commands.run(asked, limit_seconds=60, cwd=tmp_path, environment={"NAME": "value"}).stdout == (
        f"{tmp_path}\nvalue\n"
    )


def test_an_unexpected_status_is_an_error_that_shows_command_status_and_complaint() -> None:
    with pytest.raises(commands.CommandFailedError, match=r"(?s)^sh .* failed with exit status 2:\nno room$") as failed:
        commands.run(["sh", "-c", "echo so far; echo no room >&2; exit 2"], limit_seconds=60)
    assert (failed.value.status, failed.value.stdout, failed.value.stderr) == (2, "so far\n", "no room\n")


def test_the_error_shows_standard_output_where_there_is_no_complaint() -> None:
    with pytest.raises(commands.CommandFailedError, match=r"so far$"):
        commands.run(["sh", "-c", "echo so far; exit 2"], limit_seconds=60)


def test_a_program_that_is_missing_is_an_error_that_names_it(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(commands.CommandFailedError, match=f"cannot be started:\n{missing}: No such file") as failed:
        commands.run([missing], limit_seconds=60, accepted=None)
    assert failed.value.status is None


def test_a_program_and_all_that_it_started_end_at_the_limit(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    silent = f"sleep 300 & echo $! > {pids}; echo $$ >> {pids}; exec sleep 300"
    with pytest.raises(commands.CommandTimedOutError, match="did not end within 3 s, and was stopped"):
        commands.run(["sh", "-c", silent], limit_seconds=3)
    found = [int(line) for line in pids.read_text().split()]
    assert len(found) == 2
    assert wait_until(lambda: all(map(is_gone, found)), limit_seconds=10)


def test_an_interrupted_program_that_ignores_it_is_killed_after_the_grace(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    ignores = f"trap '' INT; echo $$ > {pid}; while :; do sleep 1; done"
    with pytest.raises(commands.CommandTimedOutError):
        commands.run(["sh", "-c", ignores], limit_seconds=1, grace_seconds=0.1)
    assert wait_until(lambda: is_gone(int(pid.read_text())), limit_seconds=10)


def test_a_program_is_stopped_where_a_signal_ends_the_caller(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    waits = f"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 300"
    body = (
        "from scripts.common.commands import run\nfrom scripts.common.errors import run_main\n"
        f"raise SystemExit(run_main('caller', lambda: run(['sh', '-c', {waits!r}], limit_seconds=300).status))"
    )
    caller = subprocess.Popen([sys.executable, "-c", body], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
    assert wait_until(pid.exists, limit_seconds=30)
    caller.terminate()
    _, said = caller.communicate(timeout=60)
    assert (caller.returncode, said) == (143, "caller: terminated by SIGTERM\n")
    assert is_gone(int(pid.read_text()))


def test_a_program_is_stopped_where_the_signal_comes_while_it_is_being_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[str]] = []
    start = subprocess.Popen

    def start_and_signal(*arguments: Any, **settings: Any) -> subprocess.Popen[str]:
        started.append(start(*arguments, **settings))
        os.kill(os.getpid(), signal.SIGTERM)
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", start_and_signal)
    with pytest.raises(TerminatedError), raise_on_signals():
        commands.run(["sleep", "300"], limit_seconds=300)
    assert started[0].poll() is not None


LONG = 200_000


def test_a_line_of_one_output_never_comes_into_the_middle_of_a_line_of_the_other() -> None:
    # A long line takes several writes, and between them the other output is written to.
    program = (
        "import os, threading\n"
        f"long = b'x' * {LONG} + b'\\n'\n"
        "def write(output, line, times):\n"
        "    for _ in range(times):\n"
        "        rest = memoryview(line)\n"
        "        while rest:\n"
        "            rest = rest[os.write(output, rest[:5000]):]\n"
        "both = [threading.Thread(target=write, args=one) for one in ((1, long, 20), (2, b'short\\n', 20000))]\n"
        "[one.start() for one in both]\n"
        "[one.join() for one in both]\n"
    )
    with commands.running([sys.executable, "-c", program], limit_seconds=60) as ran:
        lines = [line.rstrip("\n") for line in ran.lines()]
        assert ran.wait() == 0
    assert sorted({len(line) for line in lines}) == [len("short"), LONG]
    assert (lines.count("short"), len(lines)) == (20_000, 20_020)

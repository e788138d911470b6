"""An execution environment: a process that runs the unpacked zip and stays warm between invocations."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import IO

from scripts.local.runtime import memory
from scripts.local.runtime.interface_client import interpreter_command
from scripts.local.runtime.runtime_api import (
    Answer,
    Event,
    Exited,
    InitialisationError,
    Invocation,
    Ready,
    RuntimeApi,
    TimeUp,
    error_payload,
)

INITIALISATION_SECONDS = 10.0
"""Lambda's limit for initialisation; a slower function is started again, within its own timeout."""

_END_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an invocation; `error` is `Unhandled` if the function failed, else None."""

    request_id: str
    payload: bytes
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Everything a process needs to run a function."""

    arn: str
    handler: str
    timeout_seconds: float
    code: Path
    client: Path
    variables: Mapping[str, str]
    log: Path
    initialisation_seconds: float = INITIALISATION_SECONDS
    memory_mb: float = inf


class StartError(Exception):
    """The function failed to initialise; `payload` is the error in Lambda's format."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(payload.decode(errors="replace"))
        self.payload = payload


class Sandbox:
    """Runs one invocation at a time, and restarts the process after a timeout or an exit.

    `memory_mb` is the memory, in MiB, with more than which an invocation is killed.
    """

    def __init__(self, task: Task) -> None:
        self.memory_mb = task.memory_mb
        self._task = task
        self._process: _Process | None = None
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The ID of the warm process; None if there is none."""
        return self._process.pid if self._process else None

    def invoke(self, event: bytes) -> Result:
        """Run the function on an event; its failures do not raise an exception."""
        if self._process and self._process.has_ended:
            self._stop()
        try:
            process = self._process or self._start()
        except StartError as error:
            return Result(Invocation(event, 0).request_id, error.payload, "Unhandled")
        # A function's timeout begins with the invocation, not with its initialisation.
        invocation = Invocation(event, time.time() + self._task.timeout_seconds)
        process.api.send(invocation)
        match self._await_end(process, invocation.request_id):
            case Answer(_, payload, is_error):
                return Result(invocation.request_id, payload, "Unhandled" if is_error else None)
            case Exited(status):
                self._stop()
                message = f"RequestId: {invocation.request_id} Error: Runtime exited with error: {_ended(status)}"
                payload = error_payload("Runtime.ExitError", message)
            case _:
                self._stop()
                message = f"Task timed out after {self._task.timeout_seconds:.2f} seconds"
                payload = error_payload("Sandbox.Timedout", f"RequestId: {invocation.request_id} Error: {message}")
        _note(self._task.log, payload)
        return Result(invocation.request_id, payload, "Unhandled")

    def end_time(self) -> None:
        """Let the running invocation end as if its time were up."""
        if process := self._process:
            process.api.events.put(TimeUp())

    def recycle(self) -> None:
        """Kill the idle process; the next invocation starts another."""
        self._stop()

    def close(self) -> None:
        """Kill the process, and start no other."""
        self._is_closed = True
        self._stop()

    def _await_end(self, process: "_Process", request_id: str) -> Event | None:
        """Wait for the end of an invocation, and kill the process if it takes more memory than it may."""
        deadline = time.monotonic() + self._task.timeout_seconds
        while (left := deadline - time.monotonic()) > 0:
            event = process.await_event(min(left, memory.CHECK_SECONDS), request_id)
            if (event is None or isinstance(event, Answer)) and memory.peak_mb(process.pid) > self.memory_mb:
                # An answer that came with too much memory is one that Lambda would not have let the process give.
                process.kill()
                event = process.await_exit()
            if event is not None:
                return event
        return None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.end()

    def _start(self) -> "_Process":
        for limit in (self._task.initialisation_seconds, self._task.timeout_seconds):
            process = self._process = _Process(self._task)
            event = None if self._is_closed else process.await_event(limit)
            if isinstance(event, Ready):
                return process
            self._stop()
            match event:
                case InitialisationError(payload):
                    raise _start_error(self._task.log, payload)
                case Exited(status):
                    payload = error_payload("Runtime.ExitError", f"initialisation failed: {_ended(status)}")
                    raise _start_error(self._task.log, payload)
            if self._is_closed:
                raise StartError(error_payload("Runtime.ExitError", "the local runtime was closed"))
        message = f"initialisation took longer than {self._task.timeout_seconds:g} s, the function's timeout"
        raise _start_error(self._task.log, error_payload("Sandbox.Timedout", message))


class _Process:
    def __init__(self, task: Task) -> None:
        self.api = RuntimeApi(task.arn)
        task.log.parent.mkdir(parents=True, exist_ok=True)
        with task.log.open("ab") as log:
            self._process = self._spawn(task, log)
        threading.Thread(target=self._watch, daemon=True).start()

    def _spawn(self, task: Task, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            interpreter_command(task.handler),
            cwd=task.code,
            env={
                **task.variables,
                "AWS_LAMBDA_RUNTIME_API": self.api.address,
                "LAMBDA_TASK_ROOT": str(task.code),
                "PYTHONPATH": os.pathsep.join([str(task.code), str(task.client)]),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def await_event(self, seconds: float, request_id: str | None = None) -> Event | None:
        """The next event within the limit, of the given request if any; None at the timeout."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                event = self.api.events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if not isinstance(event, Answer) or request_id is None or event.request_id == request_id:
                return event

    def await_exit(self) -> Exited:
        """Wait for the end of a process that was killed."""
        return Exited(self._process.wait(timeout=_END_SECONDS))

    def kill(self) -> None:
        """Kill the whole group, because it may have started others."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        if not self.has_ended:
            self.kill()
        self._process.wait(timeout=_END_SECONDS)
        self.api.close()

    def _watch(self) -> None:
        self.api.events.put(Exited(self._process.wait()))


def _start_error(log: Path, payload: bytes) -> StartError:
    _note(log, payload)
    return StartError(payload)


def _note(log: Path, payload: bytes) -> None:
    with log.open("ab") as file:
        file.write(payload + b"\n")


def _ended(status: int) -> str:
    return f"signal: {signal.strsignal(-status)}".lower() if status < 0 else f"exit status {status}"

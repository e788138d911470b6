"""A deployed function: its configuration, its zip and its processes."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.local.runtime import configuration, interface_client, machine, packages
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.configuration import FunctionConfiguration
from scripts.local.runtime.packages import Package
from scripts.local.runtime.sandbox import Result, Sandbox, Task

DATABASE_VARIABLE = "CSVBATCH_DATABASE_URL"
"""The one variable of a function that is replaced, because there is no Oracle here."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The directories of a runtime: packages, unpacked code, logs and temporary files."""

    packages: Path
    home: Path

    @property
    def code(self) -> Path:
        """One directory per digest."""
        return self.home / "code"

    @property
    def client(self) -> Path:
        """The runtime interface client."""
        return self.home / "client"

    @property
    def traces(self) -> Path:
        """The segments sent to X-Ray, one per line."""
        return self.home / "logs" / "traces.jsonl"

    def log(self, function: str) -> Path:
        """The output of a function."""
        return self.home / "logs" / f"{function}.log"

    def temporary(self, function: str) -> Path:
        """The directory that is /tmp on Lambda."""
        return self.home / "tmp" / function


@dataclass(slots=True)
class Function:
    """Concurrent invocations get one process each; idle processes are reused."""

    configuration: FunctionConfiguration
    package: Package
    task: Task
    _idle: list[Sandbox] = field(default_factory=list, init=False)
    _all: list[Sandbox] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def invoke(self, event: bytes) -> Result:
        """Run it on an event and wait for the result."""
        with self._lock:
            if self._idle:
                sandbox = self._idle.pop()
            else:
                sandbox = Sandbox(self.task)
                self._all.append(sandbox)
        try:
            return sandbox.invoke(event)
        finally:
            with self._lock:
                self._idle.append(sandbox)

    def end_time(self) -> None:
        """Let every running invocation end as if its time were up."""
        with self._lock:
            for sandbox in self._all:
                sandbox.end_time()

    def recycle(self) -> None:
        """End the idle processes, as Lambda does now and then; the next invocation starts another."""
        with self._lock:
            for sandbox in self._idle:
                sandbox.recycle()

    def limit_memory(self, megabytes: int) -> None:
        """Change the memory limit of every process there is, running or idle."""
        with self._lock:
            for sandbox in self._all:
                sandbox.memory_mb = megabytes

    @property
    def processes(self) -> list[int]:
        """The process IDs of warm processes."""
        with self._lock:
            return [sandbox.pid for sandbox in self._all if sandbox.pid is not None]

    def close(self) -> None:
        """Kill all processes; a running invocation fails."""
        with self._lock:
            for sandbox in self._all:
                sandbox.close()


def load(aws: Aws, name: str, paths: Paths, replaced: Mapping[str, str], trace_address: str) -> Function:
    """Load a deployed function; raises UserError.

    `replaced` are values that replace those of the function's own environment variables.
    """
    found = configuration.find(aws, name)
    machine.check(found.name, found.architecture)
    package = packages.find(found.name, found.code_sha256, paths.packages)
    temporary = paths.temporary(found.name)
    temporary.mkdir(parents=True, exist_ok=True)
    own = {name: replaced.get(name, value) for name, value in found.variables.items()}
    return Function(
        found,
        package,
        Task(
            arn=found.arn,
            handler=found.handler,
            timeout_seconds=found.timeout_seconds,
            memory_mb=found.memory_mb,
            code=packages.unpack(package, paths.code),
            client=interface_client.folder_of_client(paths.client),
            variables={
                **_lambda_variables(found),
                "TMPDIR": str(temporary),
                "AWS_XRAY_DAEMON_ADDRESS": trace_address,
                **own,
                **aws.variables_of_role(found.role_arn, found.arn),
            },
            log=paths.log(found.name),
        ),
    )


def _lambda_variables(function: FunctionConfiguration) -> dict[str, str]:
    """The variables that Lambda sets: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html."""
    return {
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_LEVEL": function.log_level,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
    }

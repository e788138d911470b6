"""The deployed functions in this process: the real handlers, with the settings that were deployed with them."""

import importlib
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from unittest import mock
from uuid import uuid4

from scripts.local.runtime.configuration import FunctionConfiguration
from tests.alarms.account import Account
from tests.support.mortal import Killed

_OF_A_PROCESS = ("csvbatch.aws", "batch_processor", "request_handler")
"""What a function reads its settings into when it starts; each function has its own, as in processes of their own."""


@dataclass(slots=True)
class Context:
    """What Lambda tells a function about an invocation."""

    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    ends_at: float
    now: Callable[[], float]
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.ends_at - self.now()) * 1000))


@dataclass(frozen=True, slots=True)
class Result:
    """What an invocation returned, or the error that ended it; `printed` is its log."""

    answer: Any
    error: str | None
    printed: str


@dataclass(slots=True)
class Function:
    """One deployed function. It starts when it is first invoked, and again after it was killed."""

    account: Account
    name: str
    now: Callable[[], float]
    on_call: Callable[[str, str, Mapping[str, Any]], None]
    replaced: Mapping[str, str]
    on_start: Callable[[ModuleType], None] = lambda _: None
    ends_at: float | None = None
    log: list[tuple[float, str]] = field(default_factory=list)
    _module: ModuleType | None = None

    @property
    def configuration(self) -> FunctionConfiguration:
        functions = self.account.client("lambda")
        found: FunctionConfiguration = self.account.known(
            f"configuration of {self.name}",
            lambda: FunctionConfiguration.from_answer(functions.get_function_configuration(FunctionName=self.name)),
        )
        return found

    def restart(self) -> None:
        """Let the next invocation be a cold start."""
        self._module = None

    def invoke(self, event: Any) -> Result:
        found = self.configuration
        self.ends_at = self.now() + found.timeout_seconds
        context = Context(self.name, found.memory_mb, found.arn, self.ends_at, self.now)
        printed = io.StringIO()
        answer, error = None, None
        try:
            with redirect_stdout(printed):
                self._module = self._module or self._started(found)
                answer = self._module.handler(json.loads(json.dumps(event)), context)
        except Killed:
            error = f"Task timed out after {found.timeout_seconds:.2f} seconds"
            self.restart()
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
            if self._module is None:
                error = f"the function did not start: {error}"
        finally:
            self.ends_at = None
        text = printed.getvalue() + (f"{error}\n" if error else "")
        self.log += [(self.now(), line) for line in text.splitlines()]
        return Result(answer, error, printed.getvalue())

    def _started(self, found: FunctionConfiguration) -> ModuleType:
        variables = {**found.variables, "AWS_REGION": self.account.environment.region}
        variables = {name: self.replaced.get(name, value) for name, value in variables.items()}
        variables |= {"POWERTOOLS_TRACE_DISABLED": "true", "AWS_LAMBDA_FUNCTION_NAME": self.name}
        logging.getLogger("csvbatch").handlers.clear()
        with modules_of_its_own(), mock.patch.dict("os.environ", variables):
            module = importlib.import_module(found.handler.rpartition(".")[0])
        self._watch(module)
        self.on_start(module)
        return module

    def _watch(self, module: ModuleType) -> None:
        """Let each call to AWS take the time, or meet the fault, that the world has for it."""
        adapters = (module.OBJECTS.s3, module.STORE.secrets, *([module.QUEUE.sqs] if hasattr(module, "QUEUE") else []))
        for client in adapters:
            client.meta.events.register("provide-client-params", self._called)

    def _called(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self.on_call(model.service_model.service_name, model.name, params)


@contextmanager
def modules_of_its_own() -> Iterator[None]:
    """Import again what belongs to a process; afterwards this process has its own, also as attributes of packages."""
    before = _forget()
    try:
        yield
    finally:
        _forget()
        sys.modules.update(before)
        for name, module in before.items():
            package, _, attribute = name.rpartition(".")
            if package:
                setattr(sys.modules[package], attribute, module)


def _forget() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.startswith(_OF_A_PROCESS)]
    return {name: sys.modules.pop(name) for name in names}

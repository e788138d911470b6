"""The local runtime: the functions of one local AWS, and everything that invokes them."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from botocore.exceptions import ClientError

from scripts.local.runtime import event_sources, functions, schedules
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.event_sources import Polled, Poller
from scripts.local.runtime.functions import Function, Paths
from scripts.local.runtime.object_events import ObjectWatch
from scripts.local.runtime.runtime_api import error_payload
from scripts.local.runtime.sandbox import Result
from scripts.local.runtime.schedules import Schedule
from scripts.local.runtime.traces import TraceSink

_POLL_SECONDS = 1.0
_AT_ONCE = 4


class LocalRuntime:
    """Runs the functions of one local AWS, and leaves no process behind.

    Parameters
    ----------
    aws
        The local AWS with the functions.
    paths
        The directories of packages, code, logs and temporary files.
    replaced
        Values that replace those of the functions' environment variables, such as the store's URL.
    clock
        The time in seconds since 1970, for visibility timeouts and schedules.
    concurrency
        Batches of a queue in parallel; a mapping's own maximum still applies.

    """

    def __init__(
        self,
        aws: Aws,
        paths: Paths,
        replaced: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
        concurrency: int = 1,
    ) -> None:
        self.aws = aws
        self.paths = paths
        self._replaced = replaced or {}
        self._clock = clock
        self._concurrency = concurrency
        self._functions: dict[str, Function] = {}
        self._pollers: list[Poller] | None = None
        self._lock = threading.Lock()
        self._traces = TraceSink(paths.traces)
        self._asynchronous = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="asynchronous")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill every process of every function."""
        self._asynchronous.shutdown(wait=False, cancel_futures=True)
        for function in self._functions.values():
            function.close()
        self._asynchronous.shutdown()
        self._traces.close()

    def function(self, name: str) -> Function:
        """The function with this name or ARN, loaded once; raises UserError."""
        with self._lock:
            if name not in self._functions:
                loaded = functions.load(self.aws, name, self.paths, self._replaced, self._traces.address)
                known = self._functions.setdefault(loaded.configuration.arn, loaded)
                self._functions[name] = known
            return self._functions[name]

    def names(self) -> list[str]:
        """The names of all deployed functions."""
        pages = self.aws.client("lambda").get_paginator("list_functions").paginate()
        return sorted(one["FunctionName"] for page in pages for one in page["Functions"])

    def invoke(self, name: str, event: bytes) -> Result:
        """Invoke a function and wait for it."""
        return self.function(name).invoke(event)

    def invoke_later(self, name: str, event: bytes) -> Future[Result]:
        """Invoke a function asynchronously: one attempt, and a failed event becomes a dead letter."""
        return self._asynchronous.submit(self._invoke_asynchronously, self.function(name), event)

    def fire(self, schedule: str | None = None) -> Result:
        """Fire a schedule now, enabled or not, and wait for its function."""
        chosen = schedules.named(schedule, schedules.schedules(self.aws))
        return self._fire(chosen).result()

    def pollers(self) -> list[Poller]:
        """The pollers of each mapping, one per parallel batch."""
        if not self._pollers:
            self._pollers = [
                Poller(mapping, self.function(mapping.function_arn), self.aws, self._clock)
                for mapping in event_sources.mappings(self.aws)
                for _ in range(min(self._concurrency, mapping.maximum_concurrency or self._concurrency))
            ]
        return self._pollers

    def poll(self) -> Polled:
        """Poll every queue once."""
        total = Polled()
        for poller in self.pollers():
            total.add(poller.poll())
        return total

    def drain(self, progress: Callable[[Polled], None] = lambda _: None) -> Polled:
        """Poll until the queues are empty, without waiting for windows; failed messages come back later."""
        total = Polled()
        pollers = self.pollers()

        def drain_one(poller: Poller) -> None:
            while (polled := poller.poll(wait_for_window=False)).received:
                with self._lock:
                    total.add(polled)
                    progress(total)

        with ThreadPoolExecutor(max(1, len(pollers)), thread_name_prefix="drain") as pool:
            for ended in [pool.submit(drain_one, poller) for poller in pollers]:
                ended.result()
        return total

    def serve(
        self,
        stopped: threading.Event,
        say: Callable[[str], None],
        deployed: Callable[[list[str]], None] = lambda _: None,
    ) -> None:
        """Poll queues, fire schedules and deliver S3 events until stopped.

        `deployed` is called with the names of the functions at the start and whenever they change.
        """
        watch = ObjectWatch(self.aws)
        due: dict[str, float] = {}
        served: list[str] | None = None
        while not stopped.is_set():
            if (names := self.names()) != served:
                served, self._pollers = names, None
                deployed(names)
                say(f"serving {', '.join(names) or 'no function: none is deployed'}")
            self.fire_due(due, say)
            for new in watch.created():
                event = new.event(self.aws.endpoint.account_id, self.aws.endpoint.region, self._clock())
                say(f"object created: {new.key}")
                for function_arn in new.function_arns:
                    self.invoke_later(function_arn, event)
            polled = self.poll()
            if polled.received:
                say(f"{polled.received} messages: {polled.deleted} done, {polled.failed} failed")
            else:
                stopped.wait(_POLL_SECONDS)

    def fire_due(self, due: dict[str, float], say: Callable[[str], None]) -> list[Future[Result]]:
        """Fire the enabled schedules that are due; `due` stores the next time of each, by ARN."""
        now = self._clock()
        fired = []
        for schedule in schedules.schedules(self.aws):
            if not schedule.is_enabled:
                due.pop(schedule.arn, None)
                continue
            if schedule.arn not in due:
                due[schedule.arn] = schedule.next_after(now) or float("inf")
            elif due[schedule.arn] <= now:
                say(f"schedule {schedule.name} fires")
                fired.append(self._fire(schedule))
                due[schedule.arn] = schedule.next_after(now) or float("inf")
        return fired

    def _fire(self, schedule: Schedule) -> Future[Result]:
        return self.invoke_later(schedule.function_arn, schedule.event(self._clock()))

    def _invoke_asynchronously(self, function: Function, event: bytes) -> Result:
        result = function.invoke(event)
        target = function.configuration.dead_letter_arn
        if result.error and target and ":sqs:" in target:
            self._send_dead_letter(function, target, event, result)
        return result

    def _send_dead_letter(self, function: Function, queue_arn: str, event: bytes, result: Result) -> None:
        queue_url = self.aws.client("sqs").get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
        sqs = self.aws.client_of_role("sqs", function.configuration.role_arn, function.configuration.arn)
        message = json.loads(result.payload or error_payload("Unknown", "no reason given")).get("errorMessage", "")
        attributes = {"RequestID": result.request_id, "ErrorCode": "200", "ErrorMessage": message or "no message"}
        # Lambda drops a dead letter that cannot be sent, too.
        with suppress(ClientError):
            sqs.send_message(
                QueueUrl=queue_url,
                MessageBody=event.decode(),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                },
            )

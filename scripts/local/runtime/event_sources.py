"""Event source mappings: polls a queue, invokes a function, and deletes the messages that succeeded."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import ClientError

from scripts.local.runtime import batch_response, configuration
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.sandbox import Result

_RECEIVED_TOGETHER = 10
"""The most messages of one SQS call."""


class Invocable(Protocol):
    """A function, as a mapping uses it."""

    def invoke(self, event: bytes) -> Result:
        """Run it on an event."""


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """A mapping of a queue to a function, with the role that polls the queue."""

    uuid: str
    arn: str
    queue_arn: str
    function_arn: str
    role_arn: str
    batch_size: int
    window_seconds: int
    reports_failures: bool
    maximum_concurrency: int | None


def mappings(aws: Aws) -> list[EventSourceMapping]:
    """The enabled mappings of queues."""
    pages = aws.client("lambda").get_paginator("list_event_source_mappings").paginate()
    return [
        EventSourceMapping(
            uuid=one["UUID"],
            arn=_arn(one),
            queue_arn=one["EventSourceArn"],
            function_arn=one["FunctionArn"],
            role_arn=configuration.find(aws, one["FunctionArn"]).role_arn,
            batch_size=one["BatchSize"],
            window_seconds=one.get("MaximumBatchingWindowInSeconds", 0),
            reports_failures="ReportBatchItemFailures" in one.get("FunctionResponseTypes", []),
            maximum_concurrency=one.get("ScalingConfig", {}).get("MaximumConcurrency"),
        )
        for page in pages
        for one in page["EventSourceMappings"]
        if one["State"] in {"Enabled", "Creating"} and ":sqs:" in one["EventSourceArn"]
    ]


@dataclass(slots=True)
class Polled:
    """The messages of one or more polls; `failures` are the errors of the functions."""

    received: int = 0
    deleted: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Polled") -> None:
        """Add the counts of another poll."""
        self.received += other.received
        self.deleted += other.deleted
        self.failed += other.failed
        self.failures += other.failures


@dataclass(slots=True)
class Poller:
    """Polls one queue for one function.

    A failed message stays hidden for the queue's visibility timeout, by `clock`. If that clock is ahead of the
    machine's, the message is made visible through SQS, which still counts receives and moves messages to the
    dead-letter queue.
    """

    mapping: EventSourceMapping
    function: Invocable
    aws: Aws
    clock: Callable[[], float]
    _queue_url: str = field(default="", init=False)
    _collected: list[dict[str, Any]] = field(default_factory=list, init=False)
    _window_ends: float = field(default=0.0, init=False)
    _hidden: list[tuple[float, str]] = field(default_factory=list, init=False)

    def poll(self, *, wait_for_window: bool = True) -> Polled:
        """Receive messages, and invoke the function if the batch is full or its window has ended."""
        self.show_due()
        self._collect()
        if not self._collected:
            return Polled()
        is_full = len(self._collected) == self.mapping.batch_size
        if wait_for_window and not is_full and self.clock() < self._window_ends:
            return Polled()
        batch, self._collected = self._collected, []
        return self._deliver(batch)

    def _collect(self) -> None:
        while (room := self.mapping.batch_size - len(self._collected)) > 0:
            answer = self._sqs().receive_message(
                QueueUrl=self._url(),
                MaxNumberOfMessages=min(room, _RECEIVED_TOGETHER),
                WaitTimeSeconds=0,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            messages = answer.get("Messages", [])
            if not messages:
                return
            if not self._collected:
                self._window_ends = self.clock() + self.mapping.window_seconds
            self._collected += messages

    def _deliver(self, batch: Sequence[Mapping[str, Any]]) -> Polled:
        result = self.function.invoke(json.dumps({"Records": [self._record(one) for one in batch]}).encode())
        ids = [one["MessageId"] for one in batch]
        if result.error:
            failed = set(ids)
        elif self.mapping.reports_failures:
            failed = batch_response.failed(result.payload, ids)
        else:
            failed = set()
        done = [one for one in batch if one["MessageId"] not in failed]
        self._delete(done)
        visible_again = self.clock() + self._visibility_seconds()
        self._hidden += [(visible_again, one["ReceiptHandle"]) for one in batch if one["MessageId"] in failed]
        errors = [result.payload.decode(errors="replace")] if result.error else []
        return Polled(len(batch), len(done), len(failed), errors)

    def _delete(self, messages: Sequence[Mapping[str, Any]]) -> None:
        for first in range(0, len(messages), _RECEIVED_TOGETHER):
            entries = [
                {"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]}
                for number, one in enumerate(messages[first : first + _RECEIVED_TOGETHER])
            ]
            self._sqs().delete_message_batch(QueueUrl=self._url(), Entries=entries)

    def show_due(self) -> None:
        """Make the messages visible that were hidden long enough."""
        # With operator credentials: on AWS this happens without a permission.
        now = self.clock()
        due = [handle for moment, handle in self._hidden if moment <= now]
        self._hidden = [(moment, handle) for moment, handle in self._hidden if moment > now]
        sqs = self.aws.client("sqs")
        for handle in due:
            # Refused if the message is visible already, or deleted.
            with suppress(ClientError):
                sqs.change_message_visibility(QueueUrl=self._url(), ReceiptHandle=handle, VisibilityTimeout=0)

    def _record(self, message: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {
                name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.mapping.queue_arn,
            "awsRegion": self.mapping.queue_arn.split(":")[3],
        }

    def _visibility_seconds(self) -> int:
        """The current value: it can change."""
        answer = self._sqs().get_queue_attributes(QueueUrl=self._url(), AttributeNames=["VisibilityTimeout"])
        return int(answer["Attributes"]["VisibilityTimeout"])

    def _sqs(self) -> Any:
        """A client with the function's role, as Lambda polls."""
        return self.aws.client_of_role("sqs", self.mapping.role_arn, self.mapping.arn)

    def _url(self) -> str:
        if not self._queue_url:
            name = self.mapping.queue_arn.rpartition(":")[2]
            self._queue_url = self.aws.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        return self._queue_url


def _arn(answer: Mapping[str, Any]) -> str:
    prefix = answer["FunctionArn"].partition(":function:")[0]
    return f"{prefix}:event-source-mapping:{answer['UUID']}"


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name[0].lower() + name[1:]: part for name, part in value.items()}

"""Lambda around the functions: asynchronous events, the polling of queues, throttling, and the metrics of all of it.

Metrics, their names and when they are published: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.local.cloudwatch import embedded
from scripts.local.cloudwatch.metrics import Metric, Metrics
from tests.alarms.account import Account
from tests.alarms.functions import Function, Result

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 300.0
"""A throttled event is tried again after 1 second, then after ever longer pauses of 5 minutes at most:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""


@dataclass(slots=True)
class Event:
    """An asynchronous event, and when it is tried next."""

    function: str
    body: Any
    arrived: float
    due: float
    pause: float = _FIRST_PAUSE_SECONDS


@dataclass(slots=True)
class LambdaService:
    account: Account
    functions: Mapping[str, Function]
    metrics: Metrics
    now: Callable[[], float]
    events: list[Event] = field(default_factory=list)

    def send(self, function: str, body: Any) -> None:
        """Accept an asynchronous event."""
        self.events.append(Event(function, body, self.now(), self.now()))

    def work(self) -> None:
        """Do everything that is due: asynchronous events, and one batch after the other from each queue."""
        due = [event for event in self.events if event.due <= self.now()]
        for event in due:
            self._try(event)
        for mapping in self._mappings():
            while self._poll(mapping):
                pass

    def _try(self, event: Event) -> None:
        self.events.remove(event)
        configuration = self._event_configuration(event.function)
        if self._is_throttled(event.function):
            age = self.now() - event.arrived
            if age > configuration["MaximumEventAgeInSeconds"]:
                self._bury(event, "throttled for too long")
                return
            event.due = self.now() + event.pause
            event.pause = min(event.pause * 2, _LONGEST_PAUSE_SECONDS)
            self.events.append(event)
            return
        result = self._invoke(event.function, event.body)
        # The functions ask for no further attempts (modules/lambda_function).
        assert configuration["MaximumRetryAttempts"] == 0
        if result.error:
            self._bury(event, result.error)

    def _bury(self, event: Event, error: str) -> None:
        found = self.functions[event.function].configuration
        queue_arn = str(found.dead_letter_arn)
        if self.account.may(found.role_arn, "sqs:SendMessage", queue_arn):
            self.account.send(queue_arn.rpartition(":")[2], f"{event.body}")
        else:
            self._put(event.function, "DeadLetterErrors", self.now(), 1)
        self.functions[event.function].log.append((self.now(), f"event dropped: {error}"))

    def _invoke(self, function: str, body: Any) -> Result:
        """Run a function; its metrics have the time at which it started, as AWS says of errors."""
        started = self.now()
        result = self.functions[function].invoke(body)
        embedded.publish(result.printed, self.metrics)
        self._put(function, "Invocations", started, 1)
        self._put(function, "Errors", started, 1 if result.error else 0)
        self._put(function, "Duration", started, (self.now() - started) * 1000)
        self._put(function, "ConcurrentExecutions", started, 1)
        return result

    def _is_throttled(self, function: str) -> bool:
        """Whether nobody may run now: work is one after the other here, so only a reservation of 0 leaves no room."""
        functions = self.account.client("lambda")
        answer = self.account.known(
            f"concurrency of {function}", lambda: functions.get_function_concurrency(FunctionName=function)
        )
        throttled = bool(answer.get("ReservedConcurrentExecutions") == 0)
        if throttled:
            self._put(function, "Throttles", self.now(), 1)
        return throttled

    def _event_configuration(self, function: str) -> Mapping[str, int]:
        functions = self.account.client("lambda")
        answer: Mapping[str, int] = self.account.known(
            f"events of {function}", lambda: functions.get_function_event_invoke_config(FunctionName=function)
        )
        return answer

    def _mappings(self) -> list[dict[str, Any]]:
        answer = self.account.known("mappings", self.account.client("lambda").list_event_source_mappings)
        return [one for one in answer["EventSourceMappings"] if one["State"] == "Enabled"]

    def polled(self) -> set[str]:
        """The names of the queues that are polled."""
        return {one["EventSourceArn"].rpartition(":")[2] for one in self._mappings()}

    def _poll(self, mapping: Mapping[str, Any]) -> int:
        """Invoke the function of a queue with one batch; give the number of its messages."""
        name = mapping["EventSourceArn"].rpartition(":")[2]
        if not self.account.queue(name).messages:
            return 0
        url = self.account.queue_url(name)
        sqs = self.account.client("sqs")
        messages = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=mapping["BatchSize"], WaitTimeSeconds=0, AttributeNames=["All"]
        ).get("Messages", [])
        function = mapping["FunctionArn"].rpartition(":function:")[2]
        if not messages or self._is_throttled(function):
            # What was received stays hidden for the visibility timeout, and is then received again.
            return 0
        result = self._invoke(function, {"Records": [_record(one, mapping["EventSourceArn"]) for one in messages]})
        failed = {one["itemIdentifier"] for one in (result.answer or {}).get("batchItemFailures", [])}
        for message in messages:
            if not result.error and message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    def _put(self, function: str, name: str, timestamp: float, value: float) -> None:
        self.metrics.put(Metric.of("AWS/Lambda", name, {"FunctionName": function}), timestamp, value)


def _record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from scripts.local.runtime.aws import Aws
from scripts.local.runtime.event_sources import Poller, mappings
from scripts.local.runtime.sandbox import Result
from tests.integration.local.runtime.deployment import Deployment
from tests.integration.local.runtime.manual_clock import ManualClock

VISIBILITY_SECONDS = 720


@dataclass(slots=True)
class Recorder:
    """A function that remembers its batches and answers as it was told."""

    answer: bytes = b"{}"
    error: str | None = None
    batches: list[list[dict[str, Any]]] = field(default_factory=list)

    def invoke(self, event: bytes) -> Result:
        self.batches.append(json.loads(event)["Records"])
        return Result("request", self.answer, self.error)

    def fail(self, *message_ids: str) -> None:
        self.answer = json.dumps({"batchItemFailures": [{"itemIdentifier": one} for one in message_ids]}).encode()


@dataclass(slots=True)
class Source:
    """A queue with its dead-letter queue, a poller of it, and the function it starts."""

    aws: Aws
    url: str
    dead_letters: str
    poller: Poller
    function: Recorder

    def send(self, *bodies: str) -> list[str]:
        sqs = self.aws.client("sqs")
        return [sqs.send_message(QueueUrl=self.url, MessageBody=body)["MessageId"] for body in bodies]

    def left(self, url: str | None = None) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws.client("sqs").get_queue_attributes(QueueUrl=url or self.url, AttributeNames=names)
        return sum(int(value) for value in answer["Attributes"].values())


def source_of(aws: Aws, deployment: Deployment, clock: ManualClock, **configuration: Any) -> Source:
    dead_letters, dead_letters_arn = deployment.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 2})
    url, arn = deployment.queue(VisibilityTimeout=str(VISIBILITY_SECONDS), RedrivePolicy=redrive)
    function = deployment.function("def handler(event, context): ...")
    deployment.mapping(function, arn, **{"FunctionResponseTypes": ["ReportBatchItemFailures"], **configuration})
    (mapping,) = [one for one in mappings(aws) if one.queue_arn == arn]
    recorder = Recorder()
    return Source(aws, url, dead_letters, Poller(mapping, recorder, aws, clock), recorder)


@pytest.fixture
def source(aws: Aws, deployment: Deployment, clock: ManualClock) -> Source:
    return source_of(aws, deployment, clock)


@pytest.fixture
def source_of_three(aws: Aws, deployment: Deployment, clock: ManualClock) -> Source:
    """One that gives up to three messages at once."""
    return source_of(aws, deployment, clock, BatchSize=3)


def test_a_function_is_given_a_record_as_lambda_forms_it(source: Source) -> None:
    (message_id,) = source.send("hello")
    source.poller.poll()
    ((record,),) = source.function.batches
    assert (record["messageId"], record["body"]) == (message_id, "hello")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert (record["eventSource"], record["eventSourceARN"]) == ("aws:sqs", source.poller.mapping.queue_arn)


def test_a_message_that_went_well_is_deleted(source: Source) -> None:
    source.send("hello")
    assert (source.poller.poll().deleted, source.left()) == (1, 0)


def test_a_batch_holds_no_more_messages_than_the_mapping_says(source_of_three: Source) -> None:
    source_of_three.send(*"abcd")
    source_of_three.poller.poll()
    source_of_three.poller.poll()
    assert [len(batch) for batch in source_of_three.function.batches] == [3, 1]


def test_a_message_that_failed_is_hidden_for_the_visibility_timeout(source: Source, clock: ManualClock) -> None:
    source.function.error = "Unhandled"
    source.send("hello")
    source.poller.poll()
    clock.advance(VISIBILITY_SECONDS - 1)
    assert source.poller.poll().received == 0
    clock.advance(1)
    assert source.poller.poll().received == 1


def test_receives_are_counted(source: Source, clock: ManualClock) -> None:
    source.function.error = "Unhandled"
    source.send("hello")
    source.poller.poll()
    clock.advance(VISIBILITY_SECONDS)
    source.poller.poll()
    counts = [batch[0]["attributes"]["ApproximateReceiveCount"] for batch in source.function.batches]
    assert counts == ["1", "2"]


def test_a_message_that_keeps_failing_becomes_a_dead_letter(source: Source, clock: ManualClock) -> None:
    source.function.error = "Unhandled"
    source.send("hello")
    for _ in range(3):
        source.poller.poll()
        clock.advance(VISIBILITY_SECONDS)
    assert len(source.function.batches) == 2
    assert (source.left(), source.left(source.dead_letters)) == (0, 1)


def test_of_a_batch_only_the_reported_message_comes_again(source_of_three: Source, clock: ManualClock) -> None:
    bad, *_ = source_of_three.send(*"abc")
    source_of_three.function.fail(bad)
    polled = source_of_three.poller.poll()
    clock.advance(VISIBILITY_SECONDS)
    source_of_three.poller.poll()
    assert (polled.deleted, polled.failed) == (2, 1)
    assert [record["messageId"] for record in source_of_three.function.batches[1]] == [bad]


def test_a_report_that_names_no_message_of_the_batch_fails_all_of_it(source_of_three: Source) -> None:
    source_of_three.send(*"abc")
    source_of_three.function.fail("no message of this batch")
    assert source_of_three.poller.poll().failed == 3
    assert source_of_three.left() == 3


def test_reports_are_ignored_where_the_mapping_does_not_ask_for_them(
    aws: Aws, deployment: Deployment, clock: ManualClock
) -> None:
    source = source_of(aws, deployment, clock, FunctionResponseTypes=[])
    source.function.fail(*source.send("hello"))
    assert (source.poller.poll().deleted, source.left()) == (1, 0)


def test_a_batch_that_is_not_full_waits_for_its_window(aws: Aws, deployment: Deployment, clock: ManualClock) -> None:
    source = source_of(aws, deployment, clock, BatchSize=3, MaximumBatchingWindowInSeconds=60)
    source.send("a")
    source.poller.poll()
    clock.advance(59)
    source.send("b")
    source.poller.poll()
    assert source.function.batches == []
    clock.advance(1)
    source.poller.poll()
    assert [len(batch) for batch in source.function.batches] == [2]


def test_a_full_batch_does_not_wait(aws: Aws, deployment: Deployment, clock: ManualClock) -> None:
    source = source_of(aws, deployment, clock, BatchSize=3, MaximumBatchingWindowInSeconds=60)
    source.send(*"abc")
    assert source.poller.poll().deleted == 3

from datetime import timedelta
from typing import Any

import pytest

from csvbatch.aws.sqs_queue import SendError, SqsQueue
from csvbatch.pipeline.messages import ChunkMessage, loads

MESSAGES = [ChunkMessage("b", number, "bucket", "key", "version", 0, 1) for number in range(3)]


class Sqs:
    """Answers as the service is documented to, some messages of a call taken and others not."""

    def __init__(self, refused: set[str]) -> None:
        self.refused = refused
        self.bodies: list[str] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl == "url"
        self.bodies += [one["MessageBody"] for one in Entries if one["Id"] not in self.refused]
        return {
            "Successful": [{"Id": one["Id"]} for one in Entries if one["Id"] not in self.refused],
            "Failed": [{"Id": one["Id"], "Code": "InternalError"} for one in Entries if one["Id"] in self.refused],
        }

    def get_queue_attributes(self, **_: object) -> dict[str, Any]:
        return {"Attributes": {"MessageRetentionPeriod": "345600"}}


def test_all_messages_are_sent_and_can_be_read_again() -> None:
    sqs = Sqs(refused=set())
    assert SqsQueue("url", sqs).send(MESSAGES) == MESSAGES
    assert [loads(body) for body in sqs.bodies] == MESSAGES


def test_only_what_was_taken_counts_as_sent() -> None:
    assert SqsQueue("url", Sqs(refused={"1"})).send(MESSAGES) == [MESSAGES[0], MESSAGES[2]]


def test_a_call_of_which_nothing_was_taken_is_an_error_with_the_reason() -> None:
    with pytest.raises(SendError, match=r"none of 3 messages \(InternalError\)"):
        SqsQueue("url", Sqs(refused={"0", "1", "2"})).send(MESSAGES)


def test_the_retention_is_the_queue_s() -> None:
    assert SqsQueue("url", Sqs(set())).retention() == timedelta(days=4)

"""Implements the pipeline's queue with SQS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from csvbatch.pipeline.messages import ChunkMessage


class SendError(Exception):
    """SQS accepted none of the messages; `code` is its first reason."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class SqsQueue:
    """The queue of chunks."""

    url: str
    sqs: Any

    def send(self, messages: Sequence[ChunkMessage]) -> Sequence[ChunkMessage]:
        """Send up to ten messages; gives those that SQS accepted, because it may refuse some of a call."""
        entries = [{"Id": str(number), "MessageBody": one.dumps()} for number, one in enumerate(messages)]
        answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
        taken = [messages[int(one["Id"])] for one in answer.get("Successful", [])]
        if not taken:
            codes = sorted({one["Code"] for one in answer.get("Failed", [])})
            reasons = ", ".join(codes) or "no reason given"
            raise SendError(f"SQS accepted none of {len(messages)} messages ({reasons})", next(iter(codes), None))
        return taken

    def retention(self) -> timedelta:
        """Give how long the queue keeps a message."""
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["MessageRetentionPeriod"])
        return timedelta(seconds=int(answer["Attributes"]["MessageRetentionPeriod"]))

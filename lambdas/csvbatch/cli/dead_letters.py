"""Deletes this platform's messages from the dead-letter queue if the ledger no longer needs them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from csvbatch.cli.problems import CommandError
from csvbatch.pipeline import messages
from csvbatch.store import ChunkState, LedgerError, Store

_HIDDEN_SECONDS = 120
_TOGETHER = 10


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Counts of messages: deleted, kept because they are still needed, and foreign to this platform."""

    taken: int
    kept: int
    foreign: int


def dead_letter_url(sqs: Any, queue_url: str) -> str:
    """Give the URL of a queue's dead-letter queue."""
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
    policy = answer.get("Attributes", {}).get("RedrivePolicy")
    if not policy:
        raise CommandError(f"{queue_url} has no dead-letter queue: name the queue of chunks, not its dead letters.")
    *_, account, name = json.loads(policy)["deadLetterTargetArn"].split(":")
    url: str = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    return url


def clear(sqs: Any, url: str, store: Store, *, dry_run: bool, revived: Callable[[str], bool]) -> DeadLetters:
    """Look at every message once, and delete those whose chunk is pending or done; keep all others.

    `revived` tells whether a batch's dead chunks are pending, or would be pending on a dry run.
    """
    seen: dict[str, str] = {}
    taken = kept = foreign = 0
    while fresh := [one for one in _receive(sqs, url) if one["MessageId"] not in seen]:
        for message in fresh:
            seen[message["MessageId"]] = message["ReceiptHandle"]
            state = _state(store, message["Body"])
            if state is None:
                foreign += 1
            elif state in (ChunkState.PENDING, ChunkState.DONE) or (
                state is ChunkState.DEAD and dry_run and revived(messages.loads(message["Body"]).batch)
            ):
                taken += 1
                if not dry_run:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=seen.pop(message["MessageId"]))
            else:
                kept += 1
    for receipt in seen.values():
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
    return DeadLetters(taken, kept, foreign)


def _receive(sqs: Any, url: str) -> list[dict[str, str]]:
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=_TOGETHER, VisibilityTimeout=_HIDDEN_SECONDS, WaitTimeSeconds=1
    )
    found: list[dict[str, str]] = answer.get("Messages", [])
    return found


def _state(store: Store, body: str) -> ChunkState | None:
    """Give the state of the chunk that a message names; None if this ledger has no such chunk."""
    try:
        message = messages.loads(body)
        if store.batch(message.batch).bucket != message.bucket:
            return None
        chunks = store.chunks(message.batch)
    except (messages.MessageError, LedgerError):
        return None
    return next((chunk.state for chunk in chunks if chunk.chunk_number == message.chunk), None)

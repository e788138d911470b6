"""Handles one delivery of a message: loads the chunk, or marks it dead if the last delivery fails."""

import logging
from dataclasses import dataclass

from csvbatch.pipeline import messages
from csvbatch.pipeline.failures import code_of
from csvbatch.pipeline.loading import load
from csvbatch.pipeline.ports import Deadline, Objects
from csvbatch.store import CredentialsError, LoadOutcome, Store, StoreError

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The body of a message, and whether the queue will deliver it again if it fails now."""

    body: str
    is_last: bool


class OtherBucketError(Exception):
    """The message names a bucket that is not the one this function serves."""


def deliver(store: Store, objects: Objects, delivery: Delivery, deadline: Deadline) -> LoadOutcome:
    """Load the chunk that a message names.

    Raises MessageError, OtherBucketError and what `loading.load` raises; nothing of the chunk is in the table then.
    If the last delivery fails, the chunk is marked dead, so that its batch is not closed without it. If that fails too,
    the chunk stays `sent`, and a later run of the batch processor sends it again.
    """
    message = messages.loads(delivery.body)
    if message.bucket != objects.bucket:
        raise OtherBucketError(f"the message of batch {message.batch} names another bucket; it can be deleted")
    try:
        return load(store, objects, message.batch, message.chunk, deadline)
    except CredentialsError:
        raise
    except Exception as error:
        if delivery.is_last:
            _give_up(store, message, error)
        raise


def _give_up(store: Store, message: messages.ChunkMessage, error: Exception) -> None:
    reason = getattr(error, "reason", None) if not isinstance(error, StoreError) else error.code
    reason = reason or code_of(error)
    try:
        store.mark_dead(message.batch, message.chunk, str(reason))
    except StoreError as second:
        LOG.error(
            "chunk could not be marked dead",
            extra={"batch": message.batch, "chunk": message.chunk, "code": second.code},
        )

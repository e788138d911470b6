"""What one delivery of a message leads to: the chunk loaded, or an error, and after the last one a dead chunk."""

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
    """Load the chunk a message names; raises where it was not loaded, and nothing of it is in the table then.

    After the last delivery the chunk is marked dead, which keeps its batch from being closed in silence. Where
    even that fails, the chunk stays `sent`, and a later run of the batch processor sends it again.
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

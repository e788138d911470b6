"""One run of the batch processor: register what arrived, split it, send its chunks, end what is finished."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched, groupby
from uuid import uuid4

from csvbatch.contract import Contract
from csvbatch.pipeline import closing, layout
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.pipeline.ports import Deadline, Objects, OutOfTimeError, Queue, StoredObject
from csvbatch.pipeline.splitting import split
from csvbatch.store import BatchState, ChunkTask, LedgerError, NewBatch, Store

LOG = logging.getLogger(__name__)

LEASE = "batch-processor"
SENT_TOGETHER = 10
"""What SQS takes in one call."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did; `is_complete` is False where another processor was at work, or time ran out."""

    registered: int = 0
    split: int = 0
    refused: int = 0
    sent: int = 0
    closed: int = 0
    is_complete: bool = False


@dataclass(slots=True)
class Processor:
    """Runs the batch processor's work against the world it is given; may be killed at any moment, and run again.

    `resend_after` is how long the queue keeps a message, `lease_duration` how long a processor may take at most.
    """

    store: Store
    objects: Objects
    queue: Queue
    contracts: Mapping[str, Contract]
    chunk_bytes: int
    resend_after: timedelta
    lease_duration: timedelta
    deadline: Deadline

    def run(self) -> Run:
        """Do all there is to do, unless another processor is at it."""
        owner = uuid4().hex
        if not self.store.acquire_lease(LEASE, owner, self.lease_duration):
            LOG.info("another processor is at work")
            return Run()
        try:
            return self._work()
        finally:
            self.store.release_lease(LEASE, owner)

    def _work(self) -> Run:
        done = Counter[str]()
        try:
            done["closed"] += closing.close_all(self.store, self.objects)
            # What is ready is sent before anything new is begun: a long split must not hold back short ones.
            done["sent"] += self._send()
            done["registered"] += self._register()
            for batch in self.store.batches(BatchState.REGISTERED, BatchState.SPLITTING):
                if batch.bucket != self.objects.bucket:
                    continue
                self.deadline.check()
                after = split(
                    self.store, self.objects, batch, self._contract(batch.id), self.chunk_bytes, self.deadline
                )
                done["refused" if after.state is BatchState.REFUSED else "split"] += 1
                done["sent"] += self._send()
            done["closed"] += closing.close_all(self.store, self.objects)
        except OutOfTimeError:
            LOG.info("out of time; the next run goes on", extra=done)
            return Run(**done, is_complete=False)
        LOG.info("run complete", extra=done)
        return Run(**done, is_complete=True)

    def _register(self) -> int:
        known = self.store.known_versions(self.objects.bucket, layout.INCOMING)
        new = [one for one in self.objects.versions(layout.INCOMING) if one.object not in known]
        registered = 0
        for stored in sorted(new, key=_arrival):
            incoming = layout.parse_incoming(stored.object.key)
            if incoming is None:
                continue
            self.deadline.check()
            contract = self.contracts.get(incoming.dataset)
            batch = self.store.register(
                NewBatch(incoming.dataset, self.objects.bucket, stored.object, stored.size_bytes, contract)
            )
            LOG.info("file registered", extra={"batch": batch.id, "dataset": batch.dataset})
            registered += 1
        return registered

    def _contract(self, batch_id: str) -> Contract | None:
        """The batch's own copy: the packaged contract may have changed since it was registered."""
        try:
            return self.store.contract(batch_id)
        except LedgerError as error:
            if error.code != "NO_CONTRACT":
                raise
            return None

    def _chunks_to_send(self) -> list[ChunkTask]:
        """Those of this bucket: a database may be shared, and another bucket's files are not to be read here."""
        tasks = self.store.chunks_to_send(self.resend_after)
        return [task for task in tasks if task.batch.bucket == self.objects.bucket]

    def _send(self) -> int:
        sent = 0
        for tasks in _together(self._chunks_to_send()):
            self.deadline.check()
            taken = self.queue.send([_message(task) for task in tasks])
            self.store.mark_sent(tasks[0].batch.id, [message.chunk for message in taken])
            sent += len(taken)
        return sent


def _arrival(stored: StoredObject) -> tuple[object, str, str]:
    return stored.modified, stored.object.key, stored.object.version


def _together(tasks: Sequence[ChunkTask]) -> Iterator[tuple[ChunkTask, ...]]:
    for _, of_batch in groupby(tasks, key=lambda task: task.batch.id):
        yield from batched(of_batch, SENT_TOGETHER, strict=False)


def _message(task: ChunkTask) -> ChunkMessage:
    source = task.batch.source
    return ChunkMessage(
        batch=task.batch.id,
        chunk=task.chunk.chunk_number,
        bucket=task.batch.bucket,
        key=source.key,
        version=source.version,
        start=task.chunk.start_byte,
        end=task.chunk.end_byte,
    )

"""The steps of one run of the batch processor. Each step handles each batch separately.

A failure is recorded on its batch as a code, and the step continues with the next batch. A batch that cannot be split
is refused after a number of attempts. A batch whose chunks are sent or loaded is retried in every run.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched, groupby

from csvbatch.contract.model import Contract
from csvbatch.pipeline import closing, failures, layout, names
from csvbatch.pipeline.arrival import in_order_of_arrival
from csvbatch.pipeline.failures import Failure
from csvbatch.pipeline.isolation import Isolation, counted_as
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.pipeline.ports import Deadline, Objects, OutOfTimeError, Queue, StoredObject
from csvbatch.pipeline.selection import Selection
from csvbatch.pipeline.splitting import split
from csvbatch.store import (
    Batch,
    BatchState,
    ChunkTask,
    CredentialsError,
    LedgerError,
    NewBatch,
    RetryableError,
    Store,
)

LOG = logging.getLogger(__name__)

SENT_TOGETHER = 10
"""Messages that SQS accepts in one call."""

WHOLE_RUN = 0.9
"""Share of a run's seconds that must be left when a split begins for the file to have had the whole run."""

_SKIPS_LOGGED = 20
"""Skipped objects that one run logs. An object that is skipped once is skipped in every run."""

_SPLITTABLE = (BatchState.REGISTERED, BatchState.SPLITTING)
_SENDABLE = (BatchState.LOADING, BatchState.INCOMPLETE)
_CLOSABLE = (BatchState.CLOSING,)


class MessagesLeftError(Exception):
    """The queue accepted only some of a batch's messages; the next run sends the others."""

    code = failures.MESSAGES_LEFT


@dataclass(slots=True)
class Steps:
    """The steps of one run, and the counts of what they did."""

    store: Store
    selection: Selection
    isolation: Isolation
    objects: Objects
    queue: Queue
    contracts: Mapping[str, Contract]
    chunk_bytes: int
    resend_after: timedelta
    deadline: Deadline
    done: Counter[str] = field(default_factory=Counter)
    _seconds_of_run: float | None = None

    def close(self) -> None:
        """Close the batches that are ready; those that failed in an earlier run come last."""
        waiting = self.selection.batches(*_CLOSABLE)
        for batch in self.isolation.each("close", sorted(waiting, key=_those_that_failed_last)):
            with self.isolation.isolated(batch, _CLOSABLE):
                self._check()
                closing.close(self.store, self.objects, batch)
                self.done["closed"] += 1

    def send(self) -> None:
        """Send a message for each chunk that needs one."""
        tasks = self.selection.chunks_to_send(self.resend_after)
        by_batch = {batch: list(of_batch) for batch, of_batch in groupby(tasks, key=lambda task: task.batch)}
        for batch in self.isolation.each("send", sorted(by_batch, key=_those_that_failed_last)):
            with self.isolation.isolated(batch, _SENDABLE):
                self._send(batch, by_batch[batch])

    def register(self) -> None:
        """Register new files in order of arrival; objects that cannot be registered are skipped and counted."""
        known = self.store.known_versions(self.objects.bucket, layout.INCOMING)
        stuck: set[str] = set()
        for stored in in_order_of_arrival(self.objects.versions(layout.INCOMING)):
            key = stored.object.key
            if stored.object in known or key.endswith("/"):
                continue
            incoming = layout.parse_incoming(key)
            problem = names.problem_of(stored, incoming)
            if problem or incoming is None:
                self._skip(stored, problem)
            elif key not in stuck:
                self._check()
                if not self._register(stored, incoming):
                    # A later version of a key must not be registered before an earlier one.
                    stuck.add(key)

    def split(self) -> None:
        """Split the registered batches, those with the fewest attempts first, so that no file starves another."""
        waiting = sorted(self.selection.batches(*_SPLITTABLE), key=lambda one: (one.splits, one.load_sequence))
        failed: list[tuple[Batch, Failure]] = []
        try:
            for batch in self.isolation.each("split", waiting):
                failed += self._split(batch)
                self.send()
        except OutOfTimeError:
            self._settle(failed)
            raise
        self._settle(failed)

    def _register(self, stored: StoredObject, incoming: layout.Incoming) -> bool:
        dataset = names.ledger_dataset(incoming)
        contract = self.contracts.get(incoming.dataset)
        new = NewBatch(dataset, self.objects.bucket, stored.object, stored.size_bytes, contract)
        try:
            batch = self.store.register(new)
        except (RetryableError, CredentialsError):
            raise
        except Exception as error:
            # If the database itself is the cause, this call raises too.
            self.store.now()
            self._skip(stored, failures.code_of(error))
            return False
        LOG.info("file registered", extra={"batch": batch.id, "dataset": batch.dataset})
        self.done["registered"] += 1
        return True

    def _skip(self, stored: StoredObject, reason: str | None) -> None:
        self.done["skipped"] += 1
        if self.done["skipped"] <= _SKIPS_LOGGED:
            # A key may hold any characters, so it is escaped and cut.
            LOG.warning("object skipped", extra={"reason": reason, "object": ascii(stored.object.key[:200])})

    def _send(self, batch: Batch, tasks: Sequence[ChunkTask]) -> None:
        for together in batched(tasks, SENT_TOGETHER, strict=False):
            self._check()
            taken = self.queue.send([_message(task) for task in together])
            self.store.mark_sent(batch.id, [message.chunk for message in taken])
            self.done["sent"] += len(taken)
            if len(taken) < len(together):
                raise MessagesLeftError
        if batch.failure is not None:
            self.store.clear_failure(batch.id)

    def _split(self, batch: Batch) -> list[tuple[Batch, Failure]]:
        """Split one batch; if a failure used up an attempt, give it with the batch as it was before."""
        left = self._check()
        if batch.state is BatchState.SPLITTING:
            # This run holds the lease, so the process that began this split was terminated.
            interrupted = Failure(failures.INTERRUPTED, is_environmental=False, counts=True)
            before, batch = batch, self.isolation.record(batch, interrupted, _SPLITTABLE)
            if failures.is_too_often(batch.failures, interrupted.code):
                return [(before, interrupted)]
        with self.isolation.isolated(batch, _SPLITTABLE) as failed:
            try:
                contract = self._contract(batch.id)
                after = split(self.store, self.objects, batch, contract, self.chunk_bytes, self.deadline)
            except OutOfTimeError:
                self._ran_out_of_time(batch, left)
                raise
            self.done["refused" if after.state is BatchState.REFUSED else "split"] += 1
        return [(batch, failure) for failure in failed if failure.counts]

    def _ran_out_of_time(self, batch: Batch, left: float) -> None:
        """Record it; it counts as an attempt only if the file had the whole run, because then no run gives it more."""
        had_whole_run = left >= WHOLE_RUN * (self._seconds_of_run or left)
        failure = Failure(failures.OUT_OF_TIME, is_environmental=False, counts=had_whole_run)
        if not had_whole_run:
            before = counted_as(batch, failure.code)
            self.store.record_failure(before, failure.code, _SPLITTABLE, counted=False)
            return
        after = self.isolation.record(batch, failure, _SPLITTABLE)
        if failures.is_too_often(after.failures, failure.code):
            self._give_up(after, failure)

    def _settle(self, failed: Sequence[tuple[Batch, Failure]]) -> None:
        """Refuse files that failed too often, unless every file of this run was denied with the same code."""
        codes = {failure.code for _, failure in failed}
        nothing_else = not self.done["split"] and not self.done["refused"]
        if len(failed) > 1 and len(codes) == 1 and nothing_else and failed[0][1].may_be_environmental:
            LOG.error("all files were denied; no attempt is counted", extra={"code": failed[0][1].code})
            for batch, failure in failed:
                self.store.record_failure(batch, failure.code, _SPLITTABLE, counted=False)
            return
        for batch, failure in failed:
            now = self.store.batch(batch.id)
            if now.state in _SPLITTABLE and failures.is_too_often(now.failures, failure.code):
                self._give_up(now, failure)

    def _give_up(self, batch: Batch, failure: Failure) -> None:
        with self.isolation.isolated(batch, _SPLITTABLE):
            reason, problem = failures.refusal_of(failure.code, batch.failures, batch.id)
            closing.give_up(self.store, self.objects, batch, reason, [problem])
            self.done["refused"] += 1

    def _contract(self, batch_id: str) -> Contract | None:
        """The batch's own copy: the packaged contract may have changed since it was registered."""
        try:
            return self.store.contract(batch_id)
        except LedgerError as error:
            if error.code != "NO_CONTRACT":
                raise
            return None

    def _check(self) -> float:
        left = self.deadline.check()
        if self._seconds_of_run is None:
            self._seconds_of_run = left
        return left


def _those_that_failed_last(batch: Batch) -> tuple[bool, int]:
    return batch.failure is not None, batch.load_sequence


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

"""The steps of one run of the batch processor, each of which deals with every batch by itself.

What fails of one batch is recorded on it as a code, and the step goes on with the next. A batch that cannot be split
is refused after a number of attempts; one whose rows are on their way or in the table is tried again for ever.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched, groupby

from csvbatch.contract import Contract
from csvbatch.pipeline import closing, failures, layout, names
from csvbatch.pipeline.arrival import in_order_of_arrival
from csvbatch.pipeline.failures import MOST_FAILURES, Failure, failure_of
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.pipeline.ports import Deadline, Objects, OutOfTimeError, Queue, StoredObject
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
"""What SQS takes in one call."""

WHOLE_RUN = 0.9
"""Share of a run's seconds from which on a file had the run to itself: what else a run does takes some."""

_IN_A_ROW = 3
"""So many failures one after the other that are everybody's end a step for this run: others would meet the same."""

_SKIPS_LOGGED = 20
"""Of one run: an object that is skipped stays where it is, and is skipped in every run."""

_SPLITTABLE = (BatchState.REGISTERED, BatchState.SPLITTING)
_SENDABLE = (BatchState.LOADING, BatchState.INCOMPLETE)
_CLOSABLE = (BatchState.CLOSING,)


class MessagesLeftError(Exception):
    """The queue took some of a batch's messages and left others; a later run sends these."""

    code = failures.MESSAGES_LEFT


@dataclass(slots=True)
class Steps:
    """One run's steps, what they did, and the batches they failed on."""

    store: Store
    objects: Objects
    queue: Queue
    contracts: Mapping[str, Contract]
    chunk_bytes: int
    resend_after: timedelta
    deadline: Deadline
    done: Counter[str] = field(default_factory=Counter)
    failed: set[str] = field(default_factory=set)
    _set_aside: dict[str, Failure] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _seconds_of_run: float | None = None

    def close(self) -> None:
        """Close every batch of this bucket that waits for it, those that failed before after the others."""
        waiting = self._batches(*_CLOSABLE)
        for batch in self._each("close", sorted(waiting, key=_those_that_failed_last)):
            with self._alone(batch, _CLOSABLE):
                self._check()
                closing.close(self.store, self.objects, batch)
                self.done["closed"] += 1

    def send(self) -> None:
        """Send a message for each chunk that needs one."""
        tasks = [one for one in self.store.chunks_to_send(self.resend_after) if self._is_ours(one.batch)]
        by_batch = {batch: list(of_batch) for batch, of_batch in groupby(tasks, key=lambda task: task.batch)}
        for batch in self._each("send", sorted(by_batch, key=_those_that_failed_last)):
            with self._alone(batch, _SENDABLE):
                self._send(batch, by_batch[batch])

    def register(self) -> None:
        """Register what arrived, in the order in which it did; what cannot be registered is skipped and counted."""
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
                    # A later version must not be registered before an earlier one of its key.
                    stuck.add(key)

    def split(self) -> None:
        """Split what is registered; what was begun before comes after what was not, so nothing holds up the rest."""
        waiting = sorted(self._batches(*_SPLITTABLE), key=lambda one: (one.splits, one.load_sequence))
        failed: list[tuple[Batch, Failure]] = []
        try:
            for batch in self._each("split", waiting):
                if (failure := self._split(batch)) is not None:
                    failed.append((batch, failure))
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
            # Where the database as a whole is to blame, this raises too.
            self.store.now()
            self._skip(stored, failures.code_of(error))
            return False
        LOG.info("file registered", extra={"batch": batch.id, "dataset": batch.dataset})
        self.done["registered"] += 1
        return True

    def _skip(self, stored: StoredObject, reason: str | None) -> None:
        self.done["skipped"] += 1
        if self.done["skipped"] <= _SKIPS_LOGGED:
            # A name may be of any length and kind; what is logged of one is enough to find it by.
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

    def _split(self, batch: Batch) -> Failure | None:
        """Split one batch; gives the failure that used up one of its attempts, if one did."""
        left = self._check()
        if batch.state is BatchState.SPLITTING:
            # We hold the lease, so whoever began it is gone: killed, out of memory, or out of time beyond its margin.
            interrupted = Failure(failures.INTERRUPTED, is_everywhere=False, counts=True)
            batch = self._record(batch, interrupted, _SPLITTABLE)
            if batch.failures >= MOST_FAILURES:
                return interrupted
        with self._alone(batch, _SPLITTABLE) as failed:
            try:
                contract = self._contract(batch.id)
                after = split(self.store, self.objects, batch, contract, self.chunk_bytes, self.deadline)
            except OutOfTimeError:
                self._ran_out_of_time(batch, left)
                raise
            self.done["refused" if after.state is BatchState.REFUSED else "split"] += 1
        return failed[0] if failed and failed[0].counts else None

    def _ran_out_of_time(self, batch: Batch, left: float) -> None:
        """Count it where the file had the whole run's time, and so will not have more the next time."""
        had_whole_run = left >= WHOLE_RUN * (self._seconds_of_run or left)
        failure = Failure(failures.OUT_OF_TIME, is_everywhere=False, counts=had_whole_run)
        if not had_whole_run:
            self.store.record_failure(batch.id, failure.code, _SPLITTABLE, counted=False)
            return
        after = self._record(batch, failure, _SPLITTABLE)
        if after.failures >= MOST_FAILURES:
            self._give_up(after, failure)

    def _settle(self, failed: Sequence[tuple[Batch, Failure]]) -> None:
        """Refuse what has failed too often, unless every file met the same closed door."""
        codes = {failure.code for _, failure in failed}
        nothing_else = not self.done["split"] and not self.done["refused"]
        if len(failed) > 1 and len(codes) == 1 and nothing_else and failed[0][1].may_be_shared:
            LOG.error("every file failed alike; none is blamed", extra={"code": failed[0][1].code})
            for batch, _ in failed:
                self.store.discount_failure(batch.id)
            return
        for batch, failure in failed:
            now = self.store.batch(batch.id)
            if now.state in _SPLITTABLE and now.failures >= MOST_FAILURES:
                self._give_up(now, failure)

    def _give_up(self, batch: Batch, failure: Failure) -> None:
        with self._alone(batch, _SPLITTABLE):
            reason, problem = failures.why_refused(failure.code, batch.failures, batch.id)
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

    @contextmanager
    def _alone(self, batch: Batch, states: Sequence[BatchState]) -> Iterator[list[Failure]]:
        """Record on the batch what fails of it, and go on; gives a list that the failure is put in.

        Out of time and refused by the database as a whole are not the batch's affair, and are raised. So is what
        keeps the failure from being recorded, for the ledger is then out of reach.
        """
        met: list[Failure] = []
        try:
            yield met
        except (OutOfTimeError, CredentialsError):
            raise
        except Exception as error:
            failure = failure_of(error)
            met.append(failure)
            self._set_aside[batch.id] = failure
            self._record(batch, failure, states)

    def _record(self, batch: Batch, failure: Failure, states: Sequence[BatchState]) -> Batch:
        about = {"batch": batch.id, "dataset": batch.dataset, "state": batch.state.value}
        LOG.warning("batch failed", extra={**about, "code": failure.code, "counts": failure.counts})
        self.failed.add(batch.id)
        return self.store.record_failure(batch.id, failure.code, states, counted=failure.counts)

    def _each(self, step: str, batches: Sequence[Batch]) -> Iterator[Batch]:
        """Give the batches that nothing failed of in this run; what is everybody's, several times over, ends a step."""
        in_a_row = 0
        for batch in batches:
            if step in self._ended:
                return
            if batch.id in self._set_aside:
                continue
            yield batch
            failure = self._set_aside.get(batch.id)
            in_a_row = in_a_row + 1 if failure is not None and failure.is_everywhere else 0
            if in_a_row == _IN_A_ROW:
                self._ended.add(step)

    def _check(self) -> float:
        left = self.deadline.check()
        if self._seconds_of_run is None:
            self._seconds_of_run = left
        return left

    def _batches(self, *states: BatchState) -> list[Batch]:
        """Those of this bucket: a database may be shared, and another bucket's files are not to be read here."""
        return [batch for batch in self.store.batches(*states) if self._is_ours(batch)]

    def _is_ours(self, batch: Batch) -> bool:
        return batch.bucket == self.objects.bucket


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

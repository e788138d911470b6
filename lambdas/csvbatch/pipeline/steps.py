"""The steps of one run of the batch processor. Each step handles each batch separately.

A failure is recorded on its batch as a code, and the step continues with the next batch. A batch that cannot be split
is refused after a number of attempts. A batch whose chunks are sent or loaded is retried in every run.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import batched

from csvbatch.contract.model import Contract
from csvbatch.pipeline import closing, failures
from csvbatch.pipeline.claims import Claims
from csvbatch.pipeline.failures import Failure
from csvbatch.pipeline.isolation import Isolation, counted_as
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.pipeline.ports import Deadline, Objects, OutOfTimeError, ProgressError, Queue, UnpackingError
from csvbatch.pipeline.selection import Selection
from csvbatch.pipeline.splitting import split
from csvbatch.store import (
    Batch,
    BatchState,
    ChunkTask,
    LedgerError,
    Store,
)

LOG = logging.getLogger(__name__)

SENT_TOGETHER = 10
"""Messages that SQS accepts in one call."""

WHOLE_RUN = 0.9
"""Share of a run's seconds that must be left when a split begins for the file to have had the whole run."""

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
    claims: Claims
    objects: Objects
    queue: Queue
    chunk_bytes: int
    resend_after: timedelta
    deadline: Deadline
    done: Counter[str] = field(default_factory=Counter)
    _seconds_of_run: float = field(init=False)

    def __post_init__(self) -> None:
        """Note how long this run may take."""
        self._seconds_of_run = self.deadline.remaining()

    def close(self) -> None:
        """Close the batches that are ready."""
        self._each("close", self.selection.batches(*_CLOSABLE), _CLOSABLE, self._close)

    def send(self) -> None:
        """Send a message for each chunk that needs one."""
        self._each("send", self.selection.batches_to_send(self.resend_after), _SENDABLE, self._send)

    def split(self) -> None:
        """Split the registered batches, those with the fewest attempts first, so that no file starves another."""
        waiting = sorted(self.selection.unpaused(*_SPLITTABLE), key=lambda one: (one.splits, one.load_sequence))
        failed: list[tuple[Batch, Failure]] = []
        try:
            for batch in self.isolation.each("split", waiting):
                failed += self._split(batch)
        except OutOfTimeError:
            self._settle(failed)
            raise
        self._settle(failed)

    def _each(
        self, step: str, waiting: Sequence[Batch], states: Sequence[BatchState], work: Callable[[Batch], None]
    ) -> None:
        """Do one step for each batch that no other processor has; those that failed in an earlier run come last.

        Of those the oldest failure comes first: a run ends after a few failures, so that each gets its turn.
        """
        fresh = [batch for batch in waiting if batch.failure is None]
        failed = sorted((batch for batch in waiting if batch.failure is not None), key=lambda one: one.changed_at)
        for batch in self.isolation.each(step, [*fresh, *failed]):
            self.deadline.check()
            with self.claims.claimed(batch, states) as mine:
                if mine is not None:
                    with self.isolation.isolated(mine, states):
                        work(mine)

    def _close(self, batch: Batch) -> None:
        closing.close(self.store, self.objects, batch)
        self.done["closed"] += 1

    def _send(self, batch: Batch) -> None:
        tasks = self.store.chunks_to_send(batch, self.resend_after)
        for together in batched(tasks, SENT_TOGETHER, strict=False):
            self.deadline.check()
            taken = self.queue.send([_message(task) for task in together])
            self.store.mark_sent(batch.id, [message.chunk for message in taken])
            self.done["sent"] += len(taken)
            if len(taken) < len(together):
                raise MessagesLeftError
        if batch.failure is not None:
            self.store.clear_failure(batch.id)

    def _split(self, waiting: Batch) -> list[tuple[Batch, Failure]]:
        """Split one batch and send its chunks, unless another processor has it or its dataset was paused meanwhile.

        If a failure used up an attempt, give it with the batch as it was before.
        """
        left = self.deadline.check()
        with self.claims.claimed(waiting, _SPLITTABLE) as batch:
            if batch is None or batch.dataset in self.store.pauses.names():
                return []
            return self._split_claimed(batch, left)

    def _split_claimed(self, batch: Batch, left: float) -> list[tuple[Batch, Failure]]:
        if batch.state is BatchState.SPLITTING:
            # This run holds the claim, so the process that began this split was terminated.
            interrupted = Failure(failures.INTERRUPTED, is_environmental=False, counts=True)
            before, batch = batch, self.isolation.record(batch, interrupted, _SPLITTABLE)
            if failures.is_too_often(batch.failures, interrupted.code):
                return [(before, interrupted)]
        with self.isolation.isolated(batch, _SPLITTABLE) as failed:
            try:
                contract = self._contract(batch.id)
                after = split(self.store, self.objects, batch, contract, self.chunk_bytes, self.deadline)
            except OutOfTimeError as error:
                self._ran_out_of_time(batch, left, error)
                raise
            self.done["refused" if after.state is BatchState.REFUSED else "split"] += 1
            self._send_at_once(after)
        return [(batch, failure) for failure in failed if failure.counts]

    def _send_at_once(self, batch: Batch) -> None:
        """Send the chunks of a batch that was just split, under the same claim."""
        for one in self.isolation.each("send", [batch] if batch.state in _SENDABLE else []):
            with self.isolation.isolated(one, _SENDABLE):
                self._send(one)

    def _ran_out_of_time(self, batch: Batch, left: float, error: OutOfTimeError) -> None:
        """Record it.

        It counts as an attempt only if the file had the whole run and got no further, because then no run gives it
        more. A gzip file of which a whole run could not unpack half will not fit a later run either.
        """
        had_whole_run = left >= WHOLE_RUN * self._seconds_of_run
        progressed = isinstance(error, ProgressError)
        failure = Failure(failures.OUT_OF_TIME, is_environmental=False, counts=had_whole_run and not progressed)
        if not failure.counts:
            before = replace(batch, failures=0) if progressed else counted_as(batch, failure.code)
            self.store.record_failure(before, failure.code, _SPLITTABLE, counted=False)
            return
        after = self.isolation.record(batch, failure, _SPLITTABLE)
        if isinstance(error, UnpackingError) and error.read_bytes < batch.object_bytes / 2:
            self._refuse(after, *failures.too_long_to_unpack(error.read_bytes, batch.object_bytes))
        elif failures.is_too_often(after.failures, failure.code):
            self._give_up(after, failure)

    def _settle(self, failed: Sequence[tuple[Batch, Failure]]) -> None:
        """Refuse files that failed too often, unless every file of this run was denied with the same code."""
        if self._are_all_denied(failed):
            LOG.error("all files were denied; no attempt is counted", extra={"code": failed[0][1].code})
            for batch, failure in failed:
                self.store.record_failure(batch, failure.code, _SPLITTABLE, counted=False)
            return
        for batch, failure in failed:
            with self.claims.claimed(batch, _SPLITTABLE) as now:
                if now is not None and failures.is_too_often(now.failures, failure.code):
                    self._give_up(now, failure)

    def _are_all_denied(self, failed: Sequence[tuple[Batch, Failure]]) -> bool:
        """Tell whether this run split nothing, and several files are denied, here or in other processors."""
        codes = {failure.code for _, failure in failed}
        if len(codes) != 1 or self.done["split"] or self.done["refused"] or not failed[0][1].may_be_environmental:
            return False
        here = {batch.id for batch, _ in failed}
        elsewhere = {one.id for one in self.selection.batches(*_SPLITTABLE) if one.failure in codes}
        return len(here | elsewhere) > 1

    def _give_up(self, batch: Batch, failure: Failure) -> None:
        self._refuse(batch, *failures.refusal_of(failure.code, batch.failures, batch.id))

    def _refuse(self, batch: Batch, reason: str, problem: str) -> None:
        with self.isolation.isolated(batch, _SPLITTABLE):
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

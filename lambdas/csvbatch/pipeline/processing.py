"""One run of the batch processor: registers new files, splits them, sends their chunks, and closes batches."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from csvbatch.contract.model import Contract
from csvbatch.pipeline.arrival import arrival as _arrival  # noqa: F401 - used outside of the project
from csvbatch.pipeline.claims import Claims
from csvbatch.pipeline.isolation import Isolation
from csvbatch.pipeline.ports import Deadline, Objects, OutOfTimeError, Queue
from csvbatch.pipeline.registration import Registration
from csvbatch.pipeline.selection import Selection
from csvbatch.pipeline.steps import Steps
from csvbatch.store import UNFINISHED, Store

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one run; `is_complete` is False if time ran out.

    `failed` counts the batches on which a step failed, `skipped` the objects that cannot be registered, `elsewhere` the
    batches that were left to another processor, which works on them now. The age is that of the bucket's oldest batch
    that has not ended, 0 if there is none; those of paused datasets are left out. `paused` counts the new files that
    were left where they are, because their dataset is paused.
    """

    registered: int = 0
    split: int = 0
    refused: int = 0
    sent: int = 0
    closed: int = 0
    is_complete: bool = False
    failed: int = 0
    skipped: int = 0
    oldest_batch_age_seconds: int = 0
    datasets_overdue: int = 0
    elsewhere: int = 0
    paused: int = 0


@dataclass(slots=True)
class Processor:
    """Does the batch processor's work; may be killed at any moment and run again, and several may run at once.

    `resend_after` is how long the queue keeps a message, `claim_duration` how long a processor may take at most. `keys`
    are those of the event that started the run; without any, the run sweeps the listing of the bucket.
    `expects_files` is False if the contracts' `expected_every_hours` does not apply to this bucket. With `only_batch`,
    the id of a batch, the processor leaves all other batches of the bucket alone.
    """

    store: Store
    objects: Objects
    queue: Queue
    contracts: Mapping[str, Contract]
    chunk_bytes: int
    resend_after: timedelta
    claim_duration: timedelta
    deadline: Deadline
    expects_files: bool = True
    only_batch: str | None = None
    keys: Sequence[str] = ()

    def run(self) -> Run:
        """Do all pending work that no other processor has claimed.

        A failure of one batch is recorded on that batch. A failure of the ledger or of listing the bucket is raised.
        """
        selection = Selection(self.store, self.objects.bucket, self.only_batch)
        steps = Steps(
            store=self.store,
            selection=selection,
            isolation=Isolation(self.store),
            claims=Claims(self.store, self.claim_duration),
            objects=self.objects,
            queue=self.queue,
            chunk_bytes=self.chunk_bytes,
            resend_after=self.resend_after,
            deadline=self.deadline,
        )
        try:
            steps.claims.forget_expired()
            steps.close()
            # Send what is ready before new work starts: a long split must not delay other files.
            steps.send()
            Registration(self.store, self.objects, self.contracts, self.deadline, steps.done).register(self.keys)
            steps.split()
            steps.close()
        except OutOfTimeError:
            is_complete = False
        else:
            is_complete = True
        done = steps.done
        LOG.info("run complete" if is_complete else "out of time; the next run continues", extra=done)
        return Run(
            registered=done["registered"],
            split=done["split"],
            refused=done["refused"],
            sent=done["sent"],
            closed=done["closed"],
            is_complete=is_complete,
            failed=len(steps.isolation.failed),
            skipped=done["skipped"],
            elsewhere=len(steps.claims.elsewhere),
            paused=done["paused"],
            oldest_batch_age_seconds=self._oldest_age(selection),
            datasets_overdue=self._overdue() if self.expects_files else 0,
        )

    def _oldest_age(self, selection: Selection) -> int:
        open_since = [one.open_since for one in selection.unpaused(*UNFINISHED)]
        if not open_since:
            return 0
        return max(0, int((self.store.now() - min(open_since)).total_seconds()))

    def _overdue(self) -> int:
        bucket = self.objects.bucket
        hours = {name: one.expected_every_hours for name, one in self.contracts.items()}
        self.store.expect_files(bucket, {name: every for name, every in hours.items() if every is not None})
        overdue = self.store.overdue_datasets(bucket)
        for one in overdue:
            LOG.warning(
                "dataset overdue", extra={"dataset": one.dataset, "expected_every_hours": one.expected_every_hours}
            )
        return len(overdue)

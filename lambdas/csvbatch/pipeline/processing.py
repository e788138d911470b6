"""One run of the batch processor: registers new files, splits them, sends their chunks, and closes batches."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from csvbatch.contract.model import Contract
from csvbatch.pipeline.arrival import arrival as _arrival  # noqa: F401 - used outside of the project
from csvbatch.pipeline.isolation import Isolation
from csvbatch.pipeline.ports import Deadline, Objects, OutOfTimeError, Queue
from csvbatch.pipeline.selection import Selection
from csvbatch.pipeline.steps import Steps
from csvbatch.store import UNFINISHED, Store

LOG = logging.getLogger(__name__)


def lease_name(bucket: str) -> str:
    """Give the name of a bucket's lease: processors of other buckets may share the database."""
    return f"batch-processor/{bucket}"


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one run; `is_complete` is False if another processor was running or time ran out.

    `failed` counts the batches on which a step failed, `skipped` the objects that cannot be registered. The age is
    that of the bucket's oldest batch that has not ended, 0 if there is none. `another_processor_running` is True if
    another processor had the lease, and then nothing was done.
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
    another_processor_running: bool = False


@dataclass(slots=True)
class Processor:
    """Does the batch processor's work; may be killed at any moment and run again.

    `resend_after` is how long the queue keeps a message, `lease_duration` how long a processor may take at most.
    `expects_files` is False if the contracts' `expected_every_hours` does not apply to this bucket. With `only_batch`,
    the id of a batch, the processor leaves all other batches of the bucket alone.
    """

    store: Store
    objects: Objects
    queue: Queue
    contracts: Mapping[str, Contract]
    chunk_bytes: int
    resend_after: timedelta
    lease_duration: timedelta
    deadline: Deadline
    expects_files: bool = True
    only_batch: str | None = None

    def run(self) -> Run:
        """Do all pending work, unless another processor is running for this bucket.

        A failure of one batch is recorded on that batch. A failure of the ledger or of listing the bucket is raised.
        """
        lease, owner = lease_name(self.objects.bucket), uuid4().hex
        if not self.store.acquire_lease(lease, owner, self.lease_duration):
            LOG.info("another processor is running")
            return Run(another_processor_running=True)
        try:
            return self._work()
        finally:
            self.store.release_lease(lease, owner)

    def _work(self) -> Run:
        selection = Selection(self.store, self.objects.bucket, self.only_batch)
        steps = Steps(
            store=self.store,
            selection=selection,
            isolation=Isolation(self.store),
            objects=self.objects,
            queue=self.queue,
            contracts=self.contracts,
            chunk_bytes=self.chunk_bytes,
            resend_after=self.resend_after,
            deadline=self.deadline,
        )
        try:
            steps.close()
            # Send what is ready before new work starts: a long split must not delay other files.
            steps.send()
            steps.register()
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
            oldest_batch_age_seconds=self._oldest_age(selection),
            datasets_overdue=self._overdue() if self.expects_files else 0,
        )

    def _oldest_age(self, selection: Selection) -> int:
        open_since = [one.open_since for one in selection.batches(*UNFINISHED)]
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

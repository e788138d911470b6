"""The batches that a batch processor works on. Others may be in the same ledger."""

from dataclasses import dataclass
from datetime import timedelta

from csvbatch.store import Batch, BatchState, Store


@dataclass(frozen=True, slots=True)
class Selection:
    """The batches of one bucket, or only one of them.

    A database may be shared: the files of another bucket cannot be read here. `csvbatch load` has no file but its own.
    """

    store: Store
    bucket: str
    only_batch: str | None = None

    def batches(self, *states: BatchState) -> list[Batch]:
        """Give the selected batches in these states in the order of their sequence."""
        return [batch for batch in self.store.batches(*states) if self._has(batch)]

    def unpaused(self, *states: BatchState) -> list[Batch]:
        """Give the selected batches in these states without those of paused datasets."""
        paused = self.store.pauses.names()
        return [batch for batch in self.batches(*states) if batch.dataset not in paused]

    def batches_to_send(self, resend_after: timedelta) -> list[Batch]:
        """Give the selected batches with chunks that need a message, in the order of their sequence."""
        return [batch for batch in self.store.batches_to_send(self.bucket, resend_after) if self._has(batch)]

    def _has(self, batch: Batch) -> bool:
        return batch.bucket == self.bucket and self.only_batch in (None, batch.id)

"""The batches that a batch processor works on. Others may be in the same ledger."""

from dataclasses import dataclass
from datetime import timedelta

from csvbatch.store import Batch, BatchState, ChunkTask, Store


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

    def chunks_to_send(self, resend_after: timedelta) -> list[ChunkTask]:
        """Give the chunks of the selected batches that need a message."""
        return [task for task in self.store.chunks_to_send(resend_after) if self._has(task.batch)]

    def _has(self, batch: Batch) -> bool:
        return batch.bucket == self.bucket and self.only_batch in (None, batch.id)

"""Archives the chunks of batches that were closed long ago: a file gets them, and the ledger keeps the batch."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from csvbatch.store import batches
from csvbatch.store.chunks import lock_all
from csvbatch.store.database import Transaction
from csvbatch.store.records import Batch
from csvbatch.store.transactions import Transactions

_READY = "state = 'closed' AND archived_at IS NULL AND chunks_total > 0 AND closed_at < :before"


class Ready(NamedTuple):
    """What can be archived."""

    batches: int
    chunks: int


class Archive:
    """The part of a ledger that can be archived. Each operation is one transaction, and raises what `Store`'s do."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def ready(self, before: datetime) -> Ready:
        """Count the batches that were closed before a time, and their chunks."""
        return self._run("archive.ready", partial(_ready, before=before), write=False)

    def batches(self, before: datetime, after: int, count: int) -> list[Batch]:
        """Give so many batches that were closed before a time, from the one after a sequence number on."""
        work = partial(_batches, before=before, after=after, count=count)
        return self._run("archive.batches", work, write=False)

    def remove_chunks(self, archived: Sequence[Batch]) -> list[Batch]:
        """Delete the chunks of batches, which a file has by now; give the batches that are archived afterwards.

        A batch that was replayed since it was read is left as it is. To archive a batch again changes nothing.
        """
        return self._run("archive.remove_chunks", partial(_remove_chunks, archived=archived), write=True)

    def _run[T](self, operation: str, work: Callable[[Transaction], T], *, write: bool) -> T:
        return self._transactions.run(operation, work, write=write)


def _ready(transaction: Transaction, before: datetime) -> Ready:
    rows = transaction.rows(
        f"SELECT COUNT(*), COALESCE(SUM(chunks_total), 0) FROM csvbatch_batch WHERE {_READY}", before=before
    )
    return Ready(*map(int, rows[0]))


def _batches(transaction: Transaction, before: datetime, after: int, count: int) -> list[Batch]:
    condition = f"{_READY} AND load_sequence > :after"
    return batches.first_where(transaction, count, condition, before=before, after=after)


def _remove_chunks(transaction: Transaction, archived: Sequence[Batch]) -> list[Batch]:
    removed = []
    for batch in archived:
        lock_all(transaction, batch.id)
        if replace(batches.lock(transaction, batch.id), archived_at=None) != batch:
            continue
        transaction.run("DELETE FROM csvbatch_chunk WHERE batch_id = :id", id=batch.id)
        transaction.run(
            "UPDATE csvbatch_batch SET archived_at = :now WHERE id = :id AND archived_at IS NULL",
            id=batch.id,
            now=transaction.now(),
        )
        removed.append(batch)
    return removed

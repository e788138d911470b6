"""Loads one chunk inside a transaction: locks it, lets a loader merge its rows, and records the counts."""

from collections.abc import Iterable
from functools import partial

from csvbatch.store import batches, chunks
from csvbatch.store.database import Position, Transaction
from csvbatch.store.records import ChunkInHand, Loader, LoadOutcome, Merged, Row
from csvbatch.store.table_checks import TableChecks
from csvbatch.store.transactions import translated


def load_chunk(
    transaction: Transaction, identity: str, number: int, loader: Loader, checks: TableChecks
) -> LoadOutcome:
    """Load a chunk unless it is done."""
    in_hand = chunks.take(transaction, identity, number)
    if in_hand is not None:
        checks.check(transaction.database, in_hand.contract)
        merge = _Merge(transaction, in_hand)
        result = loader(in_hand, merge)
        chunks.finish(transaction, in_hand, result, merge.merged or Merged())
    return LoadOutcome(
        loaded=in_hand is not None,
        batch=batches.get(transaction, identity),
        chunk=chunks.get(transaction, identity, number),
    )


class _Merge:
    """The function that a loader merges its rows with; it can be called once."""

    def __init__(self, transaction: Transaction, in_hand: ChunkInHand) -> None:
        self._database = transaction.database
        self._in_hand = in_hand
        self.merged: Merged | None = None

    def __call__(self, rows: Iterable[Row]) -> int:
        if self.merged is not None:
            raise RuntimeError("a chunk's rows are merged by one call, which takes them as a stream")
        batch = self._in_hand.batch
        position = Position(batch.load_sequence, batch.load_attempt)
        # A driver's error must not reach the loader, which may log what it sees.
        merge = partial(self._database.merge, self._in_hand.contract, position, rows)
        self.merged = translated(self._database, merge)
        return self.merged.offered

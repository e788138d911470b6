"""Short ways to get batches into a ledger and chunks into a table."""

from collections.abc import Sequence
from typing import Any

from csvbatch.contract.model import Contract
from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import (
    Batch,
    ChunkInHand,
    ChunkResult,
    Loader,
    LoadOutcome,
    Merge,
    NewBatch,
    ObjectVersion,
    RetryableError,
    Store,
)
from tests.support.mortal import Killed

type Values = Sequence[Any]

CHUNK_BYTES = 1000
CHUNK_LINES = 1000


def new_batch(contract: Contract | None, version: str = "1", key: str = "incoming/pairs/a.csv") -> NewBatch:
    dataset = "unknown" if contract is None else contract.dataset
    return NewBatch(dataset, "bucket", ObjectVersion(key, version), 5000, contract)


def ranges(count: int) -> list[Chunk]:
    """Give chunks that follow each other."""
    return [
        Chunk(number, 100 + number * CHUNK_BYTES, 100 + (number + 1) * CHUNK_BYTES, 2 + number * CHUNK_LINES)
        for number in range(count)
    ]


def split_batch(store: Store, contract: Contract, chunks: int, version: str = "1") -> Batch:
    """Register a batch and record its chunks."""
    batch = store.register(new_batch(contract, version)).batch
    return store.record_chunks(batch.id, ranges(chunks))


def loader_of(rows: Sequence[Values], rejected: int = 0) -> Loader:
    """Give a loader that finds these rows in the chunk, and so many rejects."""

    def load(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        merged = merge((in_hand.chunk.first_line + ordinal, values) for ordinal, values in enumerate(rows))
        return ChunkResult(merged + rejected, rejected, "rejected/a" if rejected else None)

    return load


def load(store: Store, batch: Batch, number: int, rows: Sequence[Values], rejected: int = 0) -> LoadOutcome:
    """Deliver a chunk with these rows."""
    return store.load_chunk(batch.id, number, loader_of(rows, rejected))


def load_whole(store: Store, contract: Contract, rows: Sequence[Values], version: str = "1") -> Batch:
    """Load a batch of one chunk."""
    batch = split_batch(store, contract, 1, version)
    return load(store, batch, 0, rows).batch


def deliver(store: Store, batch: Batch, number: int, rows: Sequence[Values], rejected: int = 0) -> bool:
    """Deliver a chunk as a queue does: what fails for a while or ends the program comes again later."""
    try:
        load(store, batch, number, rows, rejected)
    except (RetryableError, Killed):
        store.close_connection()
        return False
    return True

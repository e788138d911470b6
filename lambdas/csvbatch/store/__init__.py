"""The tables and their ledger: one interface over SQLite, PostgreSQL and Oracle.

A driver is imported only when a store that needs it is opened.
"""

from csvbatch.store.batches import Registered
from csvbatch.store.database import Clock, Credentials
from csvbatch.store.ddl import ddl
from csvbatch.store.errors import BusyError, CredentialsError, LedgerError, RetryableError, StoreError, UrlError
from csvbatch.store.grants import grants
from csvbatch.store.opening import open_store
from csvbatch.store.pauses import Pause
from csvbatch.store.records import (
    UNFINISHED,
    Batch,
    BatchState,
    ChunkInHand,
    ChunkRecord,
    ChunkResult,
    ChunkState,
    ChunkTask,
    Loader,
    LoadOutcome,
    Merge,
    NewBatch,
    ObjectVersion,
    OverdueDataset,
    Row,
)
from csvbatch.store.splits import ScannedChunk
from csvbatch.store.store import Store
from csvbatch.store.waits import Timeouts

__all__ = [
    "UNFINISHED",
    "Batch",
    "BatchState",
    "BusyError",
    "ChunkInHand",
    "ChunkRecord",
    "ChunkResult",
    "ChunkState",
    "ChunkTask",
    "Clock",
    "Credentials",
    "CredentialsError",
    "LedgerError",
    "LoadOutcome",
    "Loader",
    "Merge",
    "NewBatch",
    "ObjectVersion",
    "OverdueDataset",
    "Pause",
    "Registered",
    "RetryableError",
    "Row",
    "ScannedChunk",
    "Store",
    "StoreError",
    "Timeouts",
    "UrlError",
    "ddl",
    "grants",
    "open_store",
]

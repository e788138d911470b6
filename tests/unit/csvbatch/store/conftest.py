from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract
from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import BatchState, ChunkResult, NewBatch, ObjectVersion, ScannedChunk, Store, Timeouts
from csvbatch.store.database import Result
from csvbatch.store.sqlite.database import SqliteDatabase
from tests.support.oracle_listener import oracle, service

__all__ = ["oracle", "service"]

KEYS = Contract(dataset="keys", table="keys", key=("name",), columns=(StringColumn(name="name", max_length=5),))


class Recorder(SqliteDatabase):
    """Remembers what it was told to run."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Timeouts())
        self.statements: set[str] = set()

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        self.statements.add(sql)
        return super().execute(sql, parameters)

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        self.statements.add(sql)
        super().execute_many(sql, parameters)


@pytest.fixture(scope="session")
def ledger_statements(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Give what the ledger sends when each of a store's operations is used."""
    database = Recorder(tmp_path_factory.mktemp("store") / "store.db")
    store = Store(database)
    store.migrate([KEYS])
    database.statements.clear()
    day = timedelta(days=1)
    store.acquire_lease("a", "b", day)
    store.release_lease("a", "b")
    store.forget_expired_leases("a")
    unpacked = ObjectVersion("work/a", "1")
    batch = store.register(NewBatch("keys", "bucket", ObjectVersion("a", "1"), 1, KEYS)).batch
    store.known_versions("bucket", ["a"])
    store.record_sweep("bucket", "a")
    store.swept_to("bucket")
    store.begin_split(batch.id)
    store.record_progress(batch.id, [ScannedChunk(Chunk(0, 0, 1, 1))], unpacked)
    store.record_chunks(batch.id, [Chunk(0, 0, 1, 1), Chunk(1, 1, 2, 2)], unpacked)
    store.record_chunks(batch.id, [Chunk(0, 0, 1, 1), Chunk(1, 1, 2, 2)], unpacked)
    store.batches_to_send("bucket", day)
    store.chunks_to_send(batch, day)
    store.mark_sent(batch.id, [0])
    store.mark_dead(batch.id, 0, "x")
    store.redrive(batch.id)
    for number in (0, 1):
        store.load_chunk(batch.id, number, lambda in_hand, merge: ChunkResult(0, 0))
    store.close(batch.id)
    store.replay(batch.id, contract=KEYS, unpacked=unpacked)
    store.chunks(batch.id)
    store.contract(batch.id)
    store.batches(BatchState.CLOSED, BatchState.CLOSING)
    refused = store.register(NewBatch("keys", "bucket", ObjectVersion("a", "2"), 1, KEYS)).batch
    store.record_failure(refused, "x", [BatchState.REGISTERED], counted=True)
    store.clear_failure(refused.id)
    store.refuse(refused.id, "x")
    store.expect_files("bucket", {"keys": 24})
    store.expect_files("bucket", {})
    store.expect_files("bucket", {"keys": 24})
    store.overdue_datasets("bucket")
    store.overdue_datasets()
    store.pauses.pause("keys")
    store.pauses.names()
    store.pauses.all()
    store.pauses.resume("keys")
    later = store.now() + day
    closed = store.register(NewBatch("keys", "bucket", ObjectVersion("a", "3"), 1, KEYS)).batch
    store.record_chunks(closed.id, [Chunk(0, 0, 1, 1)])
    store.load_chunk(closed.id, 0, lambda in_hand, merge: ChunkResult(0, 0))
    store.close(closed.id)
    store.archive.ready(later)
    store.archive.remove_chunks(store.archive.batches(later, 0, 1))
    store.now()
    store.close_connection()
    return database.statements

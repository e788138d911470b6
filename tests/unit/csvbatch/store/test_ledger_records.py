"""What the ledger keeps of a batch, its chunks and its datasets, and when it was."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from csvbatch.csv_file.splitter import Chunk
from csvbatch.store import (
    Batch,
    BatchState,
    ChunkResult,
    NewBatch,
    ObjectVersion,
    OverdueDataset,
    Store,
    open_store,
)
from csvbatch.store.records import moment
from tests.unit.csvbatch.store.conftest import KEYS

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
VERSION = ObjectVersion("incoming/keys/a.csv", "1")
NEW = NewBatch("keys", "bucket", VERSION, 7, KEYS)


@pytest.fixture
def now() -> list[datetime]:
    return [NOON]


@pytest.fixture
def store(tmp_path: Path, now: list[datetime]) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/store.db", clock=lambda: now[0])
    store.migrate([KEYS])
    yield store
    store.close_connection()


@pytest.fixture
def batch(store: Store) -> Batch:
    return store.register(NEW).batch


def test_a_batch_is_registered_with_what_is_known_of_it(store: Store, batch: Batch) -> None:
    assert batch == Batch(
        id=batch.id,
        load_sequence=1,
        load_attempt=1,
        dataset="keys",
        bucket="bucket",
        object_key="incoming/keys/a.csv",
        object_version="1",
        object_bytes=7,
        state=BatchState.REGISTERED,
        reason=None,
        splits=0,
        chunks_total=0,
        chunks_remaining=0,
        rows_read=0,
        rows_merged=0,
        rows_superseded=0,
        rows_stale=0,
        rows_rejected=0,
        unpacked_key=None,
        unpacked_version=None,
        registered_at=NOON,
        changed_at=NOON,
        closed_at=None,
    )
    assert len(batch.id) == 16
    assert (batch.object, batch.source, batch.open_since) == (VERSION, VERSION, NOON)


def test_the_chunks_of_an_unpacked_file_are_ranges_of_what_was_unpacked(store: Store, batch: Batch) -> None:
    unpacked = ObjectVersion("work/a", "2")
    split = store.record_chunks(batch.id, [Chunk(0, 5, 9, 2), Chunk(1, 9, 12, 4)], unpacked)
    assert (split.state, split.chunks_total, split.chunks_remaining) == (BatchState.LOADING, 2, 2)
    assert (split.source, split.object) == (unpacked, VERSION)
    assert [(one.chunk_number, one.start_byte, one.end_byte, one.first_line) for one in store.chunks(batch.id)] == [
        (0, 5, 9, 2),
        (1, 9, 12, 4),
    ]


def test_what_happens_to_a_batch_is_dated(store: Store, batch: Batch, now: list[datetime]) -> None:
    def later() -> datetime:
        now[0] += timedelta(minutes=1)
        return now[0]

    assert later() == store.begin_split(batch.id).changed_at
    assert later() == store.record_chunks(batch.id, [Chunk(0, 5, 9, 2)]).changed_at
    assert later() == store.load_chunk(batch.id, 0, lambda _, merge: ChunkResult(0, 0)).chunk.done_at
    at = later()
    closed = store.close(batch.id)
    assert (closed.closed_at, closed.changed_at, closed.registered_at) == (at, at, NOON)
    at = later()
    replayed = store.replay(batch.id)
    assert (replayed.replayed_at, replayed.changed_at, replayed.open_since) == (at, at, at)
    assert (replayed.closed_at, replayed.load_attempt, replayed.state) == (None, 2, BatchState.LOADING)
    at = later()
    store.mark_sent(batch.id, [0])
    assert store.chunks(batch.id)[0].sent_at == at


def test_reasons_and_codes_are_cut_to_what_the_ledger_holds(store: Store, batch: Batch) -> None:
    failed = store.record_failure(batch, "f" * 101, [BatchState.REGISTERED], counted=True)
    assert (failed.failure, failed.failures) == ("f" * 100, 1)
    assert store.refuse(batch.id, "r" * 1001).reason == "r" * 1000
    other = store.register(NewBatch("keys", "bucket", ObjectVersion("b", "1"), 7, KEYS)).batch
    store.record_chunks(other.id, [Chunk(0, 5, 9, 2)])
    store.mark_dead(other.id, 0, "d" * 1001)
    assert store.chunks(other.id)[0].reason == "d" * 1000


def test_datasets_are_overdue_by_their_last_file_or_the_first_expectation(store: Store, now: list[datetime]) -> None:
    store.expect_files("bucket", {"keys": 24, "other": 1})
    store.expect_files("elsewhere", {"keys": 2})
    now[0] += timedelta(hours=24)
    store.register(NEW)
    assert store.overdue_datasets("bucket") == [OverdueDataset("bucket", "other", 1, None)]
    assert store.overdue_datasets() == [
        OverdueDataset("bucket", "other", 1, None),
        OverdueDataset("elsewhere", "keys", 2, None),
    ]
    now[0] += timedelta(hours=24)
    store.expect_files("bucket", {"keys": 24})
    assert store.overdue_datasets("bucket") == [], "a file may come in the last moment"
    now[0] += timedelta(seconds=1)
    assert store.overdue_datasets("bucket") == [OverdueDataset("bucket", "keys", 24, NOON + timedelta(hours=24))]
    store.expect_files("bucket", {"keys": 48})
    assert store.overdue_datasets("bucket") == []


def test_a_dataset_that_is_expected_again_is_not_overdue_at_once(store: Store, now: list[datetime]) -> None:
    store.expect_files("bucket", {"keys": 24})
    store.expect_files("bucket", {})
    now[0] += timedelta(hours=30)
    assert store.overdue_datasets("bucket") == []
    store.expect_files("bucket", {"keys": 24})
    assert store.overdue_datasets("bucket") == []
    now[0] += timedelta(hours=25)
    assert len(store.overdue_datasets("bucket")) == 1


def test_moments_of_any_database_are_given_in_utc() -> None:
    assert moment(None) is None
    for written in (
        "2026-11-01T12:00:00",
        "2026-11-01T13:00:00+01:00",
        datetime(2026, 11, 1, 12),
        datetime.fromisoformat("2026-11-01T13:00:00+01:00"),
    ):
        read = moment(written)
        assert (read, read and read.tzinfo) == (NOON, UTC)

"""Each operation of a store is one transaction, and an error names the operation that it ended."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csvbatch.store import (
    Batch,
    BatchState,
    BusyError,
    ChunkResult,
    NewBatch,
    ObjectVersion,
    RetryableError,
    Store,
    StoreError,
    Timeouts,
)
from csvbatch.store.sqlite.database import SqliteDatabase
from csvbatch.store.transactions import TRIES
from tests.unit.csvbatch.store.conftest import KEYS

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
VERSION = ObjectVersion("incoming/keys/a.csv", "1")
NEW = NewBatch("keys", "bucket", VERSION, 7, KEYS)


class Refusing(SqliteDatabase):
    """A database that begins no transaction any more once it has an error."""

    error: StoreError | None = None
    begun: list[bool]

    def begin(self, *, write: bool) -> None:
        self.begun.append(write)
        if self.error:
            raise self.error
        super().begin(write=write)


@pytest.fixture
def database(tmp_path: Path) -> Refusing:
    database = Refusing(tmp_path / "store.db", Timeouts())
    database.begun = []
    return database


@pytest.fixture
def now() -> list[datetime]:
    return [NOON]


@pytest.fixture
def store(database: Refusing, now: list[datetime]) -> Iterator[Store]:
    store = Store(database, lambda: now[0])
    store.migrate([KEYS])
    yield store
    store.close_connection()


@pytest.fixture
def batch(store: Store) -> Batch:
    return store.register(NEW).batch


OPERATIONS: dict[str, tuple[bool, Callable[[Store, Batch], object]]] = {
    "migration": (False, lambda store, _: store.migration([KEYS])),
    "migrate": (True, lambda store, _: store.migrate([KEYS])),
    "has_ledger": (False, lambda store, _: store.has_ledger()),
    "acquire_lease": (True, lambda store, _: store.acquire_lease("a", "b", DAY)),
    "release_lease": (True, lambda store, _: store.release_lease("a", "b")),
    "forget_expired_leases": (True, lambda store, _: store.forget_expired_leases("a")),
    "known_versions": (False, lambda store, _: store.known_versions("bucket", ["a"])),
    "swept_to": (False, lambda store, _: store.swept_to("bucket")),
    "record_sweep": (True, lambda store, _: store.record_sweep("bucket", "a")),
    "register": (True, lambda store, _: store.register(NEW)),
    "begin_split": (True, lambda store, batch: store.begin_split(batch.id)),
    "record_progress": (True, lambda store, batch: store.record_progress(batch.id, [])),
    "record_chunks": (True, lambda store, batch: store.record_chunks(batch.id, [])),
    "refuse": (True, lambda store, batch: store.refuse(batch.id, "x")),
    "record_failure": (True, lambda store, batch: store.record_failure(batch, "x", [], counted=True)),
    "clear_failure": (True, lambda store, batch: store.clear_failure(batch.id)),
    "expect_files": (True, lambda store, _: store.expect_files("bucket", {})),
    "overdue_datasets": (False, lambda store, _: store.overdue_datasets()),
    "pauses.pause": (True, lambda store, _: store.pauses.pause("keys")),
    "pauses.resume": (True, lambda store, _: store.pauses.resume("keys")),
    "pauses.all": (False, lambda store, _: store.pauses.all()),
    "pauses.names": (False, lambda store, _: store.pauses.names()),
    "archive.ready": (False, lambda store, _: store.archive.ready(NOON)),
    "archive.batches": (False, lambda store, _: store.archive.batches(NOON, 0, 1)),
    "archive.remove_chunks": (True, lambda store, batch: store.archive.remove_chunks([batch])),
    "now": (False, lambda store, _: store.now()),
    "batches_to_send": (False, lambda store, _: store.batches_to_send("bucket", DAY)),
    "chunks_to_send": (False, lambda store, batch: store.chunks_to_send(batch, DAY)),
    "mark_sent": (True, lambda store, batch: store.mark_sent(batch.id, [0])),
    "load_chunk of chunk 3 of batch {}": (
        True,
        lambda store, batch: store.load_chunk(batch.id, 3, lambda in_hand, merge: ChunkResult(0, 0)),
    ),
    "mark_dead": (True, lambda store, batch: store.mark_dead(batch.id, 0, "x")),
    "redrive": (True, lambda store, batch: store.redrive(batch.id)),
    "replay": (True, lambda store, batch: store.replay(batch.id)),
    "close": (True, lambda store, batch: store.close(batch.id)),
    "batch": (False, lambda store, batch: store.batch(batch.id)),
    "contract": (False, lambda store, batch: store.contract(batch.id)),
    "batches": (False, lambda store, _: store.batches(BatchState.CLOSED)),
    "latest_batches": (False, lambda store, _: store.latest_batches(1)),
    "chunks": (False, lambda store, batch: store.chunks(batch.id)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_error_names_its_operation_and_a_reader_locks_nobody_out(
    store: Store, batch: Batch, database: Refusing, name: str
) -> None:
    writes, operation = OPERATIONS[name]
    database.error = BusyError("BUSY", "the database is busy", "try again later")
    database.begun.clear()
    with pytest.raises(BusyError) as refused:
        operation(store, batch)
    assert refused.value.operation == name.format(batch.id)
    assert database.begun == [writes]


@pytest.mark.parametrize(
    ("error", "tries"),
    [(RetryableError("X", "x", "x"), TRIES), (BusyError("X", "x", "x"), 1), (StoreError("X", "x", "x"), 1)],
)
def test_an_operation_is_tried_again_only_if_that_may_help_at_once(
    store: Store, database: Refusing, error: StoreError, tries: int
) -> None:
    database.begun.clear()

    def fail(_: object) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        store._run("it", fail)
    assert raised.value is error
    assert database.begun == [True] * tries
    database.begun.clear()
    assert store._run("it", lambda _: 7) == 7, "the transaction before was rolled back"


def test_an_operation_that_succeeds_at_its_last_try_has_succeeded(store: Store) -> None:
    answers: list[Any] = [*[RetryableError("X", "x", "x")] * (TRIES - 1), 7]

    def work(_: object) -> int:
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return int(answer)

    assert store._run("it", work) == 7

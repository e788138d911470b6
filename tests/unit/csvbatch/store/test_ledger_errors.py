"""What the ledger refuses, in the words that a person reads: what is wrong, during what, and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from csvbatch.contract.columns import IntegerColumn, StringColumn
from csvbatch.contract.model import Contract
from csvbatch.csv_file.splitter import Chunk
from csvbatch.store import Batch, ChunkResult, NewBatch, ObjectVersion, Store, StoreError, grants, open_store

PAIRS = Contract(
    dataset="pairs",
    table="pairs",
    key=("name",),
    columns=(StringColumn(name="name", max_length=5), IntegerColumn(name="number")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate([PAIRS])
    yield store
    store.close_connection()


@pytest.fixture
def batch(store: Store) -> Batch:
    """Give a batch of one chunk, which is to be loaded."""
    registered = store.register(NewBatch("pairs", "bucket", ObjectVersion("a.csv", "1"), 9, PAIRS)).batch
    return store.record_chunks(registered.id, [Chunk(0, 5, 9, 2)])


def refusal(operation: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as refused:
        operation()
    return str(refused.value)


def test_an_unknown_batch(store: Store) -> None:
    assert refusal(lambda: store.batch("nobody")) == (
        "there is no batch nobody during batch (UNKNOWN_BATCH); `csvbatch status` lists the batches"
    )


def test_an_unknown_chunk(store: Store, batch: Batch) -> None:
    assert refusal(lambda: store.mark_dead(batch.id, 7, "x")) == (
        f"there is no chunk 7 of a batch {batch.id} during mark_dead (UNKNOWN_CHUNK); "
        "the message is not from this platform, or is for the ledger of another database"
    )


def test_a_batch_without_a_contract(store: Store) -> None:
    stranger = store.register(NewBatch("strangers", "bucket", ObjectVersion("b.csv", "1"), 9, None)).batch
    assert refusal(lambda: store.contract(stranger.id)) == (
        f"batch {stranger.id} has no contract during contract (NO_CONTRACT); "
        "package a contract for its dataset and drop the file again"
    )


def test_a_batch_that_is_split_already(store: Store, batch: Batch) -> None:
    assert refusal(lambda: store.begin_split(batch.id)) == (
        f"batch {batch.id} was split or refused already: it is loading during begin_split (WRONG_STATE); "
        "continue with the chunks it has, or replay it"
    )


def test_a_batch_that_is_not_ready_to_be_closed(store: Store, batch: Batch) -> None:
    assert refusal(lambda: store.close(batch.id)) == (
        f"batch {batch.id} is not ready to be closed: it is loading during close (WRONG_STATE); "
        "wait until each of its chunks is done"
    )


def test_counts_that_do_not_add_up(store: Store, batch: Batch) -> None:
    def load() -> None:
        store.load_chunk(
            batch.id, 0, lambda _, merge: ChunkResult(rows_read=merge([(2, ("a", 1))]) + 3, rows_rejected=1)
        )

    assert refusal(load) == (
        f"of 4 rows read 1 were merged and 1 rejected during load_chunk of chunk 0 of batch {batch.id} "
        "(COUNTS_DIFFER); nothing was changed; this is a defect of the code that reads the chunk"
    )


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("dataset", {"dataset": "pears"}),
        ("table", {"table": "pears"}),
        ("key", {"key": ("name", "number")}),
        ("dialect", {"delimiter": ";"}),
    ],
)
def test_a_replay_under_a_contract_for_other_chunks_or_rows(
    store: Store, batch: Batch, what: str, change: dict[str, object]
) -> None:
    other = Contract(**{**{name: getattr(PAIRS, name) for name in ("dataset", "table", "key", "columns")}, **change})  # type: ignore[arg-type]
    assert refusal(lambda: store.replay(batch.id, contract=other)) == (
        f"batch {batch.id} was split under a contract with another {what} during replay (OTHER_CONTRACT); "
        "drop the file again to load it under the present contract"
    )
    assert store.batch(batch.id) == replace(batch, changed_at=store.batch(batch.id).changed_at)


def test_a_replay_of_a_batch_without_chunks_takes_any_contract(store: Store) -> None:
    refused = store.register(NewBatch("pairs", "bucket", ObjectVersion("b.csv", "1"), 9, PAIRS)).batch
    store.refuse(refused.id, "empty")
    other = Contract(dataset="pears", table="pears", key=("name",), columns=PAIRS.columns)
    store.replay(refused.id, contract=other)
    assert store.contract(refused.id) == other


def test_a_loader_that_merges_twice(store: Store, batch: Batch) -> None:
    def load(_: object, merge: Callable[[list[object]], int]) -> ChunkResult:
        merge([])
        merge([])
        return ChunkResult(0, 0)

    with pytest.raises(RuntimeError) as refused:
        store.load_chunk(batch.id, 0, load)  # type: ignore[arg-type]
    assert str(refused.value) == "a chunk's rows are merged by one call, which takes them as a stream"


def test_grants_in_a_database_without_users() -> None:
    assert refusal(lambda: grants([PAIRS], "sqlite", "loader")) == (
        "sqlite has no users (NO_USERS); give the loader read and write access to the file"
    )


@pytest.mark.parametrize("user", ["", "1a", "a b", "a;", "a" * 129, 'a"'])
def test_grants_to_what_cannot_be_a_user(user: str) -> None:
    assert refusal(lambda: grants([PAIRS], "oracle", user)) == (
        "that is not the name of a user (USER_NAME); use letters, digits, _, $ and #"
    )


@pytest.mark.parametrize(
    ("database", "user", "table", "deleted_from"),
    [
        ("oracle", "LOADER", "PAIRS", ("CSVBATCH_CHUNK", "CSVBATCH_LEASE")),
        ("postgresql", "loader", "pairs", ("csvbatch_chunk", "csvbatch_lease")),
    ],
)
def test_the_loader_gets_the_rights_that_it_uses(
    database: str, user: str, table: str, deleted_from: tuple[str, ...]
) -> None:
    granted = grants([PAIRS], database, "loader")
    paused = deleted_from[0].replace("CHUNK", "PAUSE").replace("chunk", "pause")
    assert granted[-1] == f'GRANT SELECT, INSERT, UPDATE ON "{table}" TO "{user}"'
    assert [one for one in granted if "DELETE" in one] == [
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{one}" TO "{user}"' for one in deleted_from
    ] + [f'GRANT SELECT, INSERT, DELETE ON "{paused}" TO "{user}"']


def test_a_name_of_128_characters_may_be_a_user() -> None:
    assert grants([PAIRS], "postgresql", "a" * 128)

"""What only a SQLite file can show."""

from pathlib import Path

import pytest

from csvbatch.store import (
    BusyError,
    ChunkInHand,
    ChunkResult,
    ChunkState,
    Merge,
    Store,
    StoreError,
    Timeouts,
    open_store,
)
from tests.integration.store.contracts import CONTRACTS, PAIRS
from tests.integration.store.loading import load, split_batch

IMPATIENT = Timeouts(lock=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Store:
    store = open_store(f"sqlite:///{path}", timeouts=IMPATIENT)
    store.migrate(CONTRACTS)
    return store


def test_who_reads_does_not_wait_for_who_writes(store: Store, path: Path) -> None:
    batch = split_batch(store, PAIRS, 1)

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        other = open_store(f"sqlite:///{path}", timeouts=IMPATIENT)
        assert [chunk.state for chunk in other.chunks(batch.id)] == [ChunkState.PENDING]
        other.close_connection()
        return ChunkResult(merge([(2, ("a", 1))]), 0)

    assert store.load_chunk(batch.id, 0, loader).loaded


def test_a_second_writer_is_told_to_try_again_later(store: Store, path: Path) -> None:
    batch = split_batch(store, PAIRS, 2)

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        other = open_store(f"sqlite:///{path}", timeouts=IMPATIENT)
        with pytest.raises(BusyError, match=r"during load_chunk of chunk 1 .* \(SQLITE_BUSY\); try again later"):
            load(other, batch, 1, [])
        other.close_connection()
        return ChunkResult(0, 0)

    assert store.load_chunk(batch.id, 0, loader).loaded


def test_a_file_that_is_no_database_is_an_error_that_says_so(path: Path) -> None:
    path.write_text("name,amount\n" * 100)
    with pytest.raises(StoreError, match=r"during migrate \(SQLITE_NOTADB\); name a SQLite database"):
        open_store(f"sqlite:///{path}").migrate(CONTRACTS)


def test_a_folder_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"\(SQLITE_CANTOPEN\); check the path"):
        open_store(f"sqlite:///{tmp_path}/missing/store.db").migrate(CONTRACTS)


def test_a_value_that_is_no_integer_of_64_bits_is_refused(store: Store) -> None:
    batch = split_batch(store, PAIRS, 1)
    with pytest.raises(StoreError, match=r"a value does not fit SQLite .*OverflowError"):
        load(store, batch, 0, [("a", 2**63)])

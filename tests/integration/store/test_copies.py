"""Rows with new keys are copied straight into PostgreSQL's table; what stops that changes neither rows nor counts."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import psycopg
import pytest

from csvbatch.store import Batch, ChunkInHand, ChunkResult, Credentials, Merge, Store, Timeouts, grants, open_store
from csvbatch.store.postgresql.merge import ARRAY_ROWS, SAMPLE_ROWS
from tests.integration.store.contracts import EVERYTHING, PAIRS, everything
from tests.integration.store.loading import load, load_whole, split_batch
from tests.integration.store.places import Place, PostgresqlPlace
from tests.integration.store.test_concurrency import SECONDS, in_rows, together
from tests.support.postgresql import Server

# Over an array's end, so that rows are copied, released, and followed by others.
MANY = [(f"{number:06}", number) for number in range(ARRAY_ROWS + SAMPLE_ROWS)]


@pytest.fixture(scope="module")
def copying(server: Server) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(server, "copying")
    yield place
    place.close()


@pytest.fixture
def target(copying: PostgresqlPlace) -> PostgresqlPlace:
    copying.empty()
    return copying


def counts(batch: Batch) -> tuple[int, int, int]:
    return batch.rows_merged, batch.rows_superseded, batch.rows_stale


@pytest.mark.parametrize(
    "again",
    [SAMPLE_ROWS // 2, SAMPLE_ROWS, ARRAY_ROWS - 1, ARRAY_ROWS, len(MANY)],
    ids=["in the sample", "after the sample", "last of an array", "first of the next", "last of all"],
)
def test_a_key_that_comes_again_in_a_chunk_is_superseded_wherever_it_comes(target: PostgresqlPlace, again: int) -> None:
    rows = [*MANY[:again], ("000007", -1), *MANY[again:]]
    assert counts(load_whole(target.store(), PAIRS, rows)) == (len(rows), 1, 0)
    assert target.values(PAIRS) == sorted((dict(MANY) | {"000007": -1}).items())


@pytest.mark.parametrize("known", [0, SAMPLE_ROWS, ARRAY_ROWS + 1], ids=["sample", "first array", "second array"])
def test_a_key_that_an_earlier_file_had_is_replaced_wherever_it_comes(target: PostgresqlPlace, known: int) -> None:
    store = target.store()
    load_whole(store, PAIRS, [(MANY[known][0], -1)], "1")
    assert counts(load_whole(store, PAIRS, MANY, "2")) == (len(MANY), 0, 0)
    assert target.values(PAIRS) == MANY


@pytest.mark.parametrize("known", [0, SAMPLE_ROWS, ARRAY_ROWS + 1], ids=["sample", "first array", "second array"])
def test_a_key_that_a_later_file_had_is_stale_wherever_it_comes(target: PostgresqlPlace, known: int) -> None:
    store = target.store()
    early = split_batch(store, PAIRS, 1, "early")
    load_whole(store, PAIRS, [(MANY[known][0], -1)], "late")
    assert counts(load(store, early, 0, MANY).batch) == (len(MANY), 0, 1)
    assert target.values(PAIRS) == sorted((dict(MANY) | {MANY[known][0]: -1}).items())


def load_meeting(
    store: Store, batch: Batch, number: int, rows: Sequence[tuple[Any, ...]], meeting: Barrier, tries: list[int]
) -> None:
    """Load a chunk; meet the other one before the last row of the first try."""

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        tries.append(number)
        first_time = tries.count(number) == 1
        meet = (lambda: meeting.wait(SECONDS)) if first_time else (lambda: None)
        given = in_rows(rows, len(rows) - 1, meet)
        before = in_hand.chunk.first_line - 2
        return ChunkResult(merge((before + line, values) for line, values in given), 0)

    store.load_chunk(batch.id, number, loader)


def test_chunks_with_the_same_new_keys_in_opposite_order_are_both_loaded_by_one_delivery(
    target: PostgresqlPlace,
) -> None:
    """Each has copied what the other one wants next; the server ends one copy, and its rows wait for the other's.

    The other copy may meet these rows again, and then one of the two transactions is repeated.
    """
    # Enough for both copies to have reached the server before they meet.
    rows = MANY[:ARRAY_ROWS]
    batch = split_batch(target.store(), PAIRS, 2)
    meeting = Barrier(2)
    tries: list[int] = []
    together(
        lambda: load_meeting(target.store(), batch, 0, rows, meeting, tries),
        lambda: load_meeting(target.store(), batch, 1, rows[::-1], meeting, tries),
    )
    assert set(tries) == {0, 1}
    # The second chunk's lines are greater.
    assert counts(target.store().batch(batch.id)) == (2 * len(rows), len(rows), 0)
    assert target.values(PAIRS) == rows
    assert {row[3] > 1000 for row in target.rows(PAIRS)} == {True}


def test_an_error_of_the_loader_is_raised_even_if_the_copy_had_failed_already(target: PostgresqlPlace) -> None:
    store = target.store()
    batch = split_batch(store, PAIRS, 1)

    def rows() -> Iterator[tuple[int, Any]]:
        # Far more than what is on the way to the server, so that it has met the second row when the error comes.
        for ordinal, values in enumerate([MANY[SAMPLE_ROWS], *MANY[: ARRAY_ROWS - 1]]):
            yield 2 + ordinal, values
        raise LookupError("the file broke off")

    with pytest.raises(LookupError, match="the file broke off"):
        store.load_chunk(batch.id, 0, lambda in_hand, merge: ChunkResult(merge(rows()), 0))
    assert target.values(PAIRS) == []
    assert counts(load(store, batch, 0, MANY).batch) == (len(MANY), 0, 0)


def test_a_table_with_row_level_security_is_loaded_too(target: PostgresqlPlace, server: Server) -> None:
    """COPY refuses it, unless the user owns the table: https://www.postgresql.org/docs/current/sql-copy.html"""
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("SET search_path = copying")
        admin.execute("CREATE ROLE guarded LOGIN PASSWORD 'x'")
        admin.execute("GRANT USAGE ON SCHEMA copying TO guarded")
        for statement in grants([PAIRS], "postgresql", "guarded"):
            admin.execute(statement.encode())
        admin.execute("ALTER TABLE pairs ENABLE ROW LEVEL SECURITY")
        admin.execute("CREATE POLICY all_rows ON pairs USING (true) WITH CHECK (true)")
    try:
        store = open_store(target.url, Credentials("guarded", "x"))
        assert counts(load_whole(store, PAIRS, MANY[:10])) == (10, 0, 0)
        store.close_connection()
        assert target.values(PAIRS) == MANY[:10]
    finally:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute("SET search_path = copying")
            admin.execute("DROP POLICY all_rows ON pairs")
            admin.execute("ALTER TABLE pairs DISABLE ROW LEVEL SECURITY")
            admin.execute("DROP OWNED BY guarded")
            admin.execute("DROP ROLE guarded")


@pytest.mark.parametrize("known", [False, True], ids=["new keys", "known keys"])
def test_dates_and_decimals_are_the_same_as_values_and_as_their_texts(any_place: Place, known: bool) -> None:
    place = any_place
    place.empty()
    if not place.open(None, Timeouts()).sql_dialect.text_types >= {"date", "decimal"}:
        pytest.skip("this database takes values only")
    store = place.store()
    rows = [everything("a", 1), everything("b", 2, **{"from": Decimal("-0.0000000001"), "date": date(1, 2, 3)})]
    if known:
        load_whole(store, EVERYTHING, rows, "1")
    load_whole(store, EVERYTHING, [tuple(map(as_text, row)) for row in rows], "2")
    assert place.values(EVERYTHING) == rows


def as_text(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value

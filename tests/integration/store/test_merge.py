"""Rows that go in come out as they were, over every database."""

import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store import ChunkResult
from csvbatch.store.oracle.merge import ARRAY_ROWS
from tests.integration.store.contracts import EVERYTHING, KEYS, PAIRS, everything
from tests.integration.store.loading import load, load_whole, split_batch
from tests.integration.store.places import Place


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("select", "plain"),
        ("select", "ü \N{EURO SIGN} \N{GRINNING FACE} \u00a0"),
        ("select", " blanks around "),
        ("select", "two\nlines\r\nand\ta tab"),
        ("select", "\\N"),
        ("select", "\\."),
        ("select", "back\\slash \\t %s %(name)s :name ? $1 {value}"),
        ("select", """quotes ' " ` and '; DROP TABLE "order"; --"""),
        ("select", "\x01\x1f\x7f"),
        ("select", "x" * 4000),
        ("select", "x" * 1001),
        ("select", "ü" * 501),
        ("select", "\N{GRINNING FACE}" * 1000),
        ("from", Decimal("1234567890123456789012345678.1234567891")),
        ("from", Decimal("-0.0000000001")),
        ("from", Decimal("0.0000000000")),
        ("from", Decimal("0.3000000000")),
        ("whole", Decimal(10**38 - 1)),
        ("whole", Decimal(1 - 10**38)),
        ("date", date(1, 1, 1)),
        ("date", date(9999, 12, 31)),
        ("date", date(1900, 2, 28)),
        ("end", datetime(1, 1, 1)),
        ("end", datetime(9999, 12, 31, 23, 59, 59, 999999)),
        ("end", datetime(2024, 3, 31, 2, 30)),
        ("end", datetime(2024, 1, 1, 0, 0, 0, 1)),
        ("table", True),
        ("table", False),
    ],
    ids=str,
)
def test_a_value_comes_back_as_it_was(place: Place, column: str, value: object) -> None:
    row = everything(**{column: value})
    load_whole(place.store(), EVERYTHING, [row])
    assert place.values(EVERYTHING) == [row]


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 0])
def test_an_integer_of_64_bits_comes_back_as_it_was(place: Place, value: int) -> None:
    load_whole(place.store(), PAIRS, [("a", value)])
    assert place.values(PAIRS) == [("a", value)]


def test_every_column_but_the_key_may_be_null(place: Place) -> None:
    names = ("select", "from", "whole", "date", "end", "table")
    row = everything(**dict.fromkeys(names))
    load_whole(place.store(), EVERYTHING, [row])
    assert place.values(EVERYTHING) == [row]


def test_columns_may_begin_with_nulls(place: Place) -> None:
    names = ("select", "from", "whole", "date", "end", "table")
    rows = [everything(level=1, **dict.fromkeys(names)), everything(level=2), everything(level=3, select="longer")]
    load_whole(place.store(), EVERYTHING, rows)
    assert place.values(EVERYTHING) == rows


def test_a_later_value_may_be_null_and_a_null_may_get_a_value(place: Place) -> None:
    load_whole(place.store(), PAIRS, [("a", 1), ("b", None)], "1")
    load_whole(place.store(), PAIRS, [("a", None), ("b", 2)], "2")
    assert place.values(PAIRS) == [("a", None), ("b", 2)]


def test_a_table_may_have_nothing_but_a_key(place: Place) -> None:
    load_whole(place.store(), KEYS, [("a",), ("b",), ("a",)], "1")
    load_whole(place.store(), KEYS, [("b",)], "2")
    assert place.rows(KEYS) == [("a", 1, 4, 1), ("b", 2, 2, 1)]


def test_rows_differ_by_the_whole_key(place: Place) -> None:
    rows = [everything("a", 1), everything("a", 2), everything("b", 1), everything("A", 1), everything("a ", 1)]
    load_whole(place.store(), EVERYTHING, rows)
    assert sorted(place.values(EVERYTHING)) == sorted(rows)


def test_of_rows_with_the_same_key_the_last_one_of_the_file_stays(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    load(store, batch, 1, [("a", 3), ("b", 1), ("a", 4)])
    assert load(store, batch, 0, [("a", 1), ("c", 1), ("a", 2)]).chunk.rows_merged == 3
    assert place.rows(PAIRS) == [("a", 4, 1, 1004, 1), ("b", 1, 1, 1003, 1), ("c", 1, 1, 3, 1)]


def test_the_position_moves_even_where_the_values_are_equal(place: Place) -> None:
    load_whole(place.store(), PAIRS, [("a", 1)], "1")
    load_whole(place.store(), PAIRS, [("a", 1)], "2")
    assert place.rows(PAIRS) == [("a", 1, 2, 2, 1)]


@pytest.mark.parametrize("position", ["NULL, NULL, NULL", "NULL, 2, 1", "1, NULL, 1", "1, 2, NULL"])
def test_a_row_without_a_position_is_older_than_any(place: Place, position: str) -> None:
    columns = ", ".join(map(place.quote, ("name", "amount", "load_sequence", "load_line", "load_attempt")))
    place.run(f"INSERT INTO {place.quote('pairs')} ({columns}) VALUES ('a', 99, {position})")
    load_whole(place.store(), PAIRS, [("a", 1)])
    assert place.rows(PAIRS) == [("a", 1, 1, 2, 1)]


def test_a_chunk_may_have_more_rows_than_are_sent_at_once(place: Place) -> None:
    rows = [(f"{number % (ARRAY_ROWS + 1):05}", number) for number in range(2 * ARRAY_ROWS + 3)]
    load_whole(place.store(), PAIRS, rows)
    assert place.values(PAIRS) == sorted(dict(rows).items())


def test_long_keys_are_told_apart_by_all_of_their_characters(place: Place) -> None:
    """Among rows that are merged, superseded and stale: each of Oracle's statements has its own way with long texts."""
    keys = Contract(
        dataset="long", table="long_keys", key=("name",), columns=(StringColumn(name="name", max_length=600),)
    )
    names = [("€" * 599 + end,) for end in ("", "a", "b", "ü")]
    place.store().migrate([keys])
    try:
        load_whole(place.store(), keys, [*names, names[0]], "1")
        batches = [split_batch(place.store(), keys, 1, version) for version in "23"]
        load(place.store(), batches[1], 0, [*names, *names])
        load(place.store(), batches[0], 0, names)
        assert place.values(keys) == sorted(names)
        assert place.store().batch(batches[0].id).rows_merged == 4
    finally:
        place.drop("long_keys")


def test_the_database_refuses_what_the_contract_does_not_have_without_showing_it(place: Place) -> None:
    """A row the validator would have rejected: the chunk fails, and nothing of the row is said."""
    store = place.store()
    batch = split_batch(store, PAIRS, 1)
    with pytest.raises(Exception, match=r"(PostgreSQL|Oracle|SQLite) refused a statement") as caught:
        load(store, batch, 0, [(None, 987654321)])
    assert "987654321" not in str(caught.value)
    assert place.rows(PAIRS) == []


def test_rows_are_merged_as_a_stream(place: Place) -> None:
    def peak(count: int) -> int:
        store = place.store()
        batch = split_batch(store, EVERYTHING, 1, version=str(count))

        def rows() -> Iterator[tuple[int, tuple[Any, ...]]]:
            for number in range(count):
                yield number, everything(level=number, select=f"{number} {'x' * 50}")

        tracemalloc.start()
        try:
            store.load_chunk(batch.id, 0, lambda in_hand, merge: ChunkResult(merge(rows()), 0))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            store.close_connection()

    peak(10)
    assert peak(4 * ARRAY_ROWS) < 1.25 * peak(2 * ARRAY_ROWS)

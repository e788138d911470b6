"""Texts that are bound in pieces, because the driver declares them four times as long as they are."""

import pytest

from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store.oracle.merge import count_stale_sql, merge_sql
from csvbatch.store.oracle.texts import BIND_BYTES, cut, in_pieces, is_large, is_long, pieces_of

WIDE = Contract(
    dataset="wide",
    table="wide",
    key=("name",),
    columns=(StringColumn(name="name", max_length=500), StringColumn(name="code", max_length=250)),
)


@pytest.mark.parametrize("character", ["x", "ü", "€", "\N{GRINNING FACE}"])
@pytest.mark.parametrize("length", [1, 250, 251, 999, 1000, 1001, 1999, 4000])
def test_a_text_is_cut_between_characters_into_pieces_that_fit(character: str, length: int) -> None:
    text = "x" + character * (length - 1)
    count = pieces_of(length)
    pieces = cut(text, count)
    assert len(pieces) == count
    assert "".join(piece or "" for piece in pieces) == text
    assert all(len(piece.encode()) <= BIND_BYTES for piece in pieces if piece)


def test_what_is_no_long_text_is_one_piece_as_it_is() -> None:
    for value in (None, "", "x" * BIND_BYTES, 7):
        assert not is_long(value)
        assert cut(value, 3) == [value, None, None]


def test_only_a_text_that_no_varchar2_holds_is_a_large_object() -> None:
    assert (is_large("x" * 4000), is_large("x" * 4001), is_large("ü" * 2001)) == (False, True, True)


def test_half_a_character_is_no_text_that_can_be_bound() -> None:
    with pytest.raises(UnicodeEncodeError):
        is_long("\ud800" * 300)


def test_a_statement_joins_the_pieces_where_it_has_the_bind_and_nowhere_else() -> None:
    sql = "UPDATE t SET a = :a, \":a\" = ':a' WHERE b = :a_b AND c = :b AND d = :a"
    text = "x" * 1001
    rewritten, bound = in_pieces(sql, {"a": text, "a_b": 1, "b": "short"})
    assert rewritten == (
        "UPDATE t SET a = (:a || :a_p1), \":a\" = ':a' WHERE b = :a_b AND c = :b AND d = (:a || :a_p1)"
    )
    assert bound == {"a": text[:1000], "a_p1": "x", "a_b": 1, "b": "short"}


def test_a_statement_without_long_texts_stays_as_it_is() -> None:
    sql = "INSERT INTO t (a, b) VALUES (:a, :b)"
    assert in_pieces(sql, {"a": "x", "b": "y" * 4001}) == (sql, {"a": "x", "b": "y" * 4001})


def test_only_columns_that_may_be_too_long_are_merged_in_pieces() -> None:
    assert ":v0 AS " in merge_sql(WIDE)
    assert ':v0 || :v0_p1 || :v0_p2 AS "NAME", :v1 AS "CODE"' in merge_sql(WIDE, pieces=True)
    assert ':k99_0 || :k99_0_p1 || :k99_0_p2 AS "NAME"' in count_stale_sql(WIDE, pieces=True)

"""A table that is not as its contract needs it: what differs, what corrects it, and what to do by hand."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvbatch.contract.columns import DecimalColumn, StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store.drift import Difference, differences, drifted, missing
from csvbatch.store.found import FoundColumn, FoundTable, Holds
from csvbatch.store.sql_dialect import ORACLE, POSTGRESQL, ColumnKind, SqlDialect
from csvbatch.store.tables import Table, TableColumn, target_table

digits = st.integers(1, 38).flatmap(lambda precision: st.tuples(st.just(precision), st.integers(0, precision)))


def table_of(precision: int, scale: int) -> Table:
    return target_table(
        Contract(
            dataset="stock",
            table="stock",
            key=("item",),
            columns=(
                StringColumn(name="item", max_length=9),
                DecimalColumn(name="price", precision=precision, scale=scale),
            ),
        )
    )


def with_price(table: Table, precision: int, scale: int, sql_dialect: SqlDialect) -> FoundTable:
    """Describe the table as it has to be, but for the digits of its price."""
    columns = {
        column.name: FoundColumn(column.name, "bigint", Holds.INTEGER, 19)
        for column in table.columns
        if column.name.startswith("load_")
    }
    if sql_dialect is ORACLE:
        columns = {name: FoundColumn(name, "NUMBER", Holds.DECIMAL, None) for name in columns}
    columns["item"] = FoundColumn("item", "text", Holds.TEXT, None, null=False)
    columns["price"] = FoundColumn("price", f"numeric({precision}, {scale})", Holds.DECIMAL, precision, scale)
    return FoundTable("stock", tuple(columns.values()), frozenset({frozenset({"item"})}))


@pytest.mark.parametrize("sql_dialect", [POSTGRESQL, ORACLE], ids=lambda sql_dialect: sql_dialect.name)
@given(needed=digits, there=digits)
def test_no_digit_is_lost_on_either_side_of_the_point(
    sql_dialect: SqlDialect, needed: tuple[int, int], there: tuple[int, int]
) -> None:
    table = table_of(*needed)
    found = differences(table, with_price(table, *there, sql_dialect), sql_dialect)
    after = max(needed[1], there[1])
    before = max(needed[0] - needed[1], there[0] - there[1])
    if there == (before + after, after):
        assert found == []
        return
    (difference,) = found
    if before + after > 38:
        assert difference.statement is None
        return
    assert difference.statement is not None
    widened = re.search(r"\((\d+), (\d+)\)", difference.statement)
    assert widened is not None
    assert (int(widened[1]), int(widened[2])) == (before + after, after)


STOCK = table_of(10, 2)


def difference_of(change: Callable[[FoundColumn], FoundColumn], name: str = "price") -> list[Difference]:
    """Compare the table with itself as it has to be, but for one column."""
    found = with_price(STOCK, 10, 2, POSTGRESQL)
    columns = tuple(change(column) if column.name == name else column for column in found.columns)
    return differences(STOCK, replace(found, columns=columns), POSTGRESQL)


def test_a_view_is_not_loaded_into() -> None:
    found = replace(with_price(STOCK, 10, 2, POSTGRESQL), is_view=True)
    assert differences(STOCK, found, POSTGRESQL) == [
        Difference("is a view", "name the table that it shows, or give the view another name")
    ]


@pytest.mark.parametrize(
    ("name", "change", "difference"),
    [
        (
            "price",
            {"is_computed": True},
            Difference("computes column price itself", "make it an ordinary column"),
        ),
        (
            "price",
            {"null": False},
            Difference(
                "takes no NULL in column price, which its contract allows",
                statement='ALTER TABLE "stock" ALTER COLUMN "price" DROP NOT NULL',
            ),
        ),
        (
            "item",
            {"tells_texts_apart": False},
            Difference(
                "treats different texts as equal in column item of its key",
                "give it a collation that compares byte by byte",
            ),
        ),
    ],
)
def test_a_column_that_is_not_as_needed_is_named_with_what_to_do(
    name: str, change: dict[str, Any], difference: Difference
) -> None:
    assert difference_of(lambda column: replace(column, **change), name) == [difference]


@pytest.mark.parametrize("change", [{"tells_texts_apart": False}, {"written_scale": 3}])
def test_how_texts_and_numbers_compare_matters_in_a_key_only(change: dict[str, Any]) -> None:
    assert difference_of(lambda column: replace(column, **change)) == []


def test_a_missing_column_is_added_unless_it_is_of_the_key() -> None:
    found = with_price(STOCK, 10, 2, POSTGRESQL)
    bare = replace(found, columns=tuple(one for one in found.columns if one.name not in ("item", "price")))
    assert differences(STOCK, bare, POSTGRESQL) == [
        Difference(
            "has no column item, which belongs to its contract's key",
            "make a table with the contract's key, or change the contract's table",
        ),
        Difference("has no column price", statement='ALTER TABLE "stock" ADD "price" numeric(10, 2)'),
    ]


@pytest.mark.parametrize("scale", [None, 2])
def test_a_key_keeps_its_numbers_with_the_digits_of_the_contract(scale: int | None) -> None:
    table = Table("stock", (TableColumn("price", ColumnKind.DECIMAL, 10, 2, null=False),), key=("price",))
    column = FoundColumn("price", "numeric", Holds.DECIMAL, 10, 2, null=False, written_scale=scale)
    found = FoundTable("stock", (column,), frozenset({frozenset({"price"})}))
    assert differences(table, found, POSTGRESQL) == []
    others = replace(found, columns=(replace(column, written_scale=4),))
    assert differences(table, others, POSTGRESQL) == [
        Difference(
            "keeps column price of its key with 4 digits after the point, and its contract has 2: equal numbers would "
            "be different keys"
        )
    ]


@pytest.mark.parametrize("change", [{"null": True}, {"is_filled": True}, {"is_computed": True}])
def test_a_column_of_a_teams_own_is_fine_if_rows_need_no_value_for_it(change: dict[str, Any]) -> None:
    found = with_price(STOCK, 10, 2, POSTGRESQL)
    own = replace(FoundColumn("shelf", "text", Holds.TEXT, null=False), **change)
    assert differences(STOCK, replace(found, columns=(*found.columns, own)), POSTGRESQL) == []


def test_a_column_of_a_teams_own_that_demands_a_value_is_a_difference() -> None:
    found = with_price(STOCK, 10, 2, POSTGRESQL)
    own = FoundColumn("shelf", "text", Holds.TEXT, null=False)
    assert differences(STOCK, replace(found, columns=(*found.columns, own)), POSTGRESQL) == [
        Difference(
            "demands a value for column shelf, which is not in its contract",
            "give shelf a default, or allow NULL in it",
        )
    ]


def keys_of(*unique: set[str]) -> list[Difference]:
    found = with_price(STOCK, 10, 2, POSTGRESQL)
    return differences(STOCK, replace(found, unique=frozenset(map(frozenset, unique))), POSTGRESQL)


def test_a_table_has_the_contracts_key_and_no_narrower_one() -> None:
    assert keys_of({"item"}) == []
    assert keys_of({"item"}, {"item", "price"}) == [], "what is unique by the key alone is unique with more"
    assert keys_of({"item"}, {"shelf"}) == [], "a key of a team's own columns"
    assert keys_of() == [
        Difference("has no unique key (item)", 'remove duplicate rows, then ALTER TABLE "stock" ADD UNIQUE ("item")')
    ]
    assert keys_of({"item"}, {"price", "load_line"}) == [
        Difference(
            "has a unique key (load_line, price), which its contract does not have",
            "drop that key, or make it the contract's key",
        )
    ]


def test_the_error_for_a_missing_table_says_what_to_run() -> None:
    assert str(missing(STOCK)) == "there is no table stock (TABLE_MISSING); run `csvbatch migrate`"


def test_the_error_says_everything_that_differs_and_what_to_do_about_the_worst() -> None:
    both = [Difference("has no column a", statement="ALTER …"), Difference("is odd", "make it even")]
    assert str(drifted(STOCK, both)) == "table stock has no column a; it is odd (TABLE_DRIFTED); make it even"
    assert str(drifted(STOCK, [*both, both[1], Difference("is red", "paint it")])).endswith("; make it even; paint it")
    assert drifted(STOCK, both[:1]).advice == "run `csvbatch migrate`, which changes it without loss"

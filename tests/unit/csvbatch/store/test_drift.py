"""A number is widened so that it keeps what it has and takes what is to come, or it is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvbatch.contract.columns import DecimalColumn, StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store.drift import Difference, differences, drifted
from csvbatch.store.found import FoundColumn, FoundTable, Holds
from csvbatch.store.sql_dialect import ORACLE, POSTGRESQL, SqlDialect
from csvbatch.store.tables import Table, target_table

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


def test_the_error_says_everything_that_differs_and_what_to_do_about_the_worst() -> None:
    table = table_of(10, 2)
    both = [Difference("has no column a", statement="ALTER …"), Difference("is odd", "make it even")]
    assert str(drifted(table, both)) == ("table stock has no column a; it is odd (TABLE_DRIFTED); make it even")
    assert drifted(table, both[:1]).advice == "run `csvbatch migrate`, which changes it without loss"

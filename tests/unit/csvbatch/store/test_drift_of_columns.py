"""Which columns of an existing table hold everything that a contract allows, and how others are widened."""

import pytest

from csvbatch.store.drift import Difference, differences
from csvbatch.store.found import FoundColumn, FoundTable, Holds
from csvbatch.store.sql_dialect import ORACLE, POSTGRESQL, SQLITE, ColumnKind, SqlDialect
from csvbatch.store.tables import Table, TableColumn

NO_LIMIT = None


def needed(kind: ColumnKind, size: int = 0, scale: int = 0) -> TableColumn:
    return TableColumn("c", kind, size, scale)


def there(holds: Holds, size: int | None = None, scale: int = 0, *, counts_bytes: bool = False) -> FoundColumn:
    return FoundColumn("c", "its type", holds, size, scale, counts_bytes=counts_bytes)


def differences_of(need: TableColumn, found: FoundColumn, sql_dialect: SqlDialect) -> list[Difference]:
    """Compare a table of a key and this one column."""
    key = TableColumn("item", ColumnKind.TEXT, 9, null=False)
    table = Table("stock", (key, need), key=("item",))
    its_key = FoundColumn("item", "text", Holds.TEXT, NO_LIMIT, null=False)
    return differences(table, FoundTable("stock", (its_key, found), frozenset({frozenset({"item"})})), sql_dialect)


TEXT = needed(ColumnKind.TEXT, 10)
LONGEST_TEXT = needed(ColumnKind.TEXT, 2000)
KEY_TEXT = needed(ColumnKind.KEY_TEXT, 10)
LONG_TEXT = needed(ColumnKind.LONG_TEXT)
INTEGER = needed(ColumnKind.INTEGER, 5)
ANY_INTEGER = needed(ColumnKind.INTEGER)
DECIMAL = needed(ColumnKind.DECIMAL, 10, 2)
DATE = needed(ColumnKind.DATE)
TIMESTAMP = needed(ColumnKind.TIMESTAMP, scale=6)
BOOLEAN = needed(ColumnKind.BOOLEAN)
MOMENT = needed(ColumnKind.MOMENT, scale=6)


@pytest.mark.parametrize(
    ("need", "found"),
    [
        (TEXT, there(Holds.TEXT, NO_LIMIT)),
        (TEXT, there(Holds.TEXT, 10)),
        (TEXT, there(Holds.TEXT, 40, counts_bytes=True)),
        (TEXT, there(Holds.LARGE_TEXT)),
        (TEXT, there(Holds.ANYTHING)),
        (LONGEST_TEXT, there(Holds.TEXT, 4000, counts_bytes=True)),
        (KEY_TEXT, there(Holds.TEXT, 10, counts_bytes=True)),
        (LONG_TEXT, there(Holds.LARGE_TEXT)),
        (LONG_TEXT, there(Holds.TEXT, NO_LIMIT)),
        (INTEGER, there(Holds.INTEGER, NO_LIMIT)),
        (INTEGER, there(Holds.INTEGER, 5)),
        (INTEGER, there(Holds.DECIMAL, NO_LIMIT)),
        (INTEGER, there(Holds.DECIMAL, 5)),
        (INTEGER, there(Holds.DECIMAL, 7, 2)),
        (ANY_INTEGER, there(Holds.INTEGER, 19)),
        (DECIMAL, there(Holds.DECIMAL, NO_LIMIT)),
        (DECIMAL, there(Holds.DECIMAL, 10, 2)),
        (DECIMAL, there(Holds.DECIMAL, 11, 3)),
        (needed(ColumnKind.DECIMAL, 9), there(Holds.INTEGER, 9)),
        (needed(ColumnKind.DECIMAL, 18), there(Holds.INTEGER, 19)),
        (DATE, there(Holds.DATE)),
        (DATE, there(Holds.TIMESTAMP)),
        (TIMESTAMP, there(Holds.TIMESTAMP, NO_LIMIT)),
        (TIMESTAMP, there(Holds.TIMESTAMP, 6)),
        (BOOLEAN, there(Holds.BOOLEAN)),
        (MOMENT, there(Holds.INSTANT, NO_LIMIT)),
        (MOMENT, there(Holds.INSTANT, 6)),
    ],
)
def test_a_column_that_holds_whatever_may_come_is_left_as_it_is(need: TableColumn, found: FoundColumn) -> None:
    assert differences_of(need, found, POSTGRESQL) == []


@pytest.mark.parametrize(
    ("need", "found", "statement"),
    [
        (TEXT, there(Holds.TEXT, 9), "TYPE text"),
        (TEXT, there(Holds.TEXT, 39, counts_bytes=True), "TYPE text"),
        (LONGEST_TEXT, there(Holds.TEXT, 3999, counts_bytes=True), "TYPE text"),
        (TEXT, there(Holds.INTEGER), None),
        (KEY_TEXT, there(Holds.TEXT, 9), "TYPE text"),
        (KEY_TEXT, there(Holds.LARGE_TEXT), None),
        (LONG_TEXT, there(Holds.TEXT, 4000), None),
        (LONG_TEXT, there(Holds.DATE), None),
        (INTEGER, there(Holds.INTEGER, 4), "TYPE bigint"),
        (ANY_INTEGER, there(Holds.INTEGER, 18), "TYPE bigint"),
        (INTEGER, there(Holds.DECIMAL, 6, 2), "TYPE numeric(7, 2)"),
        (INTEGER, there(Holds.TEXT), None),
        (DECIMAL, there(Holds.DECIMAL, 10, 1), "TYPE numeric(11, 2)"),
        (DECIMAL, there(Holds.DECIMAL, 10, 3), "TYPE numeric(11, 3)"),
        (DECIMAL, there(Holds.DECIMAL, 10, -2), None),
        (DECIMAL, there(Holds.INTEGER, 9), "TYPE numeric(11, 2)"),
        (DECIMAL, there(Holds.TEXT), None),
        (needed(ColumnKind.DECIMAL, 38, 2), there(Holds.DECIMAL, 38, 1), None),
        (needed(ColumnKind.DECIMAL, 38, 2), there(Holds.DECIMAL, 37, 1), "TYPE numeric(38, 2)"),
        (needed(ColumnKind.DECIMAL, 19), there(Holds.INTEGER, 19), "TYPE numeric(19, 0)"),
        (needed(ColumnKind.DECIMAL, 9, 1), there(Holds.INTEGER, 18), "TYPE numeric(19, 1)"),
        (needed(ColumnKind.DECIMAL, 1), there(Holds.INTEGER, NO_LIMIT), "TYPE numeric(1, 0)"),
        (DATE, there(Holds.INSTANT), None),
        (TIMESTAMP, there(Holds.TIMESTAMP, 5), "TYPE timestamp"),
        (TIMESTAMP, there(Holds.DATE), "TYPE timestamp"),
        (TIMESTAMP, there(Holds.INSTANT, 6), None),
        (BOOLEAN, there(Holds.INTEGER), None),
        (MOMENT, there(Holds.INSTANT, 5), None),
        (MOMENT, there(Holds.TIMESTAMP, 6), None),
    ],
)
def test_a_column_that_is_too_narrow_is_widened_if_that_loses_nothing(
    need: TableColumn, found: FoundColumn, statement: str | None
) -> None:
    assert differences_of(need, found, POSTGRESQL) == [
        Difference(
            f"has column c as its type, which has to be {POSTGRESQL.type_of(need)} or wider",
            statement=statement and f'ALTER TABLE "stock" ALTER COLUMN "c" {statement}',
        )
    ]


@pytest.mark.parametrize(
    ("need", "found", "statement"),
    [
        (TEXT, there(Holds.TEXT, 9), 'ALTER TABLE "STOCK" MODIFY ("C" VARCHAR2(10 CHAR))'),
        (TEXT, there(Holds.TEXT, 20, counts_bytes=True), 'ALTER TABLE "STOCK" MODIFY ("C" VARCHAR2(20 CHAR))'),
        (KEY_TEXT, there(Holds.TEXT, 9, counts_bytes=True), 'ALTER TABLE "STOCK" MODIFY ("C" VARCHAR2(10 BYTE))'),
        (DECIMAL, there(Holds.DECIMAL, 5, 4), 'ALTER TABLE "STOCK" MODIFY ("C" NUMBER(12, 4))'),
        (ANY_INTEGER, there(Holds.DECIMAL, 18), 'ALTER TABLE "STOCK" MODIFY ("C" NUMBER(19, 0))'),
        (TIMESTAMP, there(Holds.TIMESTAMP, 3), 'ALTER TABLE "STOCK" MODIFY ("C" TIMESTAMP(6))'),
        (MOMENT, there(Holds.TIMESTAMP, 3), 'ALTER TABLE "STOCK" MODIFY ("C" TIMESTAMP(6))'),
        (BOOLEAN, there(Holds.TEXT, 1), None),
    ],
)
def test_oracle_widens_a_column_in_its_own_words(need: TableColumn, found: FoundColumn, statement: str | None) -> None:
    assert [one.statement for one in differences_of(need, found, ORACLE)] == [statement]


@pytest.mark.parametrize(
    ("sql_dialect", "need", "found"),
    [
        (ORACLE, BOOLEAN, there(Holds.DECIMAL, 1)),
        (ORACLE, MOMENT, there(Holds.TIMESTAMP, 6)),
        (SQLITE, DECIMAL, there(Holds.TEXT)),
        (SQLITE, DATE, there(Holds.TEXT)),
        (SQLITE, TIMESTAMP, there(Holds.TEXT)),
        (SQLITE, BOOLEAN, there(Holds.INTEGER)),
        (SQLITE, MOMENT, there(Holds.TEXT)),
    ],
)
def test_a_database_may_keep_a_type_as_another(sql_dialect: SqlDialect, need: TableColumn, found: FoundColumn) -> None:
    assert differences_of(need, found, sql_dialect) == []


def test_a_column_that_would_lose_more_than_its_type_is_not_widened() -> None:
    found = FoundColumn("c", "varchar(9)", Holds.TEXT, 9, can_be_widened=False)
    assert [one.statement for one in differences_of(TEXT, found, POSTGRESQL)] == [None]


def test_sqlite_cannot_change_a_column() -> None:
    (difference,) = differences_of(DECIMAL, there(Holds.INTEGER), SQLITE)
    assert difference == Difference("has column c as its type, which has to be TEXT or wider")
    assert (
        difference.advice == "create a table as `csvbatch ddl` prints it, copy the rows, and replace this table by it"
    )

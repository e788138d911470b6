"""How a table of SQLite is described, whoever made it."""

import sqlite3
from collections.abc import Iterator

import pytest

from csvbatch.store.found import FoundColumn, FoundTable, Holds
from csvbatch.store.sqlite.tables import read_table


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def described(database: sqlite3.Connection, *statements: str, name: str = "stock") -> FoundTable:
    for statement in statements:
        database.execute(statement)
    found = read_table(database, name)
    assert found is not None
    return found


def column(database: sqlite3.Connection, *statements: str, name: str = "c") -> FoundColumn:
    (found,) = [one for one in described(database, *statements).columns if one.name == name]
    return found


def test_there_may_be_no_table(database: sqlite3.Connection) -> None:
    assert read_table(database, "stock") is None


@pytest.mark.parametrize(
    ("declared", "holds"),
    [
        ("INT", Holds.INTEGER),
        ("bigint", Holds.INTEGER),
        ("CHARINT", Holds.INTEGER),
        ("VARCHAR(9)", Holds.TEXT),
        ("CLOB", Holds.TEXT),
        ("text(9)", Holds.TEXT),
        ("BLOB", Holds.ANYTHING),
        ("", Holds.ANYTHING),
        ("REAL", Holds.OTHER),
        ("FLOAT", Holds.OTHER),
        ("DOUBLE PRECISION", Holds.OTHER),
        ("NUMERIC", Holds.INTEGER),
        ("DECIMAL(8, 2)", Holds.INTEGER),
        ("BOOLEAN", Holds.INTEGER),
    ],
)
def test_a_column_holds_what_its_affinity_keeps(database: sqlite3.Connection, declared: str, holds: Holds) -> None:
    found = column(database, f"CREATE TABLE stock (c {declared})")
    assert (found.holds, found.type) == (holds, declared or "without a type")


@pytest.mark.parametrize(
    ("declared", "holds"),
    [
        ("TEXT", Holds.TEXT),
        ("INT", Holds.INTEGER),
        ("INTEGER", Holds.INTEGER),
        ("ANY", Holds.ANYTHING),
        ("REAL", Holds.OTHER),
        ("BLOB", Holds.OTHER),
    ],
)
def test_a_strict_table_holds_what_its_types_say(database: sqlite3.Connection, declared: str, holds: Holds) -> None:
    assert column(database, f"CREATE TABLE stock (c {declared}) STRICT").holds is holds


def test_names_are_compared_as_sqlite_does_and_given_in_lower_case(database: sqlite3.Connection) -> None:
    found = described(database, "CREATE TABLE STOCK (Item TEXT PRIMARY KEY)")
    assert (found.name, found.column_names, found.unique) == ("stock", {"item"}, {frozenset({"item"})})
    assert not found.is_view


def test_a_view_is_described_as_one(database: sqlite3.Connection) -> None:
    assert described(database, "CREATE VIEW stock AS SELECT 1 AS c").is_view


def test_a_column_is_null_unless_it_is_declared_not_to_be(database: sqlite3.Connection) -> None:
    table = described(database, "CREATE TABLE stock (a TEXT, b TEXT NOT NULL)")
    assert [one.null for one in table.columns] == [True, False]


@pytest.mark.parametrize(
    ("declared", "is_filled"),
    [
        ("c TEXT", False),
        ("c TEXT DEFAULT 'x'", True),
        ("c INTEGER PRIMARY KEY", True),
        ("c INT PRIMARY KEY", False),
        ("c INTEGER, d TEXT, PRIMARY KEY (c, d)", False),
        ("c INTEGER, d INTEGER PRIMARY KEY", False),
    ],
)
def test_sqlite_fills_a_column_with_a_default_or_as_the_rows_number(
    database: sqlite3.Connection, declared: str, is_filled: bool
) -> None:
    assert column(database, f"CREATE TABLE stock ({declared})").is_filled is is_filled


@pytest.mark.parametrize("kind", ["VIRTUAL", "STORED"])
def test_a_column_may_be_computed(database: sqlite3.Connection, kind: str) -> None:
    table = described(database, f"CREATE TABLE stock (a INT, c INT GENERATED ALWAYS AS (a + 1) {kind})")
    assert [(one.name, one.is_computed) for one in table.columns] == [("a", False), ("c", True)]


def test_a_key_is_what_is_unique_in_every_row_by_columns_alone(database: sqlite3.Connection) -> None:
    table = described(
        database,
        "CREATE TABLE stock (a TEXT, b TEXT, c TEXT UNIQUE, d TEXT, PRIMARY KEY (A, b))",
        "CREATE UNIQUE INDEX one ON stock (d DESC, C)",
        "CREATE UNIQUE INDEX part ON stock (d) WHERE d > 'x'",
        "CREATE UNIQUE INDEX computed ON stock (a, UPPER(d))",
        "CREATE INDEX plain ON stock (b)",
    )
    assert table.unique == {frozenset({"a", "b"}), frozenset({"c"}), frozenset({"c", "d"})}


def test_a_table_may_have_no_key(database: sqlite3.Connection) -> None:
    assert described(database, "CREATE TABLE stock (c TEXT)").unique == frozenset()


@pytest.mark.parametrize(
    ("declared", "tells_apart"),
    [
        ("c TEXT PRIMARY KEY", True),
        ("c TEXT COLLATE NOCASE PRIMARY KEY", False),
        ("c TEXT COLLATE BINARY PRIMARY KEY", True),
        ("c TEXT, UNIQUE (c COLLATE NOCASE)", False),
        ("c TEXT COLLATE NOCASE", True),
    ],
)
def test_texts_are_told_apart_unless_a_key_ignores_something(
    database: sqlite3.Connection, declared: str, tells_apart: bool
) -> None:
    assert column(database, f"CREATE TABLE stock ({declared})").tells_texts_apart is tells_apart


@pytest.mark.parametrize(
    ("rows", "scale"),
    [
        ([], None),
        (["'1.50'"], 2),
        (["'150'"], 0),
        (["NULL", "'1.5'"], 1),
        (["150"], None),
    ],
)
def test_a_number_in_a_key_is_written_with_the_digits_of_the_rows_there_are(
    database: sqlite3.Connection, rows: list[str], scale: int | None
) -> None:
    table = "CREATE TABLE stock (c UNIQUE, d)"
    found = column(database, table, *(f"INSERT INTO stock VALUES ({row}, '1.5')" for row in rows))
    assert found.written_scale == scale
    assert column(database, name="d").written_scale is None

"""The statements that make tables, for each database."""

import sqlite3
from dataclasses import fields

import pytest
import sqlglot
from sqlglot import exp

from csvbatch.contract.columns import (
    BooleanColumn,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.contract.model import Contract
from csvbatch.store import Batch, ChunkRecord, ddl
from csvbatch.store.ddl import add_column, create_table
from csvbatch.store.sql_dialect import SQL_DIALECTS, ColumnKind, SqlDialect
from csvbatch.store.tables import BATCH, CHUNK, LEDGER, target_table

CONTRACT = Contract(
    dataset="everything",
    table="order",
    key=("code", "day"),
    columns=(
        StringColumn(name="code", max_length=10),
        StringColumn(name="comment", max_length=4000, required=True),
        IntegerColumn(name="number"),
        DecimalColumn(name="price", precision=38, scale=4),
        DateColumn(name="day"),
        TimestampColumn(name="moment"),
        BooleanColumn(name="flag", required=True),
    ),
)

COLUMNS = {
    "sqlite": [
        '"code" TEXT NOT NULL',
        '"comment" TEXT NOT NULL',
        '"number" INTEGER',
        '"price" TEXT',
        '"day" TEXT NOT NULL',
        '"moment" TEXT',
        '"flag" INTEGER NOT NULL',
        '"load_sequence" INTEGER',
        '"load_line" INTEGER',
        '"load_attempt" INTEGER',
    ],
    "postgresql": [
        '"code" text NOT NULL',
        '"comment" text NOT NULL',
        '"number" bigint',
        '"price" numeric(38, 4)',
        '"day" date NOT NULL',
        '"moment" timestamp',
        '"flag" boolean NOT NULL',
        '"load_sequence" bigint',
        '"load_line" bigint',
        '"load_attempt" bigint',
    ],
    "oracle": [
        '"CODE" VARCHAR2(10 CHAR) NOT NULL',
        '"COMMENT" VARCHAR2(4000 CHAR) NOT NULL',
        '"NUMBER" NUMBER(19)',
        '"PRICE" NUMBER(38, 4)',
        '"DAY" DATE NOT NULL',
        '"MOMENT" TIMESTAMP(6)',
        '"FLAG" NUMBER(1) NOT NULL',
        '"LOAD_SEQUENCE" NUMBER(19)',
        '"LOAD_LINE" NUMBER(19)',
        '"LOAD_ATTEMPT" NUMBER(19)',
    ],
}


@pytest.mark.parametrize("database", SQL_DIALECTS)
def test_a_target_table_has_the_contracts_columns_and_the_position(database: str) -> None:
    lines = create_table(target_table(CONTRACT), SQL_DIALECTS[database]).splitlines()
    assert [line.strip().rstrip(",") for line in lines[1:11]] == COLUMNS[database]
    assert lines[11].strip().upper() == 'PRIMARY KEY ("CODE", "DAY")'


@pytest.mark.parametrize("database", SQL_DIALECTS)
def test_a_target_table_has_no_constraint_that_its_contract_does_not_have(database: str) -> None:
    sql = create_table(target_table(CONTRACT), SQL_DIALECTS[database])
    assert not {"CHECK", "UNIQUE", "REFERENCES", "DEFAULT"} & set(sql.upper().split())


@pytest.mark.parametrize(("database", "read_as"), [("oracle", "oracle"), ("postgresql", "postgres")])
def test_each_statement_is_one_of_the_databases_grammar(database: str, read_as: str) -> None:
    statements = ddl([CONTRACT], database)
    assert len(statements) == len(LEDGER) + 1
    for statement in statements:
        assert isinstance(sqlglot.parse_one(statement, read=read_as), exp.Create)


def test_sqlite_makes_the_tables() -> None:
    connection = sqlite3.connect(":memory:")
    for statement in ddl([CONTRACT], "sqlite"):
        connection.execute(statement)
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1").fetchall()
    assert [name for (name,) in names] == [
        "csvbatch_batch",
        "csvbatch_chunk",
        "csvbatch_dataset",
        "csvbatch_lease",
        "csvbatch_pause",
        "csvbatch_sweep",
        "order",
    ]
    connection.close()


def test_oracles_names_have_30_bytes_at_most() -> None:
    for table in LEDGER:
        assert all(len(name) <= 30 for name in (table.name, *table.column_names))


def test_oracles_index_entries_fit_a_block_of_8_kb() -> None:
    """Oracle reckons 4 bytes for a character, and raises ORA-01450 above 6,398 bytes."""
    for table in LEDGER:
        sizes = {
            column.name: column.size * (4 if column.kind is ColumnKind.TEXT else 1) if column.size else 22
            for column in table.columns
        }
        for columns in (table.key, *table.unique):
            assert sum(sizes[name] for name in columns) <= 6398


def test_the_ledgers_records_have_the_columns_of_its_tables() -> None:
    assert {field.name for field in fields(Batch)} == set(BATCH.column_names) - {"contract"}
    assert {field.name for field in fields(ChunkRecord)} == set(CHUNK.column_names)


@pytest.mark.parametrize("sql_dialect", SQL_DIALECTS.values(), ids=SQL_DIALECTS)
def test_a_column_that_is_added_may_be_null_whatever_the_contract_says(sql_dialect: SqlDialect) -> None:
    table = target_table(CONTRACT)
    kind = sql_dialect.types[ColumnKind.TEXT].format(size=4000)
    assert add_column(table, table.columns[1], sql_dialect) == (
        f"ALTER TABLE {sql_dialect.quote('order')} ADD {sql_dialect.quote('comment')} {kind}"
    )


@pytest.mark.parametrize("sql_dialect", SQL_DIALECTS.values(), ids=SQL_DIALECTS)
def test_a_count_that_is_added_to_a_ledger_is_0_in_the_rows_it_has(sql_dialect: SqlDialect) -> None:
    """The default stands before NOT NULL, which is the order that Oracle wants."""
    count = next(column for column in BATCH.columns if column.name == "rows_read")
    assert add_column(BATCH, count, sql_dialect).endswith(f"{sql_dialect.types[ColumnKind.INTEGER]} DEFAULT 0 NOT NULL")


def test_the_grammars_have_a_type_of_each_kind() -> None:
    for sql_dialect in SQL_DIALECTS.values():
        assert set(sql_dialect.types) == set(ColumnKind)

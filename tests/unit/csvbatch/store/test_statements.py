"""The SQL that stores send, taken apart."""

import re
from collections import defaultdict
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.columns import IntegerColumn, StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store.grants import rights_on
from csvbatch.store.oracle import merge as oracle
from csvbatch.store.postgresql import merge as postgresql
from csvbatch.store.sql_dialect import SQL_DIALECTS
from csvbatch.store.sqlite import merge as sqlite
from csvbatch.store.tables import LEDGER

READ_AS = {"sqlite": "sqlite", "postgresql": "postgres", "oracle": "oracle"}

RESERVED = Contract(
    dataset="reserved",
    table="order",
    key=("group", "number"),
    columns=(
        StringColumn(name="group", max_length=10),
        IntegerColumn(name="number"),
        StringColumn(name="select", max_length=10),
    ),
)
KEYS = Contract(dataset="keys", table="keys", key=("name",), columns=(StringColumn(name="name", max_length=5),))

# sqlglot reads the syntax of every dialect in each of them: it takes statements apart, and does not judge them.

# Oracle Database SQL Language Reference, "Oracle SQL Reserved Words": neither names nor binds may be one of them.
ORACLE_RESERVED = set(
    re.findall(
        r"\w+",
        """access add all alter and any as asc audit between by char check cluster column column_value comment compress
        connect create current date decimal default delete desc distinct drop else exclusive exists file float for from
        grant group having identified immediate in increment index initial insert integer intersect into is level like
        lock long maxextents minus mlslabel mode modify nested_table_id noaudit nocompress not nowait null number of
        offline on online option or order pctfree prior public raw rename resource revoke row rowid rownum rows select
        session set share size smallint start successful synonym sysdate table then to trigger uid union unique update
        user validate values varchar varchar2 view whenever where with""",
    )
)


def parse(sql: str, database: str) -> exp.Expr:
    tree = sqlglot.parse_one(sql, read=READ_AS[database], error_level=sqlglot.ErrorLevel.RAISE)
    assert not isinstance(tree, exp.Command), f"the grammar does not know {sql}"
    return tree


def columns_of(tree: exp.Expr, table: str) -> list[str]:
    return [column.name for column in tree.find_all(exp.Column) if column.table == table]


# The ledger's


def test_the_ledger_does_to_each_table_what_its_grants_allow(ledger_statements: set[str]) -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for sql in ledger_statements:
        for table in parse(sql, "oracle").find_all(exp.Table):
            is_read = table.find_ancestor(exp.Select) is not None
            used[table.name].add("SELECT" if is_read else sql.split()[0])
    assert used == {table.name: set(rights_on(table.name)) for table in LEDGER}


def test_the_ledger_names_tables_and_columns_that_there_are(ledger_statements: set[str]) -> None:
    tables = {table.name: set(table.column_names) for table in LEDGER}
    for sql in ledger_statements:
        tree = parse(sql, "oracle")
        known = set[str]().union(*(tables[table.name] for table in tree.find_all(exp.Table)))
        assert {column.name for column in tree.find_all(exp.Column)} <= known


def test_the_ledger_binds_nothing_by_a_word_that_oracle_reserves(ledger_statements: set[str]) -> None:
    bound = {
        placeholder.name.lower()
        for sql in ledger_statements
        for placeholder in parse(sql, "oracle").find_all(exp.Placeholder)
    }
    assert {"id", "now", "chunk_number"} <= bound
    assert not bound & ORACLE_RESERVED


@pytest.mark.parametrize(("database", "sql_dialect"), SQL_DIALECTS.items())
def test_rows_are_locked_and_counted_off_in_each_databases_words(database: str, sql_dialect: Any) -> None:
    query = "SELECT id FROM csvbatch_batch WHERE id = :id"
    locked = parse(query + sql_dialect.lock_rows.format(seconds=60), database)
    assert (locked.find(exp.Lock) is None) == (database == "sqlite")
    parse(query + sql_dialect.lock_free_rows, database)
    first = parse(f"{query} ORDER BY id{sql_dialect.first_rows}", database)
    assert first.find(exp.Limit if database == "sqlite" else exp.Fetch) is not None


# Merging


@pytest.mark.parametrize("contract", [RESERVED, KEYS], ids=["reserved words", "nothing but a key"])
def test_merges_are_statements_of_their_databases(contract: Contract) -> None:
    assert isinstance(parse(oracle.merge_sql(contract), "oracle"), exp.Merge)
    assert isinstance(parse(oracle.update_own_sql(contract), "oracle"), exp.Merge)
    assert isinstance(parse(oracle.count_stale_sql(contract), "oracle"), exp.Select)
    assert isinstance(parse(postgresql.count_known_sql(contract), "postgresql"), exp.Select)
    assert isinstance(parse(postgresql.count_stale_sql(contract), "postgresql"), exp.Select)
    assert isinstance(parse(postgresql.insert_missing_sql(contract), "postgresql"), exp.Insert)
    assert isinstance(parse(postgresql.upsert_sql(contract), "postgresql"), exp.Insert)
    assert isinstance(parse(sqlite.upsert_sql(contract), "sqlite"), exp.Insert)


@pytest.mark.parametrize("statement", [oracle.merge_sql, oracle.update_own_sql])
def test_oracle_is_given_names_in_upper_case_and_in_quotes(statement: Any) -> None:
    tree = parse(statement(RESERVED), "oracle")
    names = {identifier for identifier in tree.find_all(exp.Identifier) if identifier.name not in ("s", "t", "DUAL")}
    assert {identifier.name for identifier in names} == {
        "ORDER",
        "GROUP",
        "NUMBER",
        "SELECT",
        *(name.upper() for name in POSITION_COLUMNS),
    }
    assert all(identifier.args["quoted"] for identifier in names)


@pytest.mark.parametrize("statement", [oracle.merge_sql, oracle.update_own_sql])
def test_oracle_binds_a_rows_values_once_and_in_their_order(statement: Any) -> None:
    tree = parse(statement(RESERVED), "oracle")
    bound = [
        (alias.this.name, alias.alias) for alias in tree.find_all(exp.Alias) if isinstance(alias.this, exp.Placeholder)
    ]
    names = (*RESERVED.column_names, *POSITION_COLUMNS)
    assert bound == [(f"v{index}", name.upper()) for index, name in enumerate(names)]
    assert len(list(tree.find_all(exp.Placeholder))) == len(names)


@pytest.mark.parametrize("statement", [oracle.merge_sql, oracle.update_own_sql])
def test_oracle_sets_no_column_that_it_joins_by(statement: Any) -> None:
    """Oracle refuses that (ORA-38104), and restarts a MERGE by the columns it sets: the position has to be one."""
    tree = parse(statement(RESERVED), "oracle")
    update = tree.find(exp.Update)
    assert update is not None
    assert [change.this.name for change in update.expressions] == [
        "SELECT",
        *(name.upper() for name in POSITION_COLUMNS),
    ]


@pytest.mark.parametrize(
    ("statement", "database"), [(sqlite.upsert_sql, "sqlite"), (postgresql.upsert_sql, "postgresql")]
)
def test_an_upsert_takes_over_whole_rows_and_only_older_ones(statement: Any, database: str) -> None:
    conflict = parse(statement(RESERVED), database).find(exp.OnConflict)
    assert conflict is not None
    assert [key.name for key in conflict.args["conflict_keys"]] == ["group", "number"]
    assert [change.this.name for change in conflict.expressions] == ["select", *POSITION_COLUMNS]
    older = next(found for found in conflict.args["where"].find_all(exp.LT) if isinstance(found.this, exp.Tuple))
    assert [column.name for column in older.this.find_all(exp.Column)] == list(POSITION_COLUMNS)
    assert columns_of(older.expression, "excluded") == list(POSITION_COLUMNS)


@pytest.mark.parametrize("statement", [postgresql.insert_missing_sql, postgresql.upsert_sql])
def test_postgresql_takes_the_newest_row_of_each_key_in_the_order_of_bytes(statement: Any) -> None:
    tree = parse(statement(RESERVED), "postgresql")
    select = tree.expression
    assert next(table.name for table in select.find_all(exp.Table)) == postgresql.STAGE
    distinct = [each.sql("postgres") for each in select.args["distinct"].args["on"].expressions]
    order = [each.sql("postgres") for each in select.args["order"].expressions]
    assert distinct == ['s."group" COLLATE "C"', 's."number"']
    assert order[:2] == distinct
    assert order[2].startswith("s.load_line DESC")


def test_nothing_of_a_contract_but_its_names_gets_into_statements() -> None:
    hostile = Contract(
        dataset="hostile",
        table="hostile",
        key=("name",),
        columns=(
            StringColumn(
                name="name", header="'; DROP TABLE x --", max_length=9, allowed=("'; --",), null_tokens=("';",)
            ),
        ),
    )
    for statement in (
        oracle.count_stale_sql,
        oracle.merge_sql,
        oracle.update_own_sql,
        postgresql.count_known_sql,
        postgresql.count_stale_sql,
        postgresql.insert_missing_sql,
        postgresql.upsert_sql,
        sqlite.upsert_sql,
    ):
        assert set(re.findall("'[^']*'?", statement(hostile))) <= {f"'{postgresql.STALE}'", f"'{postgresql.REPLACED}'"}
        assert ";" not in statement(hostile)

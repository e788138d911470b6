"""The statements sent to Oracle have nothing of other databases in them, as far as a list of that can tell."""

from collections.abc import Mapping
from typing import Any

import pytest

from csvbatch.store import ddl, grants
from csvbatch.store.ddl import add_column
from csvbatch.store.drift import differences
from csvbatch.store.found import FoundColumn, FoundTable, Holds
from csvbatch.store.oracle.merge import merge_sql
from csvbatch.store.oracle.tables import check_character_set, read_table
from csvbatch.store.postgresql.merge import upsert_sql as postgresql_upsert
from csvbatch.store.sql_dialect import ORACLE
from csvbatch.store.sqlite.merge import upsert_sql as sqlite_upsert
from csvbatch.store.tables import LEDGER, target_table
from tests.support.oracle_syntax import foreign_to_oracle
from tests.unit.csvbatch.store.test_statements import KEYS, RESERVED


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM t LIMIT 5",
        "SELECT id FROM t ORDER BY id LIMIT :first OFFSET 2",
        "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        "INSERT INTO t (id) VALUES (1) ON CONFLICT DO NOTHING",
        "SELECT id::text FROM t",
        "SELECT id FROM t WHERE name ILIKE 'a%'",
        "UPDATE t SET a = 1 WHERE id = 2 RETURNING a",
        "SELECT DISTINCT ON (id) id, a FROM t",
        "SELECT x.id FROM t AS x",
        "CREATE TABLE IF NOT EXISTS t (id NUMBER(19))",
        "CREATE TABLE t (id BIGINT, note TEXT)",
        "CREATE TABLE t (id NUMBER(19) NOT NULL) STRICT",
        "SELECT id FROM t WHERE a = TRUE",
        "SELECT NOW() FROM DUAL",
        "SELECT 1",
        "INSERT OR REPLACE INTO t (id) VALUES (1)",
        "INSERT INTO t (id) VALUES (1), (2)",
        "DELETE FROM t USING s WHERE t.id = s.id",
        "UPDATE t SET a = s.a FROM s WHERE t.id = s.id",
        "ALTER TABLE t ALTER COLUMN a TYPE NUMBER(19)",
        "ALTER TABLE t ADD COLUMN a NUMBER(19)",
        "SELECT `id` FROM t",
        "SELECT id FROM t WHERE id = %(id)s",
        "SELECT id FROM t WHERE id = ?",
        "SELECT id FROM t EXCEPT SELECT id FROM s",
        "SELECT TOP 5 id FROM t",
        "DELETE FROM t;",
        "CREATE TEMPORARY TABLE t (id NUMBER(19))",
        "SELECT id FROM t WHERE (a, b",
        "VACUUM t",
        "CREATE TABLE t (rowid NUMBER(19))",
        'CREATE TABLE t ("ROWID" NUMBER(19))',
        "SELECT 1 AS rowid FROM DUAL",
        "CREATE TABLE t (a VARCHAR2(4001))",
        "CREATE TABLE t (a VARCHAR2(32767 CHAR))",
        'ALTER TABLE "T" MODIFY ("A" VARCHAR2(4001 CHAR))',
        "MERGE INTO t USING (SELECT 1 AS a FROM DUAL) s ON (t.a = s.a) WHEN MATCHED THEN UPDATE SET t.a = s.a",
        'MERGE INTO "T" x USING (SELECT 1 AS "A" FROM DUAL) s ON (x."A" = s."A") WHEN MATCHED THEN UPDATE SET "A" = 1',
        "SELECT id FROM t ORDER BY id FETCH FIRST 5 ROWS ONLY FOR UPDATE",
        "SELECT id FROM t FETCH NEXT :n ROWS ONLY FOR UPDATE SKIP LOCKED",
        "SELECT DISTINCT id FROM t FOR UPDATE",
        "SELECT id FROM t UNION ALL SELECT id FROM s FOR UPDATE",
        f"CREATE TABLE t ({'a' * 31} NUMBER(19))",
        f'SELECT "{"ü" * 16}" FROM t',
        postgresql_upsert(KEYS),
        sqlite_upsert(KEYS),
        *ddl([KEYS], "postgresql"),
        *ddl([KEYS], "sqlite"),
    ],
)
def test_what_oracle_does_not_have_is_found(sql: str) -> None:
    assert foreign_to_oracle(sql) != []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM t ORDER BY id FETCH FIRST :first ROWS ONLY",
        "SELECT id FROM t ORDER BY id OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY",
        "SELECT 'LIMIT ::' AS \"ON CONFLICT\" FROM DUAL",
        "SELECT id FROM t FOR UPDATE WAIT 60",
        "SELECT id FROM t FOR UPDATE SKIP LOCKED",
        "UPDATE t SET a = (SELECT MAX(b) FROM s) WHERE id = :id",
        'ALTER TABLE "T" MODIFY ("A" VARCHAR2(10 CHAR))',
        'ALTER TABLE "T" MODIFY ("A" NULL)',
        'CREATE TABLE t ("rowid" NUMBER(19))',
        "SELECT t.rowid FROM t",
        "CREATE TABLE t (a VARCHAR2(4000 CHAR))",
        "MERGE INTO t USING (SELECT 1 AS a FROM DUAL) s ON (t.a = s.a) WHEN MATCHED THEN UPDATE SET t.b = s.a",
        f"CREATE TABLE t ({'a' * 30} NUMBER(19))",
        f"SELECT '{'x' * 31}' FROM DUAL WHERE a = :{'b' * 31}",
    ],
)
def test_what_oracle_has_is_not_complained_about(sql: str) -> None:
    assert foreign_to_oracle(sql) == []


def test_a_modification_is_only_known_in_the_forms_that_are_sent() -> None:
    assert foreign_to_oracle('ALTER TABLE "T" MODIFY COLUMN "A" VARCHAR2(10)') != []


@pytest.mark.parametrize("lock", [ORACLE.lock_rows.format(seconds=60), ORACLE.lock_free_rows, ORACLE.first_rows, ""])
def test_nothing_of_the_ledgers_is_foreign_to_oracle(ledger_statements: set[str], lock: str) -> None:
    assert len(ledger_statements) > 25
    for sql in ledger_statements:
        if lock and (not sql.startswith("SELECT") or " GROUP BY " in sql):
            continue
        # SQLite's own words for the first rows, where the statements were recorded.
        assert foreign_to_oracle(sql.removesuffix(" LIMIT :first") + lock) == [], sql


@pytest.mark.parametrize("contract", [RESERVED, KEYS], ids=["reserved words", "nothing but a key"])
def test_nothing_of_a_merge_is_foreign_to_oracle(contract: Any) -> None:
    assert foreign_to_oracle(merge_sql(contract)) == []


def test_nothing_that_makes_or_changes_tables_is_foreign_to_oracle() -> None:
    statements = [*ddl([RESERVED], "oracle"), *grants([RESERVED], "oracle", "loader")]
    statements += [add_column(table, column, ORACLE) for table in LEDGER for column in table.columns]
    narrow = (
        FoundColumn("group", "VARCHAR2(5 CHAR)", Holds.TEXT, 5),
        FoundColumn("number", "NUMBER(5, 0)", Holds.DECIMAL, 5, null=False),
        FoundColumn("select", "VARCHAR2(5 CHAR)", Holds.TEXT, 5, null=False),
    )
    found = FoundTable("order", narrow, frozenset({frozenset(RESERVED.key)}))
    changes = [one.statement for one in differences(target_table(RESERVED), found, ORACLE)]
    assert len(changes) == 7
    for sql in [*statements, *changes]:
        assert sql is not None
        assert foreign_to_oracle(sql) == [], sql


def test_nothing_that_asks_the_dictionary_is_foreign_to_oracle() -> None:
    asked: list[str] = []

    def query(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return [("AL32UTF8",)] if "nls_" in sql else [("A", "B")] if "all_synonyms" in sql else []

    check_character_set(query)
    assert read_table(query, "stock") is None
    assert len(asked) == 5
    for sql in asked:
        assert foreign_to_oracle(sql) == [], sql

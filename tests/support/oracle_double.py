"""Stands in for an Oracle connection where there is no Oracle: its statements are run by a PostgreSQL server.

Statements are read by sqlglot's Oracle grammar and written for PostgreSQL, so what the Oracle store sends is
really parsed and carried out, bound by name and position as python-oracledb binds, with Oracle's empty text that is
NULL, names in upper case, and commits at DDL. What it can't show is how Oracle itself waits, restarts and plans;
that is for the suite run with CSVBATCH_TEST_ORACLE_URL.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import oracledb
import psycopg
import sqlglot
from oracledb.errors import _Error as OracleErrorDetails
from psycopg.adapt import Loader
from sqlglot import exp

# What PostgreSQL lacks for the statements to mean what they mean in Oracle.
PRELUDE = """
CREATE TABLE "DUAL" ("DUMMY" text);
INSERT INTO "DUAL" VALUES ('X');
CREATE FUNCTION systimestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp()';
CREATE FUNCTION sys_extract_utc(timestamptz) RETURNS timestamp LANGUAGE sql AS 'SELECT $1 AT TIME ZONE ''UTC''';
CREATE FUNCTION sys_context(text, text) RETURNS text LANGUAGE sql AS 'SELECT current_schema()::text';
CREATE TABLE "NLS_DATABASE_PARAMETERS" ("PARAMETER" text, "VALUE" text);
INSERT INTO "NLS_DATABASE_PARAMETERS" VALUES ('NLS_CHARACTERSET', 'AL32UTF8');
CREATE TABLE "ALL_SYNONYMS" ("OWNER" text, "SYNONYM_NAME" text, "TABLE_OWNER" text, "TABLE_NAME" text, "DB_LINK" text);
CREATE VIEW "ALL_TAB_COLS" ("OWNER", "TABLE_NAME", "COLUMN_NAME", "COLUMN_ID", "DATA_TYPE", "DATA_LENGTH",
    "CHAR_LENGTH", "CHAR_USED", "DATA_PRECISION", "DATA_SCALE", "NULLABLE", "DEFAULT_LENGTH", "VIRTUAL_COLUMN",
    "HIDDEN_COLUMN") AS
    SELECT n.nspname::text, c.relname::text, a.attname::text,
        ROW_NUMBER() OVER (PARTITION BY c.oid ORDER BY a.attnum),
        CASE t.typname WHEN 'varchar' THEN 'VARCHAR2' WHEN 'text' THEN 'CLOB' WHEN 'date' THEN 'DATE'
            WHEN 'timestamp' THEN 'TIMESTAMP(' || CASE WHEN a.atttypmod < 0 THEN 6 ELSE a.atttypmod END || ')'
            WHEN 'numeric' THEN 'NUMBER' WHEN 'int4' THEN 'NUMBER' WHEN 'float8' THEN 'FLOAT'
            ELSE UPPER(t.typname) END,
        22, CASE t.typname WHEN 'varchar' THEN a.atttypmod - 4 END, CASE t.typname WHEN 'varchar' THEN 'C' END,
        CASE WHEN t.typname = 'numeric' AND a.atttypmod > 0 THEN (a.atttypmod - 4) >> 16 END,
        CASE WHEN t.typname = 'numeric' AND a.atttypmod > 0 THEN (a.atttypmod - 4) & 2047
            WHEN t.typname = 'int4' THEN 0 END,
        CASE WHEN a.attnotnull THEN 'N' ELSE 'Y' END, CASE WHEN a.atthasdef THEN 1 END, 'NO', 'NO'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    JOIN pg_type t ON t.oid = a.atttypid WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r';
CREATE VIEW "ALL_CONSTRAINTS" ("OWNER", "TABLE_NAME", "CONSTRAINT_NAME", "CONSTRAINT_TYPE", "STATUS") AS
    SELECT n.nspname::text, c.relname::text, k.conname::text, UPPER(k.contype::text), 'ENABLED'
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace;
CREATE VIEW "ALL_CONS_COLUMNS" ("OWNER", "TABLE_NAME", "CONSTRAINT_NAME", "COLUMN_NAME") AS
    SELECT n.nspname::text, c.relname::text, k.conname::text, a.attname::text
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey);
CREATE VIEW "ALL_INDEXES" ("OWNER", "TABLE_OWNER", "TABLE_NAME", "INDEX_NAME", "UNIQUENESS") AS
    SELECT schemaname::text, schemaname::text, tablename::text, indexname::text,
        CASE WHEN indexdef LIKE 'CREATE UNIQUE%' THEN 'UNIQUE' ELSE 'NONUNIQUE' END
    FROM pg_indexes;
CREATE VIEW "ALL_IND_COLUMNS" ("INDEX_OWNER", "INDEX_NAME", "COLUMN_NAME") AS
    SELECT n.nspname::text, i.relname::text, a.attname::text
    FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace JOIN pg_attribute a ON a.attrelid = i.oid;
"""

_CODES = {
    "23505": "ORA-00001",
    "40P01": "ORA-00060",
    "55P03": "ORA-30006",
    "42P01": "ORA-00942",
    "42703": "ORA-00904",
    "23502": "ORA-01400",
    "23514": "ORA-02290",
    "22001": "ORA-12899",
    "22003": "ORA-01438",
}
_CAST_TO = {
    None: "varchar",
    oracledb.DB_TYPE_NUMBER: "numeric",
    oracledb.DB_TYPE_DATE: "date",
    oracledb.DB_TYPE_TIMESTAMP: "timestamp",
    oracledb.DB_TYPE_CLOB: "text",
}
_WAIT = re.compile(r"FOR UPDATE WAIT (\d+)$")
_MODIFY = re.compile(r'ALTER TABLE ("\w+") MODIFY \(("\w+") (.+)\)')
_BIND = re.compile(r":([A-Za-z]\w*)")


def oracle_error(code: str, text: str = "") -> oracledb.Error:
    """Make what python-oracledb raises for a code, with its own class for it and its own details."""
    prefix, number = code.split("-")
    details = OracleErrorDetails(f"{code}: {text}", code=int(number) if prefix == "ORA" else 0)
    error: oracledb.Error = details.exc_type(details)
    return error


class OracleDouble:
    """As much of `oracledb.Connection` as the store uses."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.call_timeout = 0
        self.current_schema: str | None = None
        # What the driver does with a number that has a fraction unless it is told otherwise.
        self.outputtypehandler: Callable[[Any, Any], Any] | None = None
        connection.adapters.register_loader("numeric", _NumberLoader)
        # Nobody analyses the tests' tables, so a plan that was made while they were empty would read all of them;
        # and one that may not do so looks dear enough to be compiled.
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET jit = off")
        connection.commit()

    def cursor(self) -> "CursorDouble":
        return CursorDouble(self._connection, self.outputtypehandler)

    def commit(self) -> None:
        with _as_oracle():
            self._connection.commit()

    def rollback(self) -> None:
        with _as_oracle():
            self._connection.rollback()

    def is_healthy(self) -> bool:
        return not self._connection.closed

    def ping(self) -> None:
        with _as_oracle():
            self._connection.execute("SELECT 1")

    def close(self) -> None:
        self._connection.close()


class CursorDouble:
    """As much of `oracledb.Cursor` as the store uses."""

    arraysize = 100

    def __init__(self, connection: psycopg.Connection, handler: Callable[[Any, Any], Any] | None) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._handler = handler
        self._types: tuple[Any, ...] = ()
        self._counts: list[int] = []
        self._named: Mapping[str, Any] = {}

    def var(self, kind: type, arraysize: int) -> type:
        return kind

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cursor.close()

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    def fetchall(self) -> list[tuple[Any, ...]]:
        read = [self._reader(column) for column in self._cursor.description or ()]
        return [tuple(one(value) for one, value in zip(read, row, strict=True)) for row in self._cursor.fetchall()]

    def _reader(self, column: Any) -> Callable[[Any], Any]:
        """Give what a column's values go through: a number with a scale is a float, unless a handler says decimal."""
        if not column.scale:
            return lambda value: value
        info = SimpleNamespace(type_code=oracledb.DB_TYPE_NUMBER, scale=column.scale)
        kind = (self._handler and self._handler(self, info)) or float
        return lambda value: None if value is None else kind(value)

    def setinputsizes(self, *types: Any, **named: Any) -> None:
        self._types, self._named = types, named

    def _without_fraction(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Bind points in time as the driver does: as a DATE, unless it was told that they are a TIMESTAMP."""
        return {
            name: value.replace(microsecond=0)
            if isinstance(value, datetime) and self._named.get(name) is not oracledb.DB_TYPE_TIMESTAMP
            else value
            for name, value in parameters.items()
        }

    def execute(self, sql: str, parameters: Mapping[str, Any], *, fetch_lobs: bool) -> None:
        assert fetch_lobs is False, "a CLOB would come back as an object that has to be read"
        binds = _binds(sql)
        if set(binds) != set(parameters):
            raise oracle_error("DPY-4008", "no bind placeholder of that name")
        parameters = self._without_fraction(parameters)
        ddl = sql.startswith(("CREATE", "ALTER"))
        with _as_oracle():
            if ddl:
                self._connection.commit()
            if wait := _WAIT.search(sql):
                self._cursor.execute(f"SET LOCAL lock_timeout = '{wait[1]}s'".encode())
            self._cursor.execute(_translated(sql, ()), {name: _bound(parameters[name]) for name in binds})
            if ddl:
                self._connection.commit()

    def executemany(
        self,
        sql: str,
        rows: Sequence[Mapping[str, Any]] | Sequence[Sequence[Any]],
        *,
        arraydmlrowcounts: bool = False,
    ) -> None:
        if not rows:
            raise oracle_error("DPY-4010", "a bind variable replacement value was not provided")
        binds = _binds(sql)
        parameters = []
        for row in rows:
            named = self._without_fraction(row) if isinstance(row, Mapping) else dict(zip(binds, row, strict=True))
            assert set(named) == set(binds)
            parameters.append({name: _bound(value) for name, value in named.items()})
        if self._types:
            assert len(self._types) == len(binds)
        with _as_oracle():
            self._cursor.executemany(_translated(sql, self._types), parameters, returning=arraydmlrowcounts)
            self._types = ()
            if arraydmlrowcounts:
                self._counts = [self._cursor.rowcount]
                while self._cursor.nextset():
                    self._counts.append(self._cursor.rowcount)

    def getarraydmlrowcounts(self) -> list[int]:
        return self._counts


class _NumberLoader(Loader):
    """Numbers come back as int where they are whole and have no scale, as from NUMBER(19)."""

    def load(self, data: Any) -> int | Decimal:
        text = bytes(data).decode()
        return Decimal(text) if "." in text else int(text)


@contextmanager
def _as_oracle() -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise oracle_error(_CODES.get(error.sqlstate or "", "DPY-4011"), str(error)) from None
    except psycopg.Error as error:
        raise oracle_error(_CODES.get(error.sqlstate or "", "ORA-00600"), str(error)) from None


def _bound(value: object) -> object:
    assert not isinstance(value, bool), "Oracle has no boolean before version 23"
    return None if value == "" else value


@lru_cache
def _binds(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_BIND.findall(re.sub(r"'[^']*'|\"[^\"]*\"", "", sql))))


def _modified(table: str, column: str, change: str) -> str:
    """Write Oracle's change of a column as PostgreSQL has it; sqlglot does not read that statement."""
    if change == "NULL":
        return f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL"
    kind = sqlglot.parse_one(f"CREATE TABLE t (c {change})", read="oracle").find(exp.DataType)
    assert kind is not None
    return f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind.sql('postgres')}"


@lru_cache
def _translated(sql: str, types: tuple[Any, ...]) -> bytes:
    if modify := _MODIFY.fullmatch(sql):
        return _modified(*modify.groups()).encode()
    tree = sqlglot.parse_one(sql.removesuffix(" PURGE"), read="oracle")
    for identifier in tree.find_all(exp.Identifier):
        if not identifier.args.get("quoted"):
            identifier.set("this", identifier.name.upper())
            identifier.set("quoted", True)
    for lock in tree.find_all(exp.Lock):
        if isinstance(lock.args["wait"], exp.Literal):
            lock.set("wait", None)
    for when in tree.find_all(exp.When):
        update = when.args["then"]
        if isinstance(update, exp.Update) and update.args.get("where"):
            when.set("condition", exp.paren(update.args["where"].this.copy()))
            update.set("where", None)
            for change in update.expressions:
                change.this.set("table", None)
    if types:
        positions = {name: index for index, name in enumerate(_binds(sql))}
        for placeholder in list(tree.find_all(exp.Placeholder)):
            kind = _CAST_TO[types[positions[placeholder.name]]]
            placeholder.replace(exp.cast(placeholder.copy(), kind))
    return tree.sql("postgres").encode()

"""Stands in for an Oracle connection where there is no Oracle: its statements are run by a PostgreSQL server.

Statements are read by sqlglot's Oracle grammar and written for PostgreSQL, so what the Oracle store sends is
really parsed and carried out, bound by name and position as python-oracledb binds, with Oracle's empty text that is
NULL, names in upper case, and commits at DDL. What it can't show is how Oracle itself waits, restarts and plans;
that is for the suite run with CSVBATCH_TEST_ORACLE_URL.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from types import TracebackType
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
CREATE VIEW "ALL_TAB_COLUMNS" ("OWNER", "TABLE_NAME", "COLUMN_NAME") AS
    SELECT table_schema::text, table_name::text, column_name::text FROM information_schema.columns;
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
        connection.adapters.register_loader("numeric", _NumberLoader)
        # Nobody analyses the tests' tables, so a plan that was made while they were empty would read all of them;
        # and one that may not do so looks dear enough to be compiled.
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET jit = off")
        connection.commit()

    def cursor(self) -> "CursorDouble":
        return CursorDouble(self._connection)

    def commit(self) -> None:
        with _as_oracle():
            self._connection.commit()

    def rollback(self) -> None:
        with _as_oracle():
            self._connection.rollback()

    def is_healthy(self) -> bool:
        return not self._connection.closed

    def close(self) -> None:
        self._connection.close()


class CursorDouble:
    """As much of `oracledb.Cursor` as the store uses."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._types: tuple[Any, ...] = ()
        self._counts: list[int] = []

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
        return self._cursor.fetchall()

    def setinputsizes(self, *types: Any, **named: Any) -> None:
        self._types = types

    def execute(self, sql: str, parameters: Mapping[str, Any], *, fetch_lobs: bool) -> None:
        assert fetch_lobs is False, "a CLOB would come back as an object that has to be read"
        binds = _binds(sql)
        if set(binds) != set(parameters):
            raise oracle_error("DPY-4008", "no bind placeholder of that name")
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
            named = dict(row) if isinstance(row, Mapping) else dict(zip(binds, row, strict=True))
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


@lru_cache
def _translated(sql: str, types: tuple[Any, ...]) -> bytes:
    tree = sqlglot.parse_one(sql, read="oracle")
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

"""A database whose faults are those of its driver."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import oracledb
import psycopg
from oracledb.errors import _Error as OracleErrorDetails

from csvbatch.contract.model import Contract
from csvbatch.store import StoreError
from csvbatch.store.database import Database, Position, Result
from csvbatch.store.found import FoundTable
from csvbatch.store.records import Merged, Row
from tests.faults.weather import Kind, Weather


def _sqlite(message: str, name: str) -> Callable[[], Exception]:
    def make() -> Exception:
        error = sqlite3.OperationalError(message)
        error.sqlite_errorname = name
        error.sqlite_errorcode = getattr(sqlite3, name)
        return error

    return make


def _oracle(code: str) -> Callable[[], Exception]:
    def make() -> Exception:
        prefix, number = code.split("-")
        details = OracleErrorDetails(f"{code}: made for a test", code=int(number) if prefix == "ORA" else 0)
        error: oracledb.Error = details.exc_type(details)
        return error

    return make


_LOST_SQLITE = _sqlite("database is locked", "SQLITE_BUSY_SNAPSHOT")

DRIVER_ERRORS: Mapping[str, Mapping[Kind, Callable[[], Exception]]] = {
    "sqlite": {
        Kind.DATABASE_DOWN: _sqlite("unable to open database file", "SQLITE_CANTOPEN"),
        Kind.DATABASE_REFUSES_LOGIN: _sqlite("unable to open database file", "SQLITE_CANTOPEN"),
        Kind.LOST_BEFORE: _LOST_SQLITE,
        Kind.LOST_AFTER: _LOST_SQLITE,
        Kind.LOST_COMMIT: _LOST_SQLITE,
        Kind.DEADLOCK: _LOST_SQLITE,
        Kind.DATABASE_FULL: _sqlite("database or disk is full", "SQLITE_FULL"),
    },
    "postgresql": {
        Kind.DATABASE_DOWN: lambda: psycopg.OperationalError("connection refused"),
        Kind.DATABASE_REFUSES_LOGIN: lambda: psycopg.errors.InvalidPassword("password authentication failed"),
        Kind.LOST_BEFORE: lambda: psycopg.OperationalError("server closed the connection unexpectedly"),
        Kind.LOST_AFTER: lambda: psycopg.OperationalError("server closed the connection unexpectedly"),
        Kind.LOST_COMMIT: lambda: psycopg.OperationalError("server closed the connection unexpectedly"),
        Kind.DEADLOCK: lambda: psycopg.errors.DeadlockDetected("deadlock detected"),
        Kind.DATABASE_FULL: lambda: psycopg.errors.DiskFull("could not extend file"),
    },
    "oracle": {
        Kind.DATABASE_DOWN: _oracle("DPY-6005"),
        Kind.DATABASE_REFUSES_LOGIN: _oracle("ORA-01017"),
        Kind.LOST_BEFORE: _oracle("DPY-4011"),
        Kind.LOST_AFTER: _oracle("DPY-4011"),
        Kind.LOST_COMMIT: _oracle("DPY-4011"),
        Kind.DEADLOCK: _oracle("ORA-00060"),
        Kind.DATABASE_FULL: _oracle("ORA-01653"),
    },
}
"""What each driver raises, by the name of the SQL dialect.

SQLite has neither a server nor users: a file that cannot be opened stands for both, and its error for a transaction
that has to begin again for a lost connection.
"""

_STATEMENT = (Kind.LOST_BEFORE, Kind.LOST_AFTER, Kind.DEADLOCK, Kind.DATABASE_FULL)
_ENDS_CONNECTION = frozenset({Kind.LOST_BEFORE, Kind.LOST_AFTER, Kind.LOST_COMMIT})


class FaultyDatabase:
    """Passes calls on to a database, unless the weather strikes."""

    def __init__(self, inner: Database, weather: Weather) -> None:
        self._inner = inner
        self._weather = weather
        self._errors = DRIVER_ERRORS[inner.sql_dialect.name]
        self.sql_dialect = inner.sql_dialect
        self.waits = inner.waits

    @property
    def connections(self) -> int:
        return self._inner.connections

    def begin(self, *, write: bool) -> None:
        if kind := self._weather.strikes(Kind.DATABASE_DOWN, Kind.DATABASE_REFUSES_LOGIN):
            self._inner.close()
            raise self._errors[kind]()
        self._inner.begin(write=write)

    def commit(self) -> None:
        self._weather.strikes()
        self._inner.commit()
        if kind := self._weather.strikes(Kind.LOST_COMMIT):
            self._fail(kind)

    def rollback(self) -> None:
        self._inner.rollback()

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        return self._struck(lambda: self._inner.execute(sql, parameters))

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        self._struck(lambda: self._inner.execute_many(sql, parameters))

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
        return self._struck(lambda: self._inner.merge(contract, position, rows))

    def now(self) -> datetime:
        return self._inner.now()

    def check(self) -> None:
        self._inner.check()

    def table(self, name: str) -> FoundTable | None:
        return self._inner.table(name)

    def failure(self, error: Exception) -> StoreError | None:
        return self._inner.failure(error)

    def close(self) -> None:
        self._inner.close()

    def _struck[T](self, statement: Callable[[], T]) -> T:
        kind = self._weather.strikes(*_STATEMENT)
        if kind and kind is not Kind.LOST_AFTER:
            self._fail(kind)
        result = statement()
        if kind:
            self._fail(kind)
        return result

    def _fail(self, kind: Kind) -> None:
        if kind in _ENDS_CONNECTION and self.sql_dialect.name != "sqlite":
            self._inner.close()
        raise self._errors[kind]()

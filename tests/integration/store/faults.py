"""Makes one statement fail, and every kind of connection go through it."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NoReturn

import oracledb
import psycopg

from tests.support.mortal import Killed

type When = Literal["before", "after"]
type How = Literal["lost", "killed", "process killed"]


@dataclass
class Faults:
    """Lets `at` - 1 statements pass and then fails once, before or after it has run the next; commits count."""

    at: int
    when: When = "before"
    how: How = "lost"
    seen: int = field(default=0, init=False)
    fired: bool = field(default=False, init=False)

    @contextmanager
    def statement(self, lose: Callable[[], NoReturn], close: Callable[[], object]) -> Iterator[None]:
        """Surround a statement; `lose` closes the connection and raises what the driver would."""
        self.seen += 1
        if self.seen == self.at and self.when == "before":
            self._fire(lose, close)
        yield
        if self.seen == self.at and self.when == "after":
            self._fire(lose, close)

    def _fire(self, lose: Callable[[], NoReturn], close: Callable[[], object]) -> NoReturn:
        self.fired = True
        if self.how == "process killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "killed":
            close()
            raise Killed
        lose()


class _SqliteConnection(sqlite3.Connection):
    faults: Faults

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        with self.faults.statement(self._lose, self.close):
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        with self.faults.statement(self._lose, self.close):
            return super().executemany(*arguments)

    def _lose(self) -> NoReturn:
        # SQLite has no connection to lose; this is what it says when to begin again will help.
        if self.in_transaction:
            super().execute("ROLLBACK")
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
        error.sqlite_errorname = "SQLITE_BUSY_SNAPSHOT"
        raise error


def sqlite_connect(faults: Faults) -> Callable[..., sqlite3.Connection]:
    """Give a `sqlite3.connect` whose connections have this fault."""
    return partial(sqlite3.connect, factory=type("Faulty", (_SqliteConnection,), {"faults": faults}))


class _PostgresqlCursor(psycopg.Cursor[Any]):
    def execute(self, *arguments: Any, **options: Any) -> Any:
        with _passing(self.connection):
            return super().execute(*arguments, **options)

    def executemany(self, *arguments: Any, **options: Any) -> None:
        with _passing(self.connection):
            super().executemany(*arguments, **options)

    @contextmanager
    def copy(self, *arguments: Any, **options: Any) -> Iterator[psycopg.Copy]:
        with _passing(self.connection), super().copy(*arguments, **options) as stream:
            yield stream


class _PostgresqlConnection(psycopg.Connection[Any]):
    faults: Faults | None = None

    def commit(self) -> None:
        with _passing(self):
            super().commit()


@contextmanager
def _passing(connection: psycopg.Connection[Any]) -> Iterator[None]:
    faults = getattr(connection, "faults", None)
    if faults is None:
        yield
        return

    def lose() -> NoReturn:
        connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with faults.statement(lose, connection.close):
        yield


def postgresql_connect(faults: Faults) -> Callable[[str], psycopg.Connection[Any]]:
    """Give a `psycopg.connect` whose connections have this fault."""

    def connect(conninfo: str) -> psycopg.Connection[Any]:
        connection = _PostgresqlConnection.connect(conninfo, cursor_factory=_PostgresqlCursor)
        connection.faults = faults
        return connection

    return connect


class _OracleCursor:
    def __init__(self, cursor: Any, passing: Callable[[], Any]) -> None:
        self._cursor = cursor
        self._passing = passing

    def __enter__(self) -> "_OracleCursor":
        return self

    def __exit__(self, *raised: Any) -> None:
        self._cursor.__exit__(*raised)

    def execute(self, *arguments: Any, **options: Any) -> None:
        with self._passing():
            self._cursor.execute(*arguments, **options)

    def executemany(self, *arguments: Any, **options: Any) -> None:
        with self._passing():
            self._cursor.executemany(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class _OracleConnection:
    """Passes on whatever is asked of it or set on it: a setting that stayed here would not reach the database."""

    def __init__(self, connection: Any, faults: Faults) -> None:
        vars(self).update(_connection=connection, _faults=faults)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._connection, name, value)

    def cursor(self) -> _OracleCursor:
        return _OracleCursor(self._connection.cursor(), self._passing)

    def commit(self) -> None:
        with self._passing():
            self._connection.commit()

    def _passing(self) -> Any:
        return self._faults.statement(self._lose, self._connection.close)

    def _lose(self) -> NoReturn:
        """Let the listener hang up during a call; an Oracle cannot be told to, so there the connection is closed."""
        try:
            self._connection.cursor().execute("ALTER SESSION SET HANG_UP = BEFORE")
        except oracledb.DatabaseError:
            self._connection.close()
        self._connection.ping()
        raise AssertionError("the connection was not lost")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def oracle_connect(connect: Callable[..., oracledb.Connection], faults: Faults) -> Callable[..., oracledb.Connection]:
    """Give an `oracledb.connect` whose connections have this fault."""

    def faulty(**settings: Any) -> Any:
        return _OracleConnection(connect(**settings), faults)

    return faulty

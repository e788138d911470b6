"""SQLite through Python's `sqlite3`, which needs no server."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from csvbatch.contract.model import Contract
from csvbatch.store.database import Position, Result
from csvbatch.store.errors import BusyError, RetryableError, StoreError
from csvbatch.store.found import FoundTable
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import SQLITE
from csvbatch.store.sqlite.merge import merge
from csvbatch.store.sqlite.tables import read_table
from csvbatch.store.waits import Timeouts, Waits

# With the default of 2 MB an index of more than some ten thousand keys is paged in and out all the time.
CACHE_KIB = 64 * 1024
# For a new database. With the default of 4 KiB an index has four times as many pages to split.
PAGE_BYTES = 16 * 1024

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# An extended result code has the primary one in its lowest byte.
_PRIMARY = 0xFF
_ADVICE = {
    sqlite3.SQLITE_ERROR: "if a table or column is missing, `csvbatch migrate` adds it",
    sqlite3.SQLITE_CONSTRAINT: "make the table's constraints those of its contract",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "check the path and the permissions of its folder",
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_NOTADB: "name a SQLite database, or a file that does not exist yet",
    sqlite3.SQLITE_CORRUPT: "restore the file from a backup",
}
_OTHER_ADVICE = "look the result code up at sqlite.org/rescode.html"


class SqliteDatabase:
    """A file on this machine. It has one writer at a time; others wait up to the lock timeout."""

    sql_dialect = SQLITE

    def __init__(
        self, path: Path, timeouts: Timeouts, connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    ) -> None:
        self.waits = Waits(timeouts)
        self.connections = 0
        self._path = path
        self._connect = connect
        self._connection: sqlite3.Connection | None = None

    def begin(self, *, write: bool) -> None:
        """Start a transaction; one that may write locks out other writers."""
        if self._connection is None:
            self._connection = self._open()
        elif self.waits.has_deadline:
            self._connection.execute(f"PRAGMA busy_timeout = {self.waits.lock() * 1000}")
        self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")

    def _open(self) -> sqlite3.Connection:
        connection = self._connect(self._path, timeout=self.waits.lock(), isolation_level=None)
        try:
            # Otherwise SQLite reads the name of a missing column as a text, because it is in double quotes.
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DQS_DML, False)
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
        self.connections += 1
        return connection

    def commit(self) -> None:
        """Commit the transaction."""
        self._connected().execute("COMMIT")

    def rollback(self) -> None:
        """Roll the transaction back; close the connection if that fails."""
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self.close()

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        """Run one statement."""
        cursor = self._connected().execute(sql, _as_text(parameters))
        return Result(cursor.fetchall(), cursor.rowcount)

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each set of parameters."""
        self._connected().executemany(sql, map(_as_text, parameters))

    def now(self) -> datetime:
        """Read the machine's clock; an embedded database has no other."""
        return datetime.now(UTC)

    def check(self) -> None:
        """Do nothing: SQLite stores every character."""

    def table(self, name: str) -> FoundTable | None:
        """Describe a table."""
        return read_table(self._connected(), name)

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
        """Upsert the rows in their order."""
        return merge(self._connected(), contract, position, rows)

    def failure(self, error: Exception) -> StoreError | None:
        """Classify what `sqlite3` raised."""
        if isinstance(error, OverflowError | UnicodeEncodeError):
            return StoreError(type(error).__name__, "a value does not fit SQLite", "narrow the contract")
        if not isinstance(error, sqlite3.Error):
            return None
        number = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        code = getattr(error, "sqlite_errorname", type(error).__name__)
        if number == sqlite3.SQLITE_BUSY_SNAPSHOT:
            return RetryableError(code, "another connection wrote to the SQLite database first", "try again")
        if number & _PRIMARY in _BUSY:
            return BusyError(code, "another connection is writing to the SQLite database", "try again later")
        return StoreError(code, "SQLite refused a statement", _ADVICE.get(number & _PRIMARY, _OTHER_ADVICE))

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError
        return self._connection


def _as_text(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }

"""PostgreSQL through psycopg 3: rows are copied to a temporary table and merged from there by the server."""

import re
import select
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil, inf
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from csvbatch.contract.model import Contract
from csvbatch.store.database import Credentials, Position, Result
from csvbatch.store.errors import BusyError, CredentialsError, RetryableError, StoreError
from csvbatch.store.found import FoundTable
from csvbatch.store.postgresql.tables import read_table
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import POSTGRESQL
from csvbatch.store.statements import (
    STAGE,
    postgresql_count_known,
    postgresql_count_met,
    postgresql_count_stale,
    postgresql_counters,
    postgresql_insert_missing,
    postgresql_upsert,
)
from csvbatch.store.tables import target_table
from csvbatch.store.waits import Timeouts, Waits

_PARAMETER = re.compile(r":([a-z_]\w*)")

# Classes 08 (connection) and 40 (deadlock, serialization), the server ends the connection, and a key that somebody
# else inserted at the same time.
_RETRYABLE = re.compile(r"08...|25P03|40...|57P0[1245]|23505")
# Class 53 (memory, disk, connections), the server is starting, and a lock that was not to be had in time.
_BUSY = re.compile(r"53...|57P03|55P03")
_CREDENTIALS = re.compile(r"28...")
# libpq has no SQLSTATE for a connection that was refused, so its text has to do.
_REFUSED = (
    ("28P01", re.compile("password authentication failed|no password supplied|role .* does not exist")),
    ("3D000", re.compile("database .* does not exist")),
    ("53300", re.compile("too many (clients|connections)|remaining connection slots")),
    ("57P03", re.compile("the database system is")),
)
_NO_CONNECTION = "NO_CONNECTION"
_ADVICE = {
    _NO_CONNECTION: "check host, port, TLS and firewall, and that the server runs",
    "23502": "let the table's constraints be those of its contract",
    "23514": "let the table's constraints be those of its contract",
    "3D000": "create the database, or name another one",
    "42501": "grant the user SELECT, INSERT and UPDATE on the tables: `csvbatch ddl --grants USER` prints all it needs",
    "42703": "run `csvbatch migrate`",
    "42P01": "run `csvbatch migrate`",
    "42P10": "give the table a primary key of the contract's key columns",
    "57014": "the statement took too long: look for locks and for missing indexes",
}
# A server that has gone is noticed within half a minute, whether we wait for its answer or send to it.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES
_KEEPALIVES: dict[str, str | int] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_SLACK_SECONDS = 1.0
_OTHER_ADVICE = "look the SQLSTATE up in PostgreSQL's manual, appendix A, and in the server's log"


class PostgresqlDatabase:
    """A PostgreSQL server, version 12 or later."""

    grammar = POSTGRESQL

    def __init__(
        self,
        url: str,
        credentials: Credentials | None,
        timeouts: Timeouts,
        connect: Callable[[str], psycopg.Connection] = psycopg.connect,
    ) -> None:
        self.waits = Waits(timeouts)
        self.connections = 0
        self._url = url
        self._credentials = credentials
        self._connect = connect
        self._connection: psycopg.Connection | None = None
        # Seconds that the server was told to give a statement in this transaction.
        self._limit = inf

    def begin(self, *, write: bool) -> None:
        """See to it that there is a connection that answers; its first statement starts the transaction."""
        del write
        if self._connection is not None and not self._answers(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._open()
            self.connections += 1
        self._limit = inf
        self.waits.used()

    def _answers(self, connection: psycopg.Connection) -> bool:
        if connection.broken or connection.closed:
            return False
        return not self.waits.is_idle() or _answers_within(connection, self.waits.ping())

    def _open(self) -> psycopg.Connection:
        settings: dict[str, str | int] = {
            "connect_timeout": ceil(self.waits.connect()),
            "application_name": "csvbatch",
            **_KEEPALIVES,
        }
        if self._credentials is not None:
            settings |= {"user": self._credentials.username, "password": self._credentials.password}
        connection = self._connect(make_conninfo(self._url, **settings))
        try:
            self._set_limits(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_limits(self, connection: psycopg.Connection) -> None:
        # A handler that was killed leaves its connection open and its rows locked until the server notices.
        limits = {
            "lock_timeout": f"{self.waits.timeouts.lock}s",
            "statement_timeout": f"{self.waits.timeouts.statement}s",
            "idle_in_transaction_session_timeout": f"{self.waits.timeouts.statement}s",
            "tcp_keepalives_idle": "30",
            "tcp_keepalives_interval": "10",
            "tcp_keepalives_count": "3",
            # To compile a statement takes longer than to insert a chunk's rows.
            "jit": "off",
        }
        calls = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in limits.items())
        connection.execute(f"SELECT {calls}".encode())
        connection.commit()

    def commit(self) -> None:
        """Make the transaction's effects last."""
        self._bounded().commit()
        self.waits.used()

    def rollback(self) -> None:
        """Undo the transaction; the server does so by itself where the connection is lost."""
        try:
            if self._connection is not None:
                self._connection.rollback()
        except psycopg.Error:
            self.close()

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        """Run one statement."""
        cursor = self._bounded().execute(_spelled(sql), parameters)
        return Result(cursor.fetchall() if cursor.description else [], cursor.rowcount)

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each set of parameters, without waiting for an answer in between."""
        self._bounded().cursor().executemany(_spelled(sql), parameters)

    def now(self) -> datetime:
        """Read the server's clock, which goes on while a transaction does."""
        now: datetime = self.execute("SELECT clock_timestamp()", {}).rows[0][0]
        return now

    def check(self) -> None:
        """Do nothing: PostgreSQL refuses a character that its encoding lacks."""

    def table(self, name: str) -> FoundTable | None:
        """Describe the table that its bare name means here."""
        return read_table(lambda sql, parameters: self.execute(sql, parameters).rows, name)

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
        """Copy the rows to a temporary table, then let the server insert new ones and update older ones."""
        connection = self._bounded()
        create, copy = _staging(contract)
        connection.execute(create)
        offered = _copy(connection, copy, rows)
        parameters = position._asdict()
        kept = stale = replaced = 0
        if self.execute(postgresql_count_known(contract), {}).rows == [(0,)]:
            kept = self.execute(postgresql_insert_missing(contract), parameters).touched
        if kept < offered:
            connection.execute(postgresql_counters().encode())
            kept += self.execute(postgresql_upsert(contract), parameters).touched
            ((stale, replaced),) = self.execute(postgresql_count_met(), {}).rows
        if stale:
            # By rows of the chunk: the upsert met each key once.
            stale = self.execute(postgresql_count_stale(contract), parameters).rows[0][0]
        return Merged(offered, superseded=offered - kept - stale + replaced, stale=stale)

    def failure(self, error: Exception) -> StoreError | None:
        """Classify what psycopg raised, by its SQLSTATE."""
        if isinstance(error, UnicodeEncodeError):
            return StoreError(type(error).__name__, "a value is no text for PostgreSQL", "correct the file")
        if not isinstance(error, psycopg.Error):
            return None
        code = error.sqlstate or _why_refused(error)
        if _CREDENTIALS.fullmatch(code):
            return CredentialsError(code, "PostgreSQL does not accept the user", "check user name and password")
        if _BUSY.fullmatch(code):
            return BusyError(code, "PostgreSQL is too busy", "try again later, or raise its limits")
        if _RETRYABLE.fullmatch(code) or code == _NO_CONNECTION:
            return RetryableError(code, "PostgreSQL could not finish", _ADVICE.get(code, "try again"))
        return StoreError(code, "PostgreSQL refused a statement", _ADVICE.get(code, _OTHER_ADVICE))

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            raise psycopg.OperationalError
        return self._connection

    def _bounded(self) -> psycopg.Connection:
        """Give the connection, whose next statement and its locks are waited for no longer than the deadline allows.

        The server is told for the transaction, and again only where that would be too long by now.
        """
        connection = self._connected()
        if self.waits.has_deadline:
            seconds = self.waits.statement()
            if self._limit > seconds + _SLACK_SECONDS:
                lock = min(self.waits.timeouts.lock, seconds)
                connection.execute(
                    "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
                    (f"{_milliseconds(seconds)}ms", f"{_milliseconds(lock)}ms"),
                )
                self._limit = seconds
        return connection


class _RowsFailedError(Exception):
    """Takes the place of an error whose text psycopg would send to the server, which would log it."""


def _copy(connection: psycopg.Connection, copy: bytes, rows: Iterable[Row]) -> int:
    offered = 0
    failure: Exception | None = None
    try:
        with connection.cursor().copy(copy) as stream:
            write = stream.write_row
            try:
                for line, values in rows:
                    write((*values, line))
                    offered += 1
            except Exception as error:
                failure = error
                raise _RowsFailedError from None
    except _RowsFailedError:
        pass
    if failure is not None:
        raise failure
    return offered


def _answers_within(connection: psycopg.Connection, seconds: float) -> bool:
    """Ask an idle connection for a sign of life; False where it is broken, or silent for so long."""
    server = connection.pgconn
    limit = time.monotonic() + seconds
    answer = select.poll()
    answer.register(server.socket, select.POLLIN)
    try:
        server.send_query(b"")
        server.flush()
        while True:
            if not server.is_busy():
                if server.get_result() is None:
                    return True
                continue
            if not answer.poll(max(0, limit - time.monotonic()) * 1000):
                return False
            server.consume_input()
    except psycopg.Error:
        return False


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _why_refused(error: psycopg.Error) -> str:
    """Give a SQLSTATE to an error of the client's, which found no server, lost it or was turned away."""
    if not isinstance(error, psycopg.OperationalError):
        return type(error).__name__
    text = str(error)
    return next((code for code, pattern in _REFUSED if pattern.search(text)), _NO_CONNECTION)


@lru_cache(maxsize=256)
def _spelled(sql: str) -> bytes:
    """Write the parameters as psycopg takes them; as bytes, which it does not take for a mistake."""
    return _PARAMETER.sub(r"%(\1)s", sql).encode()


@lru_cache(maxsize=16)
def _staging(contract: Contract) -> tuple[bytes, bytes]:
    """Give the statements that make and fill the temporary table.

    Values go as text, for dates stand in the file as the server takes them, and it reads them while we validate.
    """
    columns = target_table(contract).columns[: len(contract.columns)]
    quoted = [POSTGRESQL.quote(column.name) for column in columns]
    typed = [
        f"{name} {POSTGRESQL.types[column.kind].format(size=column.size, scale=column.scale)}"
        for name, column in zip(quoted, columns, strict=True)
    ]
    create = f"CREATE TEMPORARY TABLE {STAGE} ({', '.join(typed)}, load_line bigint) ON COMMIT DROP"
    copy = f"COPY {STAGE} ({', '.join(quoted)}, load_line) FROM STDIN"
    return create.encode(), copy.encode()

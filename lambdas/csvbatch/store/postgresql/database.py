"""PostgreSQL through psycopg 3."""

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
from csvbatch.store.errors import StoreError
from csvbatch.store.found import FoundTable
from csvbatch.store.postgresql.errors import classify
from csvbatch.store.postgresql.merge import merge
from csvbatch.store.postgresql.tables import read_table
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import POSTGRESQL
from csvbatch.store.waits import Timeouts, Waits, milliseconds

_PARAMETER = re.compile(r":([a-z_]\w*)")

# A dead server is noticed within half a minute, while waiting for its answer and while sending.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES
_KEEPALIVES: dict[str, str | int] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_SLACK_SECONDS = 1.0


class PostgresqlDatabase:
    """A PostgreSQL server, version 12 or later."""

    sql_dialect = POSTGRESQL

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
        # The time limit, in seconds, that the server has for statements of this transaction.
        self._limit = inf

    def begin(self, *, write: bool) -> None:
        """Make sure that there is a working connection; its first statement starts the transaction."""
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
        # A killed handler leaves its connection open and its rows locked until the server notices.
        limits = {
            "lock_timeout": f"{self.waits.timeouts.lock}s",
            "statement_timeout": f"{self.waits.timeouts.statement}s",
            "idle_in_transaction_session_timeout": f"{self.waits.timeouts.statement}s",
            "tcp_keepalives_idle": "30",
            "tcp_keepalives_interval": "10",
            "tcp_keepalives_count": "3",
            # Compiling a statement takes longer than inserting the rows of a chunk.
            "jit": "off",
        }
        calls = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in limits.items())
        connection.execute(f"SELECT {calls}".encode())
        connection.commit()

    def commit(self) -> None:
        """Commit the transaction."""
        self._bounded().commit()
        self.waits.used()

    def rollback(self) -> None:
        """Roll the transaction back; if the connection is lost, the server does so itself."""
        try:
            if self._connection is not None:
                self._connection.rollback()
        except psycopg.Error:
            self.close()

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        """Run one statement."""
        cursor = self._bounded().execute(_with_placeholders(sql), parameters)
        return Result(cursor.fetchall() if cursor.description else [], cursor.rowcount)

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each set of parameters, without waiting for an answer in between."""
        self._bounded().cursor().executemany(_with_placeholders(sql), parameters)

    def now(self) -> datetime:
        """Read the server's clock, not the time at which the transaction began."""
        now: datetime = self.execute("SELECT clock_timestamp()", {}).rows[0][0]
        return now

    def check(self) -> None:
        """Do nothing: PostgreSQL refuses characters that its encoding lacks."""

    def table(self, name: str) -> FoundTable | None:
        """Describe the table that its bare name means here."""
        return read_table(lambda sql, parameters: self.execute(sql, parameters).rows, name)

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
        """Copy the rows to a temporary table; the server merges them from there."""
        return merge(self._bounded(), self.execute, contract, position, rows)

    def failure(self, error: Exception) -> StoreError | None:
        """Classify what psycopg raised, by its SQLSTATE."""
        return classify(error)

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
        """Give the connection, with the time limits of its next statement set by the deadline.

        The server keeps the limits for the transaction, so they are set again only if they have become too long.
        """
        connection = self._connected()
        if self.waits.has_deadline:
            seconds = self.waits.statement()
            if self._limit > seconds + _SLACK_SECONDS:
                lock = min(self.waits.timeouts.lock, seconds)
                connection.execute(
                    "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
                    (f"{milliseconds(seconds)}ms", f"{milliseconds(lock)}ms"),
                )
                self._limit = seconds
        return connection


def _answers_within(connection: psycopg.Connection, seconds: float) -> bool:
    """Ping an idle connection; False if it is broken or does not answer in time."""
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


@lru_cache(maxsize=256)
def _with_placeholders(sql: str) -> bytes:
    """Write `:name` as psycopg's `%(name)s`. Bytes, because psycopg's types accept no str that is not a literal."""
    return _PARAMETER.sub(r"%(\1)s", sql).encode()

"""Oracle through python-oracledb."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import oracledb

from csvbatch.contract.model import Contract
from csvbatch.store.bounded import within
from csvbatch.store.database import Credentials, Position, Result
from csvbatch.store.errors import StoreError
from csvbatch.store.found import FoundTable
from csvbatch.store.oracle.errors import classify
from csvbatch.store.oracle.merge import merge
from csvbatch.store.oracle.tables import check_character_set, read_table
from csvbatch.store.oracle.texts import in_pieces, is_large
from csvbatch.store.oracle.tls import tls_context
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import ORACLE
from csvbatch.store.url import OracleAddress
from csvbatch.store.waits import PING_SECONDS, Timeouts, Waits, milliseconds


class OracleDatabase:
    """An Oracle database, version 12.1 or later."""

    sql_dialect = ORACLE

    def __init__(
        self,
        address: OracleAddress,
        credentials: Credentials | None,
        timeouts: Timeouts,
        connect: Callable[..., oracledb.Connection] = oracledb.connect,
    ) -> None:
        self.waits = Waits(timeouts)
        self.connections = 0
        self._address = address
        self._credentials = credentials
        self._connect = connect
        self._connection: oracledb.Connection | None = None

    def begin(self, *, write: bool) -> None:
        """Make sure that there is a working connection; its first change starts the transaction."""
        del write
        if self._connection is not None and not self._answers(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._open()
            self.connections += 1
        self.waits.used()

    def _answers(self, connection: oracledb.Connection) -> bool:
        """Tell whether a connection still works; after a long idle time ping it, because the driver cannot know."""
        if not connection.is_healthy():
            return False
        if not self.waits.is_idle():
            return True
        try:
            _limit(connection, self.waits.ping())
            connection.ping()
        except oracledb.Error:
            return False
        return True

    def _open(self) -> oracledb.Connection:
        """Connect and log in within the time that is left.

        The driver's own limits cover the TCP handshake and calls after the login. Without another limit, a listener
        that accepts the connection and does not answer would block the login forever.
        https://python-oracledb.readthedocs.io/en/latest/user_guide/connection_handling.html
        """
        address, credentials = self._address, self._credentials
        seconds = self.waits.connect()
        settings: dict[str, Any] = {
            "user": credentials.username if credentials else None,
            "password": credentials.password if credentials else None,
            "host": address.host,
            "port": address.port,
            "service_name": address.service,
            "protocol": address.protocol,
            "wallet_location": address.wallet,
            "tcp_connect_timeout": seconds,
            # Minutes between keepalive probes, so that a firewall does not drop a connection that waits.
            "expire_time": 1,
        }
        if context := tls_context(address, credentials.ca_pem if credentials else None):
            settings["ssl_context"] = context

        def connect() -> oracledb.Connection:
            if address.thick:
                oracledb.init_oracle_client()
            return self._connect(**settings)

        connection = within(seconds, connect, _close)
        _limit(connection, self.waits.timeouts.statement)
        connection.outputtypehandler = _exact_numbers
        if address.schema:
            connection.current_schema = address.schema
        return connection

    def commit(self) -> None:
        """Commit the transaction."""
        self._bounded().commit()
        self.waits.used()

    def rollback(self) -> None:
        """Roll the transaction back; if the connection is lost, the database does so itself."""
        try:
            if self._connection is not None:
                _limit(self._connection, self.waits.rollback())
                self._connection.rollback()
        except oracledb.Error:
            self.close()

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        """Run one statement."""
        sql, bound = in_pieces(sql, _without_zone(parameters))
        connection = self._bounded()
        with connection.cursor() as cursor:
            if types := _types(bound):
                cursor.setinputsizes(**types)
            cursor.execute(sql, _with_large_objects(connection, bound), fetch_lobs=False)
            return Result(cursor.fetchall() if cursor.description else [], cursor.rowcount)

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for all sets of parameters at once."""
        with self._bounded().cursor() as cursor:
            if types := _types(parameters[0]):
                cursor.setinputsizes(**types)
            cursor.executemany(sql, [_without_zone(each) for each in parameters])

    def now(self) -> datetime:
        """Read the database's clock."""
        now: datetime = self.execute("SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM DUAL", {}).rows[0][0]
        return now

    def check(self) -> None:
        """Raise StoreError if the database's character set lacks characters that a file may contain."""
        check_character_set(self._query)

    def table(self, name: str) -> FoundTable | None:
        """Describe a table of the schema that bare names belong to, or that a synonym names."""
        return read_table(self._query, name)

    def _query(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self.execute(sql, parameters).rows

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
        """Merge arrays of rows."""
        with self._bounded().cursor() as cursor:
            return merge(cursor, self._bounded, contract, position, rows)

    def failure(self, error: Exception) -> StoreError | None:
        """Classify what python-oracledb raised, by its code."""
        if isinstance(error, UnicodeEncodeError):
            return StoreError(type(error).__name__, "a text cannot be encoded for Oracle", "correct the file")
        return classify(error, connecting=self._connection is None)

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _close(connection)

    def _bounded(self) -> oracledb.Connection:
        """Give the connection, with the time limit of its next call set by the deadline."""
        connection = self._connected()
        _limit(connection, self.waits.statement())
        return connection

    def _connected(self) -> oracledb.Connection:
        if self._connection is None:
            raise oracledb.InterfaceError
        return self._connection


def _limit(connection: oracledb.Connection, seconds: float) -> None:
    """Set how long a call may take; raises InterfaceError for a connection that is lost.

    The driver itself raises AttributeError there: it sets the timeout of a socket that it no longer has.
    """
    if not connection.is_healthy():
        raise oracledb.InterfaceError
    connection.call_timeout = milliseconds(seconds)


def _close(connection: oracledb.Connection) -> None:
    """Close a connection with a short limit, because closing waits for the server."""
    try:
        _limit(connection, PING_SECONDS)
        connection.close()
    except (oracledb.Error, OSError):
        return


def _exact_numbers(cursor: oracledb.Cursor, metadata: oracledb.FetchInfo) -> oracledb.Var | None:
    """Fetch numbers with digits after the point as decimals; the driver's own choice is a float.

    https://python-oracledb.readthedocs.io/en/latest/user_guide/sql_execution.html#fetched-number-precision
    """
    if metadata.type_code is oracledb.DB_TYPE_NUMBER and metadata.scale and metadata.scale > 0:
        return cursor.var(Decimal, arraysize=cursor.arraysize)
    return None


def _types(parameters: Mapping[str, Any]) -> dict[str, oracledb.DbType]:
    """Give the types that the driver would not choose itself.

    A timestamp is bound as a TIMESTAMP: the driver's default is a DATE, which has no fractions of a second.
    https://python-oracledb.readthedocs.io/en/latest/api_manual/cursor.html#oracledb.Cursor.setinputsizes
    """
    return {name: oracledb.DB_TYPE_TIMESTAMP for name, value in parameters.items() if isinstance(value, datetime)}


def _with_large_objects(connection: oracledb.Connection, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Make large objects of the texts that are too long for a VARCHAR2.

    In thin mode `setinputsizes` does not do so: https://github.com/vectorize-io/hindsight/issues/4630
    """
    return {
        name: connection.createlob(oracledb.DB_TYPE_CLOB, value)
        if isinstance(value, str) and is_large(value)
        else value
        for name, value in parameters.items()
    }


def _without_zone(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Convert timestamps to UTC without a zone, which is what the ledger's columns hold."""
    return {
        name: value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }

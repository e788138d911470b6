"""Oracle through python-oracledb: arrays of rows, each merged by one statement for a row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any

import oracledb

from csvbatch.contract import Contract
from csvbatch.store.database import Credentials, Position, Result, Timeouts
from csvbatch.store.errors import StoreError
from csvbatch.store.grammar import ORACLE, Kind
from csvbatch.store.oracle_address import OracleAddress
from csvbatch.store.oracle_errors import classify
from csvbatch.store.records import Row
from csvbatch.store.statements import oracle_merge
from csvbatch.store.tables import target_table
from csvbatch.store.values import Spell, compile_values

ARRAY_ROWS = 5_000
"""Rows that go to the database at once; more of them need more memory here and save no time there."""

# A longer text is sent as a large object, which a CLOB takes whatever the database's longest VARCHAR2.
_LONGEST_TEXT_BYTES = 4000

# Texts are left to the driver, which looks how long they are: Oracle takes a text that may be longer than 4,000
# bytes for a LONG, which is not allowed in a MERGE. The others have a type even where all of their values are NULL.
_BOUND_AS = {
    Kind.TEXT: None,
    Kind.INTEGER: oracledb.DB_TYPE_NUMBER,
    Kind.DECIMAL: oracledb.DB_TYPE_NUMBER,
    Kind.DATE: oracledb.DB_TYPE_DATE,
    Kind.TIMESTAMP: oracledb.DB_TYPE_TIMESTAMP,
    Kind.BOOLEAN: oracledb.DB_TYPE_NUMBER,
}
_SPELLINGS = {"boolean": "+{value}"}


class OracleDatabase:
    """An Oracle database, version 12.1 or later; 11.2 in thick mode with a client that still knows it."""

    grammar = ORACLE

    def __init__(
        self,
        address: OracleAddress,
        credentials: Credentials | None,
        timeouts: Timeouts,
        connect: Callable[..., oracledb.Connection] = oracledb.connect,
    ) -> None:
        self.timeouts = timeouts
        self._address = address
        self._credentials = credentials
        self._connect = connect
        self._connection: oracledb.Connection | None = None

    def begin(self, *, write: bool) -> None:
        """See to it that there is a connection; its first change starts the transaction."""
        del write
        if self._connection is None or not self._connection.is_healthy():
            self._connection = None
            self._connection = self._open()

    def _open(self) -> oracledb.Connection:
        address, credentials = self._address, self._credentials
        if address.thick:
            oracledb.init_oracle_client()
        connection = self._connect(
            user=credentials.username if credentials else None,
            password=credentials.password if credentials else None,
            host=address.host,
            port=address.port,
            service_name=address.service,
            protocol=address.protocol,
            wallet_location=address.wallet,
            tcp_connect_timeout=self.timeouts.connect,
            # Minutes between signs of life, so that a firewall does not forget a connection that waits.
            expire_time=1,
        )
        connection.call_timeout = self.timeouts.statement * 1000
        if address.schema:
            connection.current_schema = address.schema
        return connection

    def commit(self) -> None:
        """Make the transaction's effects last."""
        self._connected().commit()

    def rollback(self) -> None:
        """Undo the transaction; the database does so by itself where the connection is lost."""
        try:
            if self._connection is not None:
                self._connection.rollback()
        except oracledb.Error:
            self.close()

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        """Run one statement."""
        with self._connected().cursor() as cursor:
            long = [name for name, value in parameters.items() if _is_long(value)]
            if long:
                cursor.setinputsizes(**dict.fromkeys(long, oracledb.DB_TYPE_CLOB))
            cursor.execute(sql, _without_zone(parameters), fetch_lobs=False)
            return Result(cursor.fetchall() if cursor.description else [], cursor.rowcount)

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for all sets of parameters at once."""
        with self._connected().cursor() as cursor:
            cursor.executemany(sql, [_without_zone(each) for each in parameters])

    def now(self) -> datetime:
        """Read the database's clock."""
        now: datetime = self.execute("SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM DUAL", {}).rows[0][0]
        return now

    def columns(self, table: str) -> set[str]:
        """Give the names of a table's columns, in the schema that bare names belong to."""
        rows = self.execute(
            "SELECT LOWER(column_name) FROM all_tab_columns "
            "WHERE owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AND table_name = UPPER(:name)",
            {"name": table},
        ).rows
        return {name for (name,) in rows}

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> int:
        """Merge array by array: in each of them a key once, its newest row, in the order of the keys.

        Two chunks with keys in common lock most of them in the same order that way. What deadlocks are left,
        between the arrays of two chunks, Oracle finds in seconds; one of them is done again.
        """
        plan = _plan(contract)
        remaining = iter(rows)
        offered = 0
        with self._connected().cursor() as cursor:
            while array := list(islice(remaining, ARRAY_ROWS)):
                offered += len(array)
                newest = {
                    plan.key(values): plan.spell(values, position.load_sequence, offset, position.load_attempt)
                    for offset, values in array
                }
                cursor.setinputsizes(*plan.bound_as)
                cursor.executemany(plan.sql, [newest[key] for key in sorted(newest)])
        return offered

    def failure(self, error: Exception) -> StoreError | None:
        """Classify what python-oracledb raised, by its code."""
        if isinstance(error, UnicodeEncodeError):
            return StoreError(type(error).__name__, "a value is no text for Oracle", "correct the file")
        if not isinstance(error, oracledb.Error):
            return None
        return classify(error, connecting=self._connection is None)

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except oracledb.Error:
                return

    def _connected(self) -> oracledb.Connection:
        if self._connection is None:
            raise oracledb.InterfaceError
        return self._connection


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows of one contract are merged."""

    sql: str
    key: Callable[[Sequence[Any]], Any]
    spell: Spell
    bound_as: tuple[Any, ...]


@lru_cache(maxsize=16)
def _plan(contract: Contract) -> _Plan:
    return _Plan(
        sql=oracle_merge(contract),
        key=itemgetter(*contract.key_positions),
        spell=compile_values(contract, _SPELLINGS),
        bound_as=tuple(_BOUND_AS[column.kind] for column in target_table(contract).columns),
    )


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value.encode()) > _LONGEST_TEXT_BYTES


def _without_zone(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give points in time as UTC without a zone, which is how the ledger's columns have them."""
    return {
        name: value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }

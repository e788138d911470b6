"""Oracle through python-oracledb: arrays of rows, each merged by one statement for a row."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import batched, islice
from operator import itemgetter
from typing import Any

import oracledb

from csvbatch.contract import Contract
from csvbatch.store.database import Credentials, Position, Result, Timeouts
from csvbatch.store.errors import StoreError
from csvbatch.store.grammar import ORACLE, Kind
from csvbatch.store.oracle_address import OracleAddress
from csvbatch.store.oracle_errors import classify
from csvbatch.store.records import Merged, Row
from csvbatch.store.statements import STALE_KEYS, oracle_count_stale, oracle_merge, oracle_update_own
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
    """An Oracle database, version 12.1 or later."""

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

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
        """Merge array by array: in each of them a key once, its newest row, in the order of the keys.

        Two chunks with keys in common lock most of them in the same order that way. What deadlocks are left,
        between the arrays of two chunks, Oracle finds in seconds; one of them is done again.
        """
        plan = _plan(contract)
        remaining = iter(rows)
        offered = first = stale = 0
        with self._connected().cursor() as cursor:
            while array := list(islice(remaining, ARRAY_ROWS)):
                offered += len(array)
                newest = {
                    plan.key(values): plan.spell(values, position.load_sequence, offset, position.load_attempt)
                    for offset, values in array
                }
                left = _merge(cursor, plan, plan.merge, {key: newest[key] for key in sorted(newest)})
                first += len(newest) - len(left)
                left = _merge(cursor, plan, plan.update_own, left)
                if left:
                    numbers = Counter(key for _, values in array if (key := plan.key(values)) in left)
                    stale += _count_stale(cursor, plan, [(numbers[key], row) for key, row in left.items()])
        return Merged(offered, superseded=offered - first - stale, stale=stale)

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

    merge: str
    update_own: str
    count_stale: str
    key: Callable[[Sequence[Any]], Any]
    key_positions: tuple[int, ...]
    spell: Spell
    bound_as: tuple[Any, ...]


@lru_cache(maxsize=16)
def _plan(contract: Contract) -> _Plan:
    return _Plan(
        merge=oracle_merge(contract),
        update_own=oracle_update_own(contract),
        count_stale=oracle_count_stale(contract),
        key=itemgetter(*contract.key_positions),
        key_positions=contract.key_positions,
        spell=compile_values(contract, _SPELLINGS),
        bound_as=tuple(_BOUND_AS[column.kind] for column in target_table(contract).columns),
    )


def _merge(
    cursor: oracledb.Cursor, plan: _Plan, sql: str, rows: Mapping[Any, tuple[Any, ...]]
) -> dict[Any, tuple[Any, ...]]:
    """Run a statement for each of the rows, which are given by their keys; give those that it did not take.

    Counts for each row need Oracle 12.1 or later, and are right for MERGE as long as no errors are collected:
    https://python-oracledb.readthedocs.io/en/latest/user_guide/batch_statement.html
    """
    if not rows:
        return {}
    cursor.setinputsizes(*plan.bound_as)
    cursor.executemany(sql, list(rows.values()), arraydmlrowcounts=True)
    counts = cursor.getarraydmlrowcounts()
    return {key: row for (key, row), taken in zip(rows.items(), counts, strict=True) if not taken}


def _count_stale(cursor: oracledb.Cursor, plan: _Plan, rows: Iterable[tuple[int, tuple[Any, ...]]]) -> int:
    """Of pairs of a number and a row, add up the numbers of those whose key a later batch's row has in the table."""
    stale = 0
    for some in batched(rows, STALE_KEYS, strict=False):
        # Always the same statement, so that Oracle need not parse another one: the last key again, with no weight.
        padded = [*some, *[(0, some[-1][1])] * (STALE_KEYS - len(some))]
        parameters: dict[str, Any] = {"load_sequence": some[0][1][-3]}
        types = {}
        for place, (number, row) in enumerate(padded):
            parameters[f"n{place}"] = number
            for index, position in enumerate(plan.key_positions):
                parameters[f"k{place}_{index}"] = row[position]
                if plan.bound_as[position] is not None:
                    types[f"k{place}_{index}"] = plan.bound_as[position]
        if types:
            cursor.setinputsizes(**types)
        cursor.execute(plan.count_stale, parameters, fetch_lobs=False)
        stale += int(cursor.fetchall()[0][0])
    return stale


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value.encode()) > _LONGEST_TEXT_BYTES


def _without_zone(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give points in time as UTC without a zone, which is how the ledger's columns have them."""
    return {
        name: value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }

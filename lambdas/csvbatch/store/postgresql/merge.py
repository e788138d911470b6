"""Merges rows into PostgreSQL: copies new ones into the table, and merges others from a temporary one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import psycopg
from psycopg import errors

from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.model import Contract
from csvbatch.store.database import Position, Result
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import POSTGRESQL
from csvbatch.store.statements import is_older, on_conflict_update, same_key
from csvbatch.store.tables import target_table

STAGE = "csvbatch_stage"
"""The temporary table for a chunk's rows: the contract's columns and the position."""

SAMPLE_ROWS = 200
"""The first rows of a chunk, which tell whether it is likely to bring keys that the table has."""

ARRAY_ROWS = 10_000
"""Rows that are copied after one savepoint, and kept in memory until the server has taken them."""

STALE = "csvbatch_stale"
REPLACED = "csvbatch_replaced"
"""The temporary sequences that the upsert counts with."""

_SAVEPOINT, _RELEASE, _BACK = (
    f"{command} csvbatch_array".encode() for command in ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
)

# A key that is in the table or came before; two transactions that wait for each other's keys; row-level security.
_NOT_COPIED = (errors.UniqueViolation, errors.DeadlockDetected, errors.FeatureNotSupported)

type Execute = Callable[[str, Mapping[str, Any]], Result]


def merge(
    connection: psycopg.Connection, execute: Execute, contract: Contract, position: Position, rows: Iterable[Row]
) -> Merged:
    """Copy rows into the table as long as their keys are new, and merge the rest from a temporary table.

    The server works on copied rows while the next are read. For those that follow they are rows of the table.
    """
    remaining = iter(rows)
    sample = list(islice(remaining, SAMPLE_ROWS))
    are_new = execute(count_known_sql(contract), _keys(contract, sample)).rows == [(0,)]
    remaining = chain(sample, remaining)
    copied = 0
    if are_new:
        copied, left, stopped = _copy_new(connection, contract, position, remaining)
        if stopped is None:
            return Merged(copied)
        # After a deadlock the other transaction's keys are still on their way, and only an upsert waits for them.
        are_new = not isinstance(stopped, errors.DeadlockDetected)
        remaining = chain(left, remaining)
    merged = _merge_staged(connection, execute, contract, position, remaining, are_new=are_new)
    return replace(merged, offered=copied + merged.offered)


def _copy_new(
    connection: psycopg.Connection, contract: Contract, position: Position, rows: Iterator[Row]
) -> tuple[int, list[Row], psycopg.Error | None]:
    """Copy rows into the table, array by array; give how many, and the array that was not copied, and why."""
    copy = copy_sql(contract, contract.table)
    copied = 0
    while True:
        array: list[Row] = []
        connection.execute(_SAVEPOINT)
        try:
            count = _copy(connection, copy, position, _noted(islice(rows, ARRAY_ROWS), array))
        except _NOT_COPIED as error:
            connection.execute(_BACK)
            return copied, array, error
        connection.execute(_RELEASE)
        if not count:
            return copied, [], None
        copied += count


def _noted(rows: Iterable[Row], array: list[Row]) -> Iterator[Row]:
    for row in rows:
        array.append(row)
        yield row


def _merge_staged(
    connection: psycopg.Connection,
    execute: Execute,
    contract: Contract,
    position: Position,
    rows: Iterable[Row],
    *,
    are_new: bool,
) -> Merged:
    """Stage the rows, insert those with new keys plainly if most are likely to be new, and upsert the rest."""
    connection.execute(create_stage_sql(contract).encode())
    offered = _copy(connection, copy_sql(contract, STAGE), position, rows)
    kept = stale = replaced = 0
    if are_new:
        kept = execute(insert_missing_sql(contract), {}).touched
    if kept < offered:
        connection.execute(create_counters_sql().encode())
        kept += execute(upsert_sql(contract), {}).touched
        ((stale, replaced),) = execute(count_met_sql(), {}).rows
    if stale:
        # Count rows of the chunk instead of keys: the upsert met each key once.
        stale = execute(count_stale_sql(contract), {"load_sequence": position.load_sequence}).rows[0][0]
    return Merged(offered, superseded=offered - kept - stale + replaced, stale=stale)


def count_known_sql(contract: Contract) -> str:
    """Count the keys that the table has; each of the parameters is an array with the values of one column."""
    arrays = ", ".join(
        f"CAST(:key{number} AS {POSTGRESQL.type_of(target_table(contract).columns[place])}[])"
        for number, place in enumerate(contract.key_positions)
    )
    keys = POSTGRESQL.quoted(contract.key)
    return f"SELECT COUNT(*) FROM UNNEST({arrays}) AS s({keys}) WHERE EXISTS ({_row_in_table(contract)})"


def _keys(contract: Contract, rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Give the parameters of `count_known_sql`, all as text, because values of one column may be of two types."""
    return {
        f"key{number}": [None if values[place] is None else str(values[place]) for _, values in rows]
        for number, place in enumerate(contract.key_positions)
    }


def insert_missing_sql(contract: Contract) -> str:
    """Insert the staged rows whose keys the table does not have.

    A plain INSERT costs two thirds of one with ON CONFLICT. It fails if another transaction inserts the same key at
    the same time.
    """
    return _insert_newest(contract, where=f" WHERE NOT EXISTS ({_row_in_table(contract)})")


def upsert_sql(contract: Contract) -> str:
    """Merge the staged rows, even while other transactions merge the same keys, and count the table's rows it meets.

    The condition is evaluated once for each of those rows, after the row was locked, even if the row was committed
    after the statement began (https://www.postgresql.org/docs/current/sql-insert.html, "ON CONFLICT Clause").
    """
    sequence, _, attempt = map(POSTGRESQL.quote, POSITION_COLUMNS)
    return (
        f"{_insert_newest(contract)} {on_conflict_update(contract, POSTGRESQL)} WHERE CASE "
        f"WHEN t.{sequence} > excluded.{sequence} THEN nextval('{STALE}') < 0 "
        f"WHEN NOT {is_older(POSTGRESQL)} THEN false "
        f"WHEN t.{sequence} = excluded.{sequence} AND t.{attempt} = excluded.{attempt} "
        f"THEN nextval('{REPLACED}') > 0 ELSE true END"
    )


def create_counters_sql() -> str:
    """Create the sequences that the upsert counts with; they are dropped with the staging table."""
    return "; ".join(f"CREATE TEMPORARY SEQUENCE {name} OWNED BY {STAGE}.load_line" for name in (STALE, REPLACED))


def count_met_sql() -> str:
    """Give how many rows of later batches the upsert met, and how many of its own batch it replaced."""
    counts = (f"(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name})" for name in (STALE, REPLACED))
    return f"SELECT {', '.join(counts)}"


def count_stale_sql(contract: Contract) -> str:
    """Count the staged rows whose key a later batch's row has in the table."""
    later = _row_in_table(contract, " AND t.load_sequence > :load_sequence")
    return f"SELECT COUNT(*) FROM {STAGE} AS s WHERE EXISTS ({later})"


def _row_in_table(contract: Contract, condition: str = "") -> str:
    """Look one key up in the table.

    Without OFFSET 0 the server makes a join of an EXISTS, and with millions of rows it prefers to read the whole table
    for each chunk, because it takes single rows for expensive and knows nothing about a temporary table: 70 s instead
    of 0.4 s in a table of 9 million rows. It never joins a subquery with OFFSET (simplify_EXISTS_query in
    https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/optimizer/plan/subselect.c).
    """
    table = POSTGRESQL.quote(contract.table)
    return f"SELECT 1 FROM {table} AS t WHERE {same_key(contract, POSTGRESQL)}{condition} OFFSET 0"


def _ordered_keys(contract: Contract) -> str:
    """The key of a staged row, in the order of bytes."""
    quote = POSTGRESQL.quote
    texts = {column.name for column in contract.columns if column.type == "string"}
    return ", ".join(f's.{quote(name)} COLLATE "C"' if name in texts else f"s.{quote(name)}" for name in contract.key)


def _insert_newest(contract: Contract, where: str = "") -> str:
    """Insert the newest staged row of each key, in an order of keys that is the same in every transaction.

    Transactions that lock rows in the same order cannot deadlock. The order is that of bytes, because comparing
    texts by the rules of a language takes several times as long.
    """
    quote = POSTGRESQL.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    keys = _ordered_keys(contract)
    values = ", ".join(f"s.{quote(name)}" for name in columns)
    return (
        f"INSERT INTO {quote(contract.table)} AS t ({POSTGRESQL.quoted(columns)}) "
        f"SELECT DISTINCT ON ({keys}) {values} FROM {STAGE} AS s{where} ORDER BY {keys}, s.load_line DESC"
    )


class _RowsFailedError(Exception):
    """Replaces an error whose text psycopg would send to the server, which would log it."""


def _copy(connection: psycopg.Connection, copy: str, position: Position, rows: Iterable[Row]) -> int:
    """Copy rows and give how many; raises what the rows raise, whatever the server says then."""
    failure: Exception | None = None
    offered, (sequence, attempt) = 0, position
    try:
        with connection.cursor().copy(copy.encode()) as stream:
            write = stream.write_row
            try:
                for line, values in rows:
                    write((*values, sequence, line, attempt))
                    offered += 1
            except Exception as error:
                failure = error
                raise _RowsFailedError from None
    except (_RowsFailedError, psycopg.Error):
        if failure is None:
            raise
    if failure is not None:
        raise failure
    return offered


@lru_cache(maxsize=32)
def copy_sql(contract: Contract, table: str) -> str:
    """Copy rows into a table that has the contract's columns and the position.

    Values are sent as text, because dates are in the file as the server accepts them, and the server parses them while
    this process validates.
    """
    columns = POSTGRESQL.quoted((*contract.column_names, *POSITION_COLUMNS))
    return f"COPY {POSTGRESQL.quote(table)} ({columns}) FROM STDIN"


@lru_cache(maxsize=16)
def create_stage_sql(contract: Contract) -> str:
    """Make the temporary table, which is dropped with the transaction."""
    columns = ", ".join(
        f"{POSTGRESQL.quote(column.name)} {POSTGRESQL.type_of(column)}" for column in target_table(contract).columns
    )
    return f"CREATE TEMPORARY TABLE {STAGE} ({columns}) ON COMMIT DROP"

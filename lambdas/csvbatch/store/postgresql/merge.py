"""Merges rows into PostgreSQL: copies them to a temporary table, and lets the server merge them from there."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import psycopg

from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.model import Contract
from csvbatch.store.database import Position, Result
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import POSTGRESQL
from csvbatch.store.statements import is_older, on_conflict_update, same_key
from csvbatch.store.tables import target_table

STAGE = "csvbatch_stage"
"""The temporary table for one chunk's rows: the contract's columns and the line."""

SAMPLE_ROWS = 200
"""Staged rows that tell whether a chunk is likely to bring keys that the table has."""

STALE = "csvbatch_stale"
REPLACED = "csvbatch_replaced"
"""The temporary sequences that the upsert counts with."""

type Execute = Callable[[str, Mapping[str, Any]], Result]


def merge(
    connection: psycopg.Connection, execute: Execute, contract: Contract, position: Position, rows: Iterable[Row]
) -> Merged:
    """Stage the rows, insert those with new keys plainly, and upsert the rest."""
    create, copy = _staging(contract)
    connection.execute(create)
    offered = _copy(connection, copy, rows)
    parameters = position._asdict()
    kept = stale = replaced = 0
    if execute(count_known_sql(contract), {}).rows == [(0,)]:
        kept = execute(insert_missing_sql(contract), parameters).touched
    if kept < offered:
        connection.execute(create_counters_sql().encode())
        kept += execute(upsert_sql(contract), parameters).touched
        ((stale, replaced),) = execute(count_met_sql(), {}).rows
    if stale:
        # Count rows of the chunk instead of keys: the upsert met each key once.
        stale = execute(count_stale_sql(contract), parameters).rows[0][0]
    return Merged(offered, superseded=offered - kept - stale + replaced, stale=stale)


def count_known_sql(contract: Contract) -> str:
    """Count those of the first staged rows whose keys the table has."""
    keys = POSTGRESQL.quoted(contract.key)
    return (
        f"SELECT COUNT(*) FROM (SELECT {keys} FROM {STAGE} FETCH FIRST {SAMPLE_ROWS} ROWS ONLY) AS s "
        f"WHERE EXISTS ({_row_in_table(contract)})"
    )


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
    return (
        f"SELECT COUNT(*) FROM {STAGE} AS s JOIN {POSTGRESQL.quote(contract.table)} AS t "
        f"ON {same_key(contract, POSTGRESQL)} WHERE t.load_sequence > :load_sequence"
    )


def _row_in_table(contract: Contract) -> str:
    return f"SELECT 1 FROM {POSTGRESQL.quote(contract.table)} AS t WHERE {same_key(contract, POSTGRESQL)}"


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
    values = ", ".join(f"s.{quote(name)}" for name in contract.column_names)
    return (
        f"INSERT INTO {quote(contract.table)} AS t ({POSTGRESQL.quoted(columns)}) "
        f"SELECT DISTINCT ON ({keys}) {values}, :load_sequence, s.load_line, :load_attempt "
        f"FROM {STAGE} AS s{where} ORDER BY {keys}, s.load_line DESC"
    )


class _RowsFailedError(Exception):
    """Replaces an error whose text psycopg would send to the server, which would log it."""


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


@lru_cache(maxsize=16)
def _staging(contract: Contract) -> tuple[bytes, bytes]:
    """Give the statements that make and fill the temporary table.

    Values are sent as text, because dates are in the file as the server accepts them, and the server parses them while
    this process validates.
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

"""A digest of the rows that a batch has in its table: it tells whether they are right, and shows none of them."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from csvbatch.contract.columns import Column
from csvbatch.store import batches
from csvbatch.store.database import Transaction
from csvbatch.store.errors import LedgerError

MOST_ROWS = 100_000
"""Rows of a batch up to which a digest is made: all of them are in memory at once."""


class Contents(NamedTuple):
    """How many rows of a table come from a batch, and the SHA-256 of their values."""

    rows: int
    digest: str


def of_batch(transaction: Transaction, identity: str) -> Contents:
    """Digest the rows that a batch has in its table: those that it merged and no later batch has replaced.

    Each row is a JSON array of the contract's columns in their order, without spaces and with non-ASCII characters
    escaped: null, a text, a whole number, a boolean; a decimal as text without an exponent and without zeros at its
    end; a date as YYYY-MM-DD; a timestamp as YYYY-MM-DDTHH:MM:SS.ffffff. The digest is that of the sorted rows, each
    followed by a newline. Raises LedgerError (UNKNOWN_BATCH, NO_CONTRACT, TOO_MANY_ROWS).
    """
    batch = batches.get(transaction, identity)
    contract = batches.contract_of(transaction, identity)
    if batch.rows_merged > MOST_ROWS:
        raise LedgerError(
            "TOO_MANY_ROWS",
            f"batch {identity} has {batch.rows_merged} rows, and a digest is made of {MOST_ROWS} at most",
            "drop a smaller file",
        )
    sql = transaction.database.sql_dialect
    found = transaction.rows(
        f"SELECT {sql.quoted(tuple(column.name for column in contract.columns))} FROM {sql.quote(contract.table)} "
        f"WHERE {sql.quote('load_sequence')} = :load_sequence",
        load_sequence=batch.load_sequence,
    )
    rows = sorted(
        json.dumps([_plain(*pair) for pair in zip(contract.columns, row, strict=True)], separators=(",", ":"))
        for row in found
    )
    return Contents(len(rows), hashlib.sha256("".join(f"{row}\n" for row in rows).encode()).hexdigest())


def _plain(column: Column, value: Any) -> str | int | bool | None:
    """Give a value in the same form for all databases: SQLite has texts, and Oracle a datetime for each date."""
    if value is None:
        return None
    match column.type:
        case "string":
            return str(value)
        case "integer":
            return int(value)
        case "boolean":
            return bool(value)
        case "decimal":
            return _without_zeros(Decimal(value))
        case "date":
            return _moment(value).date().isoformat()
        case "timestamp":
            return _moment(value).isoformat(timespec="microseconds")


def _moment(value: str | date) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value if isinstance(value, str) else value.isoformat())


def _without_zeros(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text

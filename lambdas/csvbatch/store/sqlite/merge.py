"""Merges rows into SQLite, one upsert for each row."""

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from itertools import count

from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.model import Contract
from csvbatch.store.binds import BindConverter, compile_bind_converter
from csvbatch.store.database import Position
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import SQLITE
from csvbatch.store.statements import is_older, on_conflict_update

_STALE = "csvbatch_stale"
"""The upsert calls this function for a row that meets a later batch's; it returns 0."""

_SUPERSEDED = "csvbatch_superseded"
"""The upsert calls this function for a row that meets one of its own batch; it returns its argument."""

# Text for what SQLite has no exact type for; decimals have their column's scale, so equal ones are equal text.
_CONVERSIONS = {
    "decimal": "{value} if {value}.__class__ is str else format({value}, 'f')",
    "date": "{value} if {value}.__class__ is str else {value}.isoformat()",
    "timestamp": "{value} if {value}.__class__ is str else {value}.isoformat()",
    "boolean": "+{value}",
}


def merge(connection: sqlite3.Connection, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
    """Upsert the rows in their order: of two rows with the same key the later one is the newer."""
    sql, convert = _statement(contract)
    sequence, attempt = position
    offered, superseded, stale = count(), count(), count()

    def note_superseded(stays: int) -> int:
        next(superseded)
        return stays

    def note_stale() -> int:
        next(stale)
        return 0

    connection.create_function(_SUPERSEDED, 1, note_superseded)
    connection.create_function(_STALE, 0, note_stale)
    parameters = (convert(values, sequence, line, attempt) for (line, values), _ in zip(rows, offered, strict=False))
    connection.executemany(sql, parameters)
    return Merged(next(offered), next(superseded), next(stale))


def upsert_sql(contract: Contract) -> str:
    """Merge one row: the contract's columns, sequence, line, attempt.

    A row of an earlier attempt counts as one of the same batch only if it stays. If it is replaced, it may be the same
    row of the file.
    """
    columns = (*contract.column_names, *POSITION_COLUMNS)
    marks = ", ".join("?" * len(columns))
    target = f"{SQLITE.quote(contract.table)} AS t ({SQLITE.quoted(columns)})"
    sequence, line, attempt = map(SQLITE.quote, POSITION_COLUMNS)
    older = is_older(SQLITE)
    return (
        f"INSERT INTO {target} VALUES ({marks}) {on_conflict_update(contract, SQLITE)} WHERE CASE "
        f"WHEN t.{sequence} > excluded.{sequence} THEN {_STALE}() "
        f"WHEN t.{sequence} = excluded.{sequence} "
        f"AND (t.{attempt} = excluded.{attempt} OR t.{line} > excluded.{line}) "
        f"THEN {_SUPERSEDED}({older}) ELSE {older} END"
    )


@lru_cache(maxsize=16)
def _statement(contract: Contract) -> tuple[str, BindConverter]:
    return upsert_sql(contract), compile_bind_converter(contract, _CONVERSIONS)

"""Describes a table of SQLite.

https://www.sqlite.org/pragma.html#pragma_table_xinfo, https://www.sqlite.org/datatype3.html#determination_of_column_affinity
"""

import sqlite3
from typing import Any

from csvbatch.store.found import FoundColumn, FoundTable, Holds
from csvbatch.store.sql_dialect import SQLITE

_ORDINARY, _BY_NAME_ONLY = 0, 1
_BYTE_BY_BYTE = "BINARY"


def read_table(connection: sqlite3.Connection, name: str) -> FoundTable | None:
    """Describe a table or view; None if there is none."""
    found = connection.execute(
        "SELECT name, type, strict FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE", (name,)
    ).fetchone()
    if found is None:
        return None
    spelled, kind, strict = found
    columns = connection.execute(
        'SELECT LOWER(name), type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', (spelled,)
    ).fetchall()
    unique, collations = _keys(connection, spelled)
    key = [(column[4], column[0]) for column in columns if column[4]]
    unique.add(frozenset(column for _, column in key))
    in_keys = frozenset().union(*unique)
    # A single INTEGER PRIMARY KEY is the row's number, which SQLite assigns if a row has none.
    numbered = key[0][1] if len(key) == 1 else None
    return FoundTable(
        name=name,
        columns=tuple(
            _column(
                row,
                strict=bool(strict),
                is_number=row[0] == numbered,
                collation=collations.get(row[0]),
                written_scale=_written_scale(connection, spelled, row[0]) if row[0] in in_keys else None,
            )
            for row in columns
        ),
        unique=frozenset(unique - {frozenset()}),
        is_view=kind == "view",
    )


def _column(
    row: tuple[Any, ...], *, strict: bool, is_number: bool, collation: str | None, written_scale: int | None
) -> FoundColumn:
    name, declared, not_null, default, _, hidden = row
    return FoundColumn(
        name=name,
        type=declared or "without a type",
        holds=_holds(declared.upper(), strict=strict),
        null=not not_null,
        is_filled=default is not None or (is_number and declared.upper() == "INTEGER"),
        is_computed=hidden not in (_ORDINARY, _BY_NAME_ONLY),
        tells_texts_apart=collation in (None, _BYTE_BY_BYTE),
        written_scale=written_scale,
    )


def _written_scale(connection: sqlite3.Connection, table: str, column: str) -> int | None:
    """Give the digits after the point of a number that is kept as text: every row has as many as the first one."""
    name, place = (SQLITE.quote(part) for part in (column, table))
    first = connection.execute(f"SELECT {name} FROM {place} WHERE {name} IS NOT NULL LIMIT 1").fetchone()
    if first is None or not isinstance(first[0], str):
        return None
    return len(first[0].partition(".")[2])


def _holds(declared: str, *, strict: bool) -> Holds:
    """Tell which values are stored unchanged; in a table that is not STRICT the column's affinity decides."""
    if strict:
        return {"TEXT": Holds.TEXT, "INT": Holds.INTEGER, "INTEGER": Holds.INTEGER, "ANY": Holds.ANYTHING}.get(
            declared, Holds.OTHER
        )
    if "INT" in declared:
        return Holds.INTEGER
    if any(part in declared for part in ("CHAR", "CLOB", "TEXT")):
        return Holds.TEXT
    if not declared or "BLOB" in declared:
        return Holds.ANYTHING
    if any(part in declared for part in ("REAL", "FLOA", "DOUB")):
        return Holds.OTHER
    # Whole numbers stay whole, so booleans and integers are safe; a decimal passed as text becomes a float.
    return Holds.INTEGER


def _keys(connection: sqlite3.Connection, name: str) -> tuple[set[frozenset[str]], dict[str, str]]:
    """Give the columns of each unique index, and by which collation a column is compared in them."""
    unique: set[frozenset[str]] = set()
    collations: dict[str, str] = {}
    indexes = connection.execute('SELECT name FROM pragma_index_list(?) WHERE "unique" AND NOT partial', (name,))
    for (index,) in indexes.fetchall():
        columns = connection.execute(
            "SELECT LOWER(name), coll FROM pragma_index_xinfo(?) WHERE key", (index,)
        ).fetchall()
        if all(column is not None for column, _ in columns):
            unique.add(frozenset(column for column, _ in columns))
            collations.update((column, coll) for column, coll in columns if coll != _BYTE_BY_BYTE)
    return unique, collations

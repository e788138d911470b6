"""Describes a table from Oracle's data dictionary.

CHAR_LENGTH is in characters whatever CHAR_USED says the length is counted in; DATA_PRECISION is NULL for NUMBER without
limits, and for INTEGER, which has DATA_SCALE 0. The views show tables of other schemas too, as far as the user was
granted anything on them. https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/ALL_TAB_COLUMNS.html
"""

import re
from collections import defaultdict

from csvbatch.store.errors import StoreError
from csvbatch.store.found import FoundColumn, FoundTable, Holds, Query

# A bare name means what belongs to the current schema, or else what a synonym of the schema or of everybody names.
_PLACE = (
    "SELECT owner, table_name FROM all_tab_cols WHERE column_id = 1 AND "
    "owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AND table_name = UPPER(:name)"
)
_SYNONYM = (
    "SELECT table_owner, table_name FROM all_synonyms WHERE synonym_name = UPPER(:name) AND db_link IS NULL AND "
    "owner IN (SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'), 'PUBLIC') "
    "ORDER BY CASE owner WHEN 'PUBLIC' THEN 1 ELSE 0 END"
)
_COLUMNS = (
    "SELECT LOWER(column_name), data_type, data_length, char_length, char_used, data_precision, data_scale, nullable, "
    "default_length, virtual_column FROM all_tab_cols "
    "WHERE owner = :owner AND table_name = :name AND hidden_column = 'NO' ORDER BY column_id"
)
_KEYS = (
    "SELECT 'C' AS kind, c.constraint_name AS key_name, LOWER(k.column_name) AS column_name "
    "FROM all_constraints c JOIN all_cons_columns k "
    "ON k.owner = c.owner AND k.constraint_name = c.constraint_name AND k.table_name = c.table_name "
    "WHERE c.owner = :owner AND c.table_name = :name AND c.constraint_type IN ('P', 'U') AND c.status = 'ENABLED' "
    "UNION ALL "
    "SELECT 'I' AS kind, i.index_name AS key_name, LOWER(k.column_name) AS column_name "
    "FROM all_indexes i JOIN all_ind_columns k ON k.index_owner = i.owner AND k.index_name = i.index_name "
    "WHERE i.table_owner = :owner AND i.table_name = :name AND i.uniqueness = 'UNIQUE'"
)
_CHARACTER_SET = "SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'"

# These have every character that a file may contain. UTF8 is the older one.
_UNICODE = ("AL32UTF8", "UTF8")

_TIMESTAMP = re.compile(r"TIMESTAMP\((\d+)\)")
_INTEGER_DIGITS = 38


def check_character_set(query: Query) -> None:
    """Raise StoreError unless the database can store every character that a file may contain.

    Oracle does not refuse a character that its character set lacks: it stores another one without an error.
    https://docs.oracle.com/en/database/oracle/oracle-database/19/nlspg/character-set-migration.html
    """
    found = query(_CHARACTER_SET, {})
    name = found[0][0] if found else "unknown"
    if name not in _UNICODE:
        raise StoreError(
            "CHARACTER_SET",
            f"the database's character set is {name}, which would silently replace characters that it lacks",
            "load into a database (or pluggable database) whose NLS_CHARACTERSET is AL32UTF8",
        )


def read_table(query: Query, name: str) -> FoundTable | None:
    """Describe a table or view; None if this user can see none of that name."""
    place = query(_PLACE, {"name": name}) or query(_SYNONYM, {"name": name})
    if not place:
        return None
    at = dict(zip(("owner", "name"), place[0], strict=True))
    columns = query(_COLUMNS, at)
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, key, column in query(_KEYS, at):
        keys[kind, key].add(column)
    if not columns:
        return None
    return FoundTable(
        name=name,
        columns=tuple(_column(*row) for row in columns),
        unique=frozenset(map(frozenset, keys.values())),
    )


def _column(
    name: str,
    kind: str,
    length: int,
    characters: int | None,
    counted: str | None,
    precision: int | None,
    scale: int | None,
    nullable: str,
    default_length: int | None,
    is_virtual: str,
) -> FoundColumn:
    holds, size, after_point, counts_bytes = _values(kind, length, characters, counted, precision, scale)
    return FoundColumn(
        name=name,
        type=_type_name(kind, size, after_point, counted),
        holds=holds,
        size=size,
        scale=after_point,
        counts_bytes=counts_bytes,
        null=nullable == "Y",
        is_filled=bool(default_length),
        is_computed=is_virtual == "YES",
    )


def _values(
    kind: str, length: int, characters: int | None, counted: str | None, precision: int | None, scale: int | None
) -> tuple[Holds, int | None, int, bool]:
    """Tell which values a type stores unchanged: size, digits after the point, and whether the size is in bytes.

    The views' numbers have no declared digits, so that the driver may give them as floats.
    """
    if fraction := _TIMESTAMP.fullmatch(kind):
        return Holds.TIMESTAMP, int(fraction[1]), 0, False
    match kind:
        case "VARCHAR2" if counted == "B":
            return Holds.TEXT, int(length), 0, True
        case "VARCHAR2" | "NVARCHAR2":
            return Holds.TEXT, int(characters or 0), 0, False
        case "CLOB" | "NCLOB":
            return Holds.LARGE_TEXT, None, 0, False
        case "NUMBER" if precision is None and scale is None:
            return Holds.DECIMAL, None, 0, False
        case "NUMBER":
            return Holds.DECIMAL, _INTEGER_DIGITS if precision is None else int(precision), int(scale or 0), False
        case "DATE":
            # A day with its time, to the second.
            return Holds.TIMESTAMP, 0, 0, False
        case _:
            return Holds.OTHER, None, 0, False


def _type_name(kind: str, size: int | None, scale: int, counted: str | None) -> str:
    if kind == "NUMBER" and size is not None:
        return f"NUMBER({size}, {scale})"
    if kind in ("VARCHAR2", "NVARCHAR2"):
        unit = "" if kind == "NVARCHAR2" else {"B": " BYTE", "C": " CHAR"}.get(counted or "", "")
        return f"{kind}({size}{unit})"
    return kind

"""Describes a table from PostgreSQL's catalog.

https://www.postgresql.org/docs/current/catalog-pg-attribute.html, https://www.postgresql.org/docs/current/catalog-pg-index.html
"""

from collections import defaultdict
from typing import Any

from csvbatch.store.found import FoundColumn, FoundTable, Holds, Query

_TABLES = ("r", "p")
_KIND = "SELECT relkind FROM pg_class WHERE oid = to_regclass(quote_ident(:table))"
# A domain is taken for the type that it is made of; its own checks refuse rows, and change none.
_COLUMNS = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod), COALESCE(b.typname, t.typname), "
    "CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END, NOT (a.attnotnull OR t.typnotnull), "
    "a.atthasdef OR a.attidentity = 'd', a.attgenerated <> '' OR a.attidentity = 'a', "
    "COALESCE(c.collisdeterministic, TRUE), b.oid IS NULL "
    "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
    "LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd' "
    "LEFT JOIN pg_collation c ON c.oid = a.attcollation "
    "WHERE a.attrelid = to_regclass(quote_ident(:table)) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)
# The indexes that ON CONFLICT accepts: valid, of whole columns, of all rows, checked row by row.
_KEYS = (
    "SELECT i.indexrelid, a.attname FROM pg_index i "
    "CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) "
    "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.place <= i.indnkeyatts "
    "WHERE i.indrelid = to_regclass(quote_ident(:table)) AND i.indisunique AND i.indisvalid AND i.indimmediate "
    "AND i.indpred IS NULL AND i.indexprs IS NULL"
)

# https://www.postgresql.org/docs/current/datatype-numeric.html: digits that every such integer may have, but for
# bigint, which holds what a contract's integer may be.
_INTEGERS = {"int2": 4, "int4": 9, "int8": 19}
_FRACTION_DIGITS = 6
# A type modifier is the length or the digits plus this number.
_HEADER = 4


def read_table(query: Query, name: str) -> FoundTable | None:
    """Describe a table or view; None if there is none."""
    kind = query(_KIND, {"table": name})
    if not kind:
        return None
    keys: dict[Any, set[str]] = defaultdict(set)
    for index, column in query(_KEYS, {"table": name}):
        keys[index].add(column)
    return FoundTable(
        name=name,
        columns=tuple(_column(*row) for row in query(_COLUMNS, {"table": name})),
        unique=frozenset(map(frozenset, keys.values())),
        is_view=_text(kind[0][0]) not in _TABLES,
    )


def _text(value: str | bytes) -> str:
    """Read PostgreSQL's type "char", which psycopg gives as bytes."""
    return value.decode() if isinstance(value, bytes) else value


def _column(
    name: str,
    type_name: str,
    kind: str,
    modifier: int,
    null: bool,
    is_filled: bool,
    is_computed: bool,
    apart: bool,
    is_plain: bool,
) -> FoundColumn:
    holds, size, scale = _values(kind, modifier)
    return FoundColumn(
        name=name,
        type=type_name,
        holds=holds,
        size=size,
        scale=scale,
        null=null,
        is_filled=is_filled,
        is_computed=is_computed,
        tells_texts_apart=apart,
        can_be_widened=is_plain,
    )


def _values(kind: str, modifier: int) -> tuple[Holds, int | None, int]:
    """Tell which values a type stores unchanged, with how many characters or digits, and how many after the point."""
    is_limited = modifier >= 0
    match kind:
        case "text" | "varchar":
            return Holds.TEXT, modifier - _HEADER if is_limited else None, 0
        case "int2" | "int4" | "int8":
            return Holds.INTEGER, _INTEGERS[kind], 0
        case "numeric" if is_limited:
            # Precision above the scale; the scale is signed, with 11 bits, from version 15 on.
            packed = modifier - _HEADER
            scale = ((packed & 0x7FF) ^ 0x400) - 0x400
            return Holds.DECIMAL, packed >> 16 & 0xFFFF, scale
        case "numeric":
            return Holds.DECIMAL, None, 0
        case "date":
            return Holds.DATE, None, 0
        case "timestamp":
            return Holds.TIMESTAMP, modifier if is_limited else _FRACTION_DIGITS, 0
        case "timestamptz":
            return Holds.INSTANT, modifier if is_limited else _FRACTION_DIGITS, 0
        case "bool":
            return Holds.BOOLEAN, None, 0
        case _:
            return Holds.OTHER, None, 0

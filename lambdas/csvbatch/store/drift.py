"""Compares an existing table with the one that is needed: what differs, and which statement corrects it.

A difference has a statement if that statement loses nothing: a longer text, more digits, a column that may be NULL.
Everything else is left to the owner of the table. A table may allow more than needed (longer texts, more digits,
columns of its own that may be NULL or have a default); it may not round, cut, pad or refuse what the contract allows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from csvbatch.contract.columns import MAXIMUM_PRECISION, MAXIMUM_TEXT_BYTES
from csvbatch.store.ddl import add_column
from csvbatch.store.errors import StoreError
from csvbatch.store.found import FoundColumn, FoundTable, Holds
from csvbatch.store.sql_dialect import ColumnKind, SqlDialect
from csvbatch.store.tables import INTEGER_DIGITS, Table, TableColumn

DRIFTED = "TABLE_DRIFTED"
MISSING = "TABLE_MISSING"

_BYTES_PER_CHARACTER = 4
# A bigint has 19 digits, and not every number of 19 digits.
_DIGITS_OF_ANY_BIGINT = 18
_REBUILD = "create a table as `csvbatch ddl` prints it, copy the rows, and replace this table by it"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as needed.

    `what` follows the table's name in a sentence. `statement` corrects it without loss; `advice` is for differences
    without a statement.
    """

    what: str
    advice: str = _REBUILD
    statement: str | None = None


def differences(table: Table, found: FoundTable, sql_dialect: SqlDialect) -> list[Difference]:
    """Give every difference of an existing table from the one that is needed, unless it allows more."""
    if found.is_view:
        return [Difference("is a view", "name the table that it shows, or give the view another name")]
    return [
        *_of_columns(table, found, sql_dialect),
        *_of_extra_columns(table, found),
        *_of_keys(table, found, sql_dialect),
    ]


def drifted(table: Table, found: list[Difference]) -> StoreError:
    """Give the error for a table that cannot be loaded into."""
    if all(difference.statement for difference in found):
        advice = "run `csvbatch migrate`, which changes it without loss"
    else:
        advice = "; ".join(dict.fromkeys(one.advice for one in found if one.statement is None))
    whats = "; it ".join(difference.what for difference in found)
    return StoreError(DRIFTED, f"table {table.name} {whats}", advice)


def missing(table: Table) -> StoreError:
    """Give the error for a missing table."""
    return StoreError(MISSING, f"there is no table {table.name}", "run `csvbatch migrate`")


def _of_columns(table: Table, found: FoundTable, sql_dialect: SqlDialect) -> Iterator[Difference]:
    existing = {column.name: column for column in found.columns}
    for column in table.columns:
        if column.name in existing:
            yield from _of_column(table, column, existing[column.name], sql_dialect)
        elif column.name in table.key:
            yield Difference(
                f"has no column {column.name}, which belongs to its contract's key",
                "make a table with the contract's key, or change the contract's table",
            )
        else:
            yield Difference(f"has no column {column.name}", statement=add_column(table, column, sql_dialect))


def _of_column(table: Table, need: TableColumn, found: FoundColumn, sql_dialect: SqlDialect) -> Iterator[Difference]:
    place = f"column {need.name}"
    if found.is_computed:
        yield Difference(f"computes {place} itself", "make it an ordinary column")
        return
    kept = _kept_as(need, sql_dialect)
    if not _fits(kept, found, in_key=need.name in table.key):
        yield Difference(
            f"has {place} as {found.type}, which has to be {sql_dialect.type_of(need)} or wider",
            statement=_widened(table, kept, found, sql_dialect),
        )
    if need.null and not found.null:
        yield Difference(
            f"takes no NULL in {place}, which its contract allows",
            statement=sql_dialect.allow_null and _alter(table, sql_dialect, sql_dialect.allow_null, need.name),
        )
    if need.name in table.key and need.kind is ColumnKind.DECIMAL and found.written_scale not in (None, need.scale):
        yield Difference(
            f"keeps {place} of its key with {found.written_scale} digits after the point, and its contract has "
            f"{need.scale}: equal numbers would be different keys",
        )
    if need.name in table.key and not found.tells_texts_apart:
        yield Difference(
            f"treats different texts as equal in {place} of its key",
            "give it a collation that compares byte by byte",
        )


def _kept_as(need: TableColumn, sql_dialect: SqlDialect) -> TableColumn:
    """Give the needed column as this database stores it."""
    if need.kind is ColumnKind.INTEGER and not need.size:
        need = replace(need, size=INTEGER_DIGITS)
    kind, size = sql_dialect.kept_as.get(need.kind, (need.kind, need.size))
    return replace(need, kind=kind, size=size)


def _fits(need: TableColumn, found: FoundColumn, *, in_key: bool) -> bool:
    if found.holds is Holds.ANYTHING:
        return True
    match need.kind:
        case ColumnKind.TEXT | ColumnKind.KEY_TEXT:
            if found.holds is Holds.LARGE_TEXT:
                return not in_key and need.kind is ColumnKind.TEXT
            return found.holds is Holds.TEXT and _is_long_enough(need, found)
        case ColumnKind.LONG_TEXT:
            return found.holds is Holds.LARGE_TEXT or (found.holds is Holds.TEXT and found.size is None)
        case ColumnKind.INTEGER:
            if found.holds is Holds.INTEGER:
                return found.size is None or found.size >= need.size
            return found.holds is Holds.DECIMAL and _has_digits(found, need.size, 0)
        case ColumnKind.DECIMAL:
            if found.holds is Holds.INTEGER:
                return need.scale == 0 and need.size <= min(found.size or 0, _DIGITS_OF_ANY_BIGINT)
            return found.holds is Holds.DECIMAL and _has_digits(found, need.size - need.scale, need.scale)
        case ColumnKind.DATE:
            return found.holds in (Holds.DATE, Holds.TIMESTAMP)
        case ColumnKind.TIMESTAMP:
            return found.holds is Holds.TIMESTAMP and (found.size is None or found.size >= need.scale)
        case ColumnKind.BOOLEAN:
            return found.holds is Holds.BOOLEAN
        case ColumnKind.MOMENT:
            return found.holds is Holds.INSTANT and (found.size is None or found.size >= need.scale)


def _is_long_enough(need: TableColumn, found: FoundColumn) -> bool:
    if found.size is None:
        return True
    if need.kind is ColumnKind.TEXT and found.counts_bytes:
        return found.size >= min(need.size * _BYTES_PER_CHARACTER, MAXIMUM_TEXT_BYTES)
    return found.size >= need.size


def _has_digits(found: FoundColumn, before_point: int, after_point: int) -> bool:
    """Tell whether a number has room on both sides of its point; a negative scale rounds even whole numbers."""
    if found.size is None:
        return True
    return found.scale >= after_point and found.size - found.scale >= before_point


def _widened(table: Table, need: TableColumn, found: FoundColumn, sql_dialect: SqlDialect) -> str | None:
    """Give the statement that makes a column wide enough and keeps its values; None if there is none."""
    if sql_dialect.change_type is None or not found.can_be_widened:
        return None
    column = _wide_enough(need, found)
    if column is None or (column.kind is ColumnKind.DECIMAL and column.size > MAXIMUM_PRECISION):
        return None
    return _alter(table, sql_dialect, sql_dialect.change_type, need.name, sql_dialect.type_of(column))


def _wide_enough(need: TableColumn, found: FoundColumn) -> TableColumn | None:
    match need.kind, found.holds:
        case ((ColumnKind.TEXT | ColumnKind.KEY_TEXT), Holds.TEXT):
            return replace(need, size=max(need.size, found.size or 0))
        case ColumnKind.INTEGER, Holds.INTEGER:
            return need
        case ((ColumnKind.INTEGER | ColumnKind.DECIMAL), (Holds.INTEGER | Holds.DECIMAL)):
            after = max(need.scale, found.scale)
            before = max(need.size - need.scale, (found.size or 0) - found.scale)
            return None if found.scale < 0 else replace(need, kind=ColumnKind.DECIMAL, size=before + after, scale=after)
        case ColumnKind.TIMESTAMP, (Holds.TIMESTAMP | Holds.DATE):
            return need
        case _:
            return None


def _alter(table: Table, sql_dialect: SqlDialect, change: str, column: str, kind: str = "") -> str:
    return f"ALTER TABLE {sql_dialect.quote(table.name)} {change.format(column=sql_dialect.quote(column), type=kind)}"


def _of_extra_columns(table: Table, found: FoundTable) -> Iterator[Difference]:
    for column in found.columns:
        needs_value = not (column.null or column.is_filled or column.is_computed)
        if needs_value and column.name not in table.column_names:
            yield Difference(
                f"demands a value for column {column.name}, which is not in its contract",
                f"give {column.name} a default, or allow NULL in it",
            )


def _of_keys(table: Table, found: FoundTable, sql_dialect: SqlDialect) -> Iterator[Difference]:
    needed = [frozenset(columns) for columns in (table.key, *table.unique)]
    for columns, names in zip(needed, (table.key, *table.unique), strict=True):
        if columns <= found.column_names and columns not in found.unique:
            yield Difference(
                f"has no unique key ({', '.join(names)})",
                f"remove duplicate rows, then ALTER TABLE {sql_dialect.quote(table.name)} "
                f"ADD UNIQUE ({sql_dialect.quoted(names)})",
            )
    for others in sorted(map(sorted, found.unique)):
        if set(others) <= set(table.column_names) and not any(columns <= set(others) for columns in needed):
            yield Difference(
                f"has a unique key ({', '.join(others)}), which its contract does not have",
                "drop that key, or make it the contract's key",
            )

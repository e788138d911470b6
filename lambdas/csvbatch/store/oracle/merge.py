"""Merges rows into Oracle: arrays of rows, each row merged by one statement."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched, chain, islice
from operator import itemgetter
from typing import Any

import oracledb

from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store.binds import BindConverter, compile_bind_converter
from csvbatch.store.database import Position
from csvbatch.store.oracle.texts import cut, is_long, joined, names, pieces_of
from csvbatch.store.records import Merged, Row
from csvbatch.store.sql_dialect import ORACLE, ColumnKind
from csvbatch.store.statements import same_key
from csvbatch.store.tables import target_table

ARRAY_ROWS = 5_000
"""Rows that go to the database at once; more of them need more memory here and save no time there."""

STALE_KEYS = 100
"""Keys that one statement looks up."""

# The driver knows texts by themselves. Other columns have a type here, which they need if all their values are NULL.
_BOUND_AS = {
    ColumnKind.TEXT: None,
    ColumnKind.INTEGER: oracledb.DB_TYPE_NUMBER,
    ColumnKind.DECIMAL: oracledb.DB_TYPE_NUMBER,
    ColumnKind.DATE: oracledb.DB_TYPE_DATE,
    ColumnKind.TIMESTAMP: oracledb.DB_TYPE_TIMESTAMP,
    ColumnKind.BOOLEAN: oracledb.DB_TYPE_NUMBER,
}
_CONVERSIONS = {"boolean": "+{value}"}


def merge(
    cursor: oracledb.Cursor,
    set_time_limit: Callable[[], object],
    contract: Contract,
    position: Position,
    rows: Iterable[Row],
) -> Merged:
    """Merge array by array: in each of them a key once, its newest row, in the order of the keys.

    Two chunks with keys in common lock most of them in the same order that way. Deadlocks that are left, between the
    arrays of two chunks, Oracle finds in seconds; one of the chunks is loaded again. `set_time_limit` is called before
    each statement.
    """
    plan = _plan(contract)
    remaining = iter(rows)
    offered = first = stale = 0
    while array := list(islice(remaining, ARRAY_ROWS)):
        offered += len(array)
        newest = {
            plan.key(values): plan.convert(values, position.load_sequence, line, position.load_attempt)
            for line, values in array
        }
        set_time_limit()
        left = _run(cursor, plan, merge_sql, {key: newest[key] for key in sorted(newest)})
        first += len(newest) - len(left)
        if left:
            set_time_limit()
            left = _run(cursor, plan, update_own_sql, left)
        if left:
            set_time_limit()
            numbers = Counter(key for _, values in array if (key := plan.key(values)) in left)
            stale += _count_stale(cursor, plan, [(numbers[key], row) for key, row in left.items()])
    return Merged(offered, superseded=offered - first - stale, stale=stale)


@lru_cache(maxsize=32)
def merge_sql(contract: Contract, *, pieces: bool = False) -> str:
    """Merge one row over one that is not of its own batch and attempt.

    The binds are the contract's columns, sequence, line and attempt, as :v0, :v1 and so on; with `pieces`, those of a
    text as :v0, :v0_p1 and so on. If another transaction changed the row meanwhile, Oracle compares the columns that
    are to be set and restarts the statement where they differ. The position is always one of them.
    """
    columns = (*contract.column_names, *POSITION_COLUMNS)
    values = ", ".join(f"s.{ORACLE.quote(name)}" for name in columns)
    sequence, _, attempt = map(ORACLE.quote, POSITION_COLUMNS)
    other = f"NVL(t.{sequence}, -1) <> s.{sequence} OR NVL(t.{attempt}, -1) <> s.{attempt}"
    return (
        f"{_update(contract, pieces)} WHERE ({_is_older()}) AND ({other}) "
        f"WHEN NOT MATCHED THEN INSERT ({ORACLE.quoted(columns)}) VALUES ({values})"
    )


@lru_cache(maxsize=32)
def update_own_sql(contract: Contract, *, pieces: bool = False) -> str:
    """Merge one row over an older one of its own batch and attempt; the binds are those of `merge_sql`."""
    sequence, line, attempt = map(ORACLE.quote, POSITION_COLUMNS)
    return (
        f"{_update(contract, pieces)} WHERE t.{sequence} = s.{sequence} AND t.{attempt} = s.{attempt} "
        f"AND NVL(t.{line}, -1) < s.{line}"
    )


@lru_cache(maxsize=32)
def count_stale_sql(contract: Contract, *, pieces: bool = False) -> str:
    """Add up the numbers of those keys that a later batch's row has in the table.

    The binds are the sequence, and `STALE_KEYS` times a number of rows and the columns of their key: :load_sequence,
    :n0, :k0_0, :k0_1 and so on; with `pieces`, those of a text as :k0_0, :k0_0_p1 and so on.
    """
    counts = _piece_counts(contract, pieces)
    keys = " UNION ALL ".join(
        f'SELECT :n{number} AS "#", '
        + ", ".join(
            f"{joined(f'k{number}_{index}', counts[position])} AS {ORACLE.quote(name)}"
            for index, (name, position) in enumerate(zip(contract.key, contract.key_positions, strict=True))
        )
        + " FROM DUAL"
        for number in range(STALE_KEYS)
    )
    return (
        f'SELECT COALESCE(SUM(s."#"), 0) FROM ({keys}) s JOIN {ORACLE.quote(contract.table)} t '
        f"ON {same_key(contract, ORACLE)} WHERE t.{ORACLE.quote('load_sequence')} > :load_sequence"
    )


def _update(contract: Contract, pieces: bool) -> str:
    quote = ORACLE.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    counts = _piece_counts(contract, pieces)
    source = ", ".join(f"{joined(f'v{index}', counts[index])} AS {quote(name)}" for index, name in enumerate(columns))
    changes = ", ".join(f"t.{quote(name)} = s.{quote(name)}" for name in columns if name not in contract.key)
    return (
        f"MERGE INTO {quote(contract.table)} t USING (SELECT {source} FROM DUAL) s "
        f"ON ({same_key(contract, ORACLE)}) WHEN MATCHED THEN UPDATE SET {changes}"
    )


def _piece_counts(contract: Contract, pieces: bool) -> list[int]:
    """Give the number of binds of each of the contract's columns and of the position's."""
    lengths = [column.max_length if isinstance(column, StringColumn) else 0 for column in contract.columns]
    return [pieces_of(length) if pieces else 1 for length in (*lengths, *[0] * len(POSITION_COLUMNS))]


def _is_older() -> str:
    """Compare positions part by part: Oracle has no comparison of two rows of values."""
    condition = ""
    for name in reversed(POSITION_COLUMNS):
        mine, theirs = f"NVL(t.{ORACLE.quote(name)}, -1)", f"s.{ORACLE.quote(name)}"
        condition = f"{mine} < {theirs}" + (f" OR ({mine} = {theirs} AND ({condition}))" if condition else "")
    return condition


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows of one contract are merged; `texts` are the columns whose values may need pieces."""

    contract: Contract
    key: Callable[[Sequence[Any]], Any]
    convert: BindConverter
    bound_as: tuple[Any, ...]
    texts: tuple[int, ...]

    def needs_pieces(self, rows: Iterable[Sequence[Any]]) -> bool:
        """Tell whether a text of any of these rows is too long for one bind."""
        return any(is_long(row[position]) for row in rows for position in self.texts) if self.texts else False


@lru_cache(maxsize=16)
def _plan(contract: Contract) -> _Plan:
    return _Plan(
        contract=contract,
        key=itemgetter(*contract.key_positions),
        convert=compile_bind_converter(contract, _CONVERSIONS),
        bound_as=tuple(_BOUND_AS[column.kind] for column in target_table(contract).columns),
        texts=tuple(position for position, count in enumerate(_piece_counts(contract, pieces=True)) if count > 1),
    )


def _run(
    cursor: oracledb.Cursor, plan: _Plan, sql: Callable[..., str], rows: Mapping[Any, tuple[Any, ...]]
) -> dict[Any, tuple[Any, ...]]:
    """Run a statement for each of the rows, which are given by key; give those that it did not merge.

    Counts for each row need Oracle 12.1 or later, and are right for MERGE as long as no errors are collected:
    https://python-oracledb.readthedocs.io/en/latest/user_guide/batch_statement.html
    """
    pieces = plan.needs_pieces(rows.values())
    counts = _piece_counts(plan.contract, pieces)
    sent = list(rows.values())
    if pieces:
        sent = [tuple(chain.from_iterable(map(cut, row, counts))) for row in sent]
    cursor.setinputsizes(
        *chain.from_iterable([kind] * count for kind, count in zip(plan.bound_as, counts, strict=True))
    )
    cursor.executemany(sql(plan.contract, pieces=pieces), sent, arraydmlrowcounts=True)
    taken = cursor.getarraydmlrowcounts()
    return {key: row for (key, row), each in zip(rows.items(), taken, strict=True) if not each}


def _count_stale(cursor: oracledb.Cursor, plan: _Plan, rows: Iterable[tuple[int, tuple[Any, ...]]]) -> int:
    """Of pairs of a number and a row, add up the numbers of those whose key the table has from a later batch."""
    stale = 0
    for some in batched(rows, STALE_KEYS, strict=False):
        pieces = plan.needs_pieces(row for _, row in some)
        counts = _piece_counts(plan.contract, pieces)
        # Always the same statement, so that Oracle need not parse another one: the last key again, with no weight.
        padded = [*some, *[(0, some[-1][1])] * (STALE_KEYS - len(some))]
        parameters: dict[str, Any] = {"load_sequence": some[0][1][-3]}
        types = {}
        for place, (number, row) in enumerate(padded):
            parameters[f"n{place}"] = number
            for index, position in enumerate(plan.contract.key_positions):
                name, count = f"k{place}_{index}", counts[position]
                parameters.update(zip(names(name, count), cut(row[position], count), strict=True))
                if plan.bound_as[position] is not None:
                    types[name] = plan.bound_as[position]
        if types:
            cursor.setinputsizes(**types)
        cursor.execute(count_stale_sql(plan.contract, pieces=pieces), parameters, fetch_lobs=False)
        stale += int(cursor.fetchall()[0][0])
    return stale

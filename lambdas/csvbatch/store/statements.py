"""The statements that merge rows, each only over an older one.

A row is older when its position (sequence, offset, attempt) is, compared in this order; what has no position
counts as oldest. The position moves even where the values are equal: a row left at its old position would give
way to one that is older than the one that found it equal.
"""

from csvbatch.columns import POSITION_COLUMNS
from csvbatch.contract import Contract
from csvbatch.store.grammar import ORACLE, POSTGRESQL, SQLITE, Grammar

STAGE = "csvbatch_stage"
"""PostgreSQL's temporary table for one chunk's rows: the contract's columns and the offset."""

SAMPLE_ROWS = 200
"""Staged rows that tell whether a chunk is likely to bring keys that the table has."""


def sqlite_upsert(contract: Contract) -> str:
    """Merge one row: the contract's columns, sequence, offset, attempt."""
    columns = (*contract.column_names, *POSITION_COLUMNS)
    marks = ", ".join("?" * len(columns))
    target = f"{SQLITE.quote(contract.table)} AS t ({SQLITE.quoted(columns)})"
    return f"INSERT INTO {target} VALUES ({marks}) {_take_over_older(contract, SQLITE)}"


def postgresql_count_known(contract: Contract) -> str:
    """Count those of the first staged rows whose keys the table has."""
    keys = POSTGRESQL.quoted(contract.key)
    return (
        f"SELECT COUNT(*) FROM (SELECT {keys} FROM {STAGE} FETCH FIRST {SAMPLE_ROWS} ROWS ONLY) AS s "
        f"WHERE EXISTS ({_same_key(contract)})"
    )


def postgresql_insert_missing(contract: Contract) -> str:
    """Insert the staged rows whose keys the table does not have.

    A plain INSERT costs a good deal less than one that is ready for a conflict. Somebody who inserts the same key at
    the same time makes it fail.
    """
    return _insert_newest(contract, where=f" WHERE NOT EXISTS ({_same_key(contract)})")


def postgresql_upsert(contract: Contract) -> str:
    """Merge the staged rows, whoever else is at work on the same keys."""
    return f"{_insert_newest(contract)} {_take_over_older(contract, POSTGRESQL)}"


def oracle_merge(contract: Contract) -> str:
    """Merge one row: the contract's columns, sequence, offset, attempt, bound as :v0, :v1 and so on.

    Of a row that somebody else changed meanwhile Oracle compares the columns that are to be set, and begins the
    statement again where they differ: the position is always among them.
    """
    quote = ORACLE.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    source = ", ".join(f":v{index} AS {quote(name)}" for index, name in enumerate(columns))
    same_key = " AND ".join(f"t.{quote(name)} = s.{quote(name)}" for name in contract.key)
    changes = ", ".join(f"t.{quote(name)} = s.{quote(name)}" for name in columns if name not in contract.key)
    values = ", ".join(f"s.{quote(name)}" for name in columns)
    return (
        f"MERGE INTO {quote(contract.table)} t USING (SELECT {source} FROM DUAL) s ON ({same_key}) "
        f"WHEN MATCHED THEN UPDATE SET {changes} WHERE {_older_for_oracle()} "
        f"WHEN NOT MATCHED THEN INSERT ({ORACLE.quoted(columns)}) VALUES ({values})"
    )


def _same_key(contract: Contract) -> str:
    quote = POSTGRESQL.quote
    same_key = " AND ".join(f"t.{quote(name)} = s.{quote(name)}" for name in contract.key)
    return f"SELECT 1 FROM {quote(contract.table)} AS t WHERE {same_key}"


def _insert_newest(contract: Contract, where: str = "") -> str:
    """Insert the newest staged row of each key, in an order of keys that is the same for everybody.

    Two who lock rows in the same order can't wait for each other in a circle. The order is that of bytes,
    because comparing texts by the rules of a language takes several times as long.
    """
    quote = POSTGRESQL.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    texts = {column.name for column in contract.columns if column.type == "string"}
    keys = ", ".join(f's.{quote(name)} COLLATE "C"' if name in texts else f"s.{quote(name)}" for name in contract.key)
    values = ", ".join(f"s.{quote(name)}" for name in contract.column_names)
    return (
        f"INSERT INTO {quote(contract.table)} AS t ({POSTGRESQL.quoted(columns)}) "
        f"SELECT DISTINCT ON ({keys}) {values}, :load_sequence, s.load_offset, :load_attempt "
        f"FROM {STAGE} AS s{where} ORDER BY {keys}, s.load_offset DESC"
    )


def _take_over_older(contract: Contract, grammar: Grammar) -> str:
    quote = grammar.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in columns if name not in contract.key)
    mine = ", ".join(f"COALESCE(t.{quote(name)}, -1)" for name in POSITION_COLUMNS)
    theirs = ", ".join(f"excluded.{quote(name)}" for name in POSITION_COLUMNS)
    return f"ON CONFLICT ({grammar.quoted(contract.key)}) DO UPDATE SET {changes} WHERE ({mine}) < ({theirs})"


def _older_for_oracle() -> str:
    """Compare positions part by part: Oracle can't tell which of two rows of values is the lesser."""
    condition = ""
    for name in reversed(POSITION_COLUMNS):
        mine, theirs = f"NVL(t.{ORACLE.quote(name)}, -1)", f"s.{ORACLE.quote(name)}"
        condition = f"{mine} < {theirs}" + (f" OR ({mine} = {theirs} AND ({condition}))" if condition else "")
    return condition

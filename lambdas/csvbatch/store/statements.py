"""The SQL that merges rows, as far as several databases share it. Each database's own SQL is beside its database.

A merge takes a row only over an older one. A row is older when its position (sequence, line, attempt) is lower,
compared in this order; a row without a position counts as oldest. The position changes even where the values are
equal. Otherwise a row left at its old position would be replaced by a row that is older than the equal one.

To count superseded rows, a merge has to tell which rows of the table are of its own batch and attempt when it meets
them. SQLite calls a function for each of them, PostgreSQL advances a sequence. Oracle merges in two statements: the
first does not change rows of its own batch, so each row it merges is the batch's first with that key; the second
changes only rows of its own batch, and gets only the rows that the first did not merge.
"""

from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.model import Contract
from csvbatch.store.sql_dialect import SqlDialect


def same_key(contract: Contract, sql_dialect: SqlDialect) -> str:
    """Give the condition that the table's row `t` has the key of the row `s`."""
    return " AND ".join(f"t.{sql_dialect.quote(name)} = s.{sql_dialect.quote(name)}" for name in contract.key)


def on_conflict_update(contract: Contract, sql_dialect: SqlDialect) -> str:
    """Give the clause that replaces all columns but the key, for SQLite and PostgreSQL."""
    quote = sql_dialect.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in columns if name not in contract.key)
    return f"ON CONFLICT ({sql_dialect.quoted(contract.key)}) DO UPDATE SET {changes}"


def is_older(sql_dialect: SqlDialect) -> str:
    """Give the condition that the table's row is older than the one that meets it, for SQLite and PostgreSQL."""
    quote = sql_dialect.quote
    mine = ", ".join(f"COALESCE(t.{quote(name)}, -1)" for name in POSITION_COLUMNS)
    theirs = ", ".join(f"excluded.{quote(name)}" for name in POSITION_COLUMNS)
    return f"({mine}) < ({theirs})"

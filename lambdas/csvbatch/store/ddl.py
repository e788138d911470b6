"""Writes the statements that make tables, or bring existing ones up to date."""

from collections.abc import Collection, Iterable

from csvbatch.contract import Contract
from csvbatch.store.errors import StoreError
from csvbatch.store.grammar import GRAMMARS, Grammar
from csvbatch.store.tables import LEDGER, Table, TableColumn, target_table


def ddl(contracts: Iterable[Contract], database: str) -> list[str]:
    """Give the statements that make the ledger and the contracts' tables where there are none.

    `database` is sqlite, postgresql or oracle; each statement is without a semicolon.
    """
    grammar = GRAMMARS[database]
    return [create_table(table, grammar) for table in tables(contracts)]


def tables(contracts: Iterable[Contract]) -> list[Table]:
    """Give the ledger's tables and those of the contracts."""
    return [*LEDGER, *map(target_table, contracts)]


def create_table(table: Table, grammar: Grammar) -> str:
    """Give the statement that makes one table."""
    lines = [_column(column, grammar) for column in table.columns]
    lines.append(f"PRIMARY KEY ({grammar.quoted(table.key)})")
    lines += [f"UNIQUE ({grammar.quoted(columns)})" for columns in table.unique]
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {grammar.quote(table.name)} (\n    {body}\n){grammar.table_options}"


def update_table(table: Table, existing: Collection[str], grammar: Grammar) -> list[str]:
    """Give the statements that make a table, or add to it the columns it lacks.

    `existing` has the names of its columns in lower case, and is empty where there is no such table. A column
    that is added may be NULL, whatever the contract says: rows that are there already have no value for it.
    """
    if not existing:
        return [create_table(table, grammar)]
    if lost := [name for name in table.key if name not in existing]:
        raise StoreError(
            "KEY_COLUMN_MISSING",
            f"table {table.name} has no column {lost[0]}, which belongs to its contract's key",
            "make a table with the contract's key, or change the contract's table",
        )
    return [
        f"ALTER TABLE {grammar.quote(table.name)} ADD {_column(column, grammar, added=True)}"
        for column in table.columns
        if column.name not in existing
    ]


def _column(column: TableColumn, grammar: Grammar, *, added: bool = False) -> str:
    kind = grammar.types[column.kind].format(size=column.size, scale=column.scale)
    null = "" if column.null or added else " NOT NULL"
    return f"{grammar.quote(column.name)} {kind}{null}"

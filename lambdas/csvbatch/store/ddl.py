"""The statements that create tables or add columns to them."""

from collections.abc import Iterable

from csvbatch.contract.model import Contract
from csvbatch.store.sql_dialect import SQL_DIALECTS, SqlDialect
from csvbatch.store.tables import LEDGER, Table, TableColumn, target_table


def ddl(contracts: Iterable[Contract], database: str) -> list[str]:
    """Give the statements that create the ledger and the contracts' tables.

    `database` is sqlite, postgresql or oracle; each statement is without a semicolon.
    """
    sql_dialect = SQL_DIALECTS[database]
    return [create_table(table, sql_dialect) for table in tables(contracts)]


def tables(contracts: Iterable[Contract]) -> list[Table]:
    """Give the ledger's tables and those of the contracts."""
    return [*LEDGER, *map(target_table, contracts)]


def create_table(table: Table, sql_dialect: SqlDialect) -> str:
    """Give the statement that creates one table."""
    lines = [_column(column, sql_dialect) for column in table.columns]
    lines.append(f"PRIMARY KEY ({sql_dialect.quoted(table.key)})")
    lines += [f"UNIQUE ({sql_dialect.quoted(columns)})" for columns in table.unique]
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {sql_dialect.quote(table.name)} (\n    {body}\n){sql_dialect.table_options}"


def add_column(table: Table, column: TableColumn, sql_dialect: SqlDialect) -> str:
    """Give the statement that adds a column; one without a default may be NULL, because of the existing rows."""
    return f"ALTER TABLE {sql_dialect.quote(table.name)} ADD {_column(column, sql_dialect, added=True)}"


def _column(column: TableColumn, sql_dialect: SqlDialect, *, added: bool = False) -> str:
    default = "" if column.default is None else f" DEFAULT {column.default}"
    null = "" if column.null or (added and column.default is None) else " NOT NULL"
    return f"{sql_dialect.quote(column.name)} {sql_dialect.type_of(column)}{default}{null}"

"""Creates the ledger's and the contracts' tables in a transaction, or brings them up to date."""

from collections.abc import Callable, Iterable, Sequence

from csvbatch.store.database import Transaction
from csvbatch.store.ddl import create_table
from csvbatch.store.drift import differences, drifted
from csvbatch.store.errors import StoreError
from csvbatch.store.tables import LEDGER, Table

type BeforeEach = Callable[[Sequence[str], int], None]
"""What a migration calls before each statement: all statements, and the index of the next one."""


def pending(transaction: Transaction, tables: Iterable[Table]) -> list[str]:
    """Give the statements that create or change these tables.

    Raises StoreError with all differences that no statement corrects.
    """
    database = transaction.database
    database.check()
    statements: list[str] = []
    refused: list[StoreError] = []
    for table in tables:
        found = database.table(table.name)
        if found is None:
            statements.append(create_table(table, database.sql_dialect))
            continue
        differing = differences(table, found, database.sql_dialect)
        final = [difference for difference in differing if difference.statement is None]
        if final:
            refused.append(drifted(table, final))
        statements += [difference.statement for difference in differing if difference.statement]
    if refused:
        reasons = "; ".join(error.reason for error in refused)
        raise StoreError(refused[0].code, reasons, "; ".join(dict.fromkeys(error.advice for error in refused)))
    return statements


def migrate(transaction: Transaction, tables: Iterable[Table], before_each: BeforeEach | None) -> list[str]:
    """Run the pending statements and give them."""
    statements = pending(transaction, tables)
    for index, statement in enumerate(statements):
        if before_each:
            before_each(statements, index)
        transaction.run(statement)
    return statements


def has_ledger(transaction: Transaction) -> bool:
    """Tell whether all of the ledger's tables exist."""
    return all(transaction.database.table(table.name) is not None for table in LEDGER)

"""`csvbatch ddl` and `csvbatch migrate`: the tables of the ledger and of the datasets."""

from enum import StrEnum
from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.contracts import all_contracts
from csvbatch.cli.problems import UsageError
from csvbatch.cli.stores import opened_store, require_database, split_url
from csvbatch.cli.terminal import confirm, show, show_json
from csvbatch.store import ddl as statements


class Kind(StrEnum):
    """The databases there are stores for."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    ORACLE = "oracle"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: csvbatch ddl --database-kind oracle > tables.sql")(ddl)
    app.command(epilog="Example: csvbatch migrate --database postgresql://owner@host/csvbatch")(migrate)


def ddl(
    database_kind: Annotated[Kind | None, typer.Option("--database-kind", help="The kind of database.")] = None,
    database: options.Database = None,
    contracts: options.Contracts = None,
) -> None:
    """Print the statements that make the ledger and the datasets' tables."""
    for statement in statements(all_contracts(contracts).values(), (database_kind or _kind(database)).value):
        print(f"{statement};")


def _kind(database: str | None) -> Kind:
    if not database:
        raise UsageError("Say for which database: --database-kind sqlite, postgresql or oracle.")
    scheme = split_url(database).scheme
    try:
        return Kind("postgresql" if scheme == "postgres" else scheme)
    except ValueError:
        raise UsageError("The address is of no database known here: use --database-kind.") from None


def migrate(
    database: options.Database = None,
    secret: options.Secret = None,
    contracts: options.Contracts = None,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Make the tables of the ledger and of the datasets, and add the columns that existing ones lack.

    Nothing is dropped, and no column is changed.
    """
    known = all_contracts(contracts)
    parts = split_url(require_database(database))
    place = f"{parts.scheme} database {parts.hostname or ''}{parts.path}"
    with opened_store(database, secret, create=True) as store:
        confirm(f"Make or complete the ledger and the tables of {', '.join(sorted(known))} in the {place}?", yes=yes)
        done = store.migrate(known.values())
    if json:
        show_json({"statements": done})
        return
    for statement in done:
        print(f"{statement};")
    if not done:
        show("Every table is there and complete.")

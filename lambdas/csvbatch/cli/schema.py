"""`csvbatch ddl` and `csvbatch migrate`: the tables of the ledger and of the datasets."""

from collections.abc import Sequence
from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.contracts import all_contracts
from csvbatch.cli.problems import UsageError
from csvbatch.cli.stores import opened_store, require_database
from csvbatch.cli.terminal import confirm, say, show, show_json
from csvbatch.store import ddl as statements
from csvbatch.store import grants as statements_to_grant
from csvbatch.store.sql_dialect import DatabaseKind
from csvbatch.store.url import parse_url


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: csvbatch ddl --database-kind oracle > tables.sql")(ddl)
    app.command(epilog="Example: csvbatch migrate --database postgresql://owner@host/csvbatch")(migrate)


def ddl(
    database_kind: Annotated[DatabaseKind | None, typer.Option("--database-kind", help="The kind of database.")] = None,
    database: options.Database = None,
    contracts: options.Contracts = None,
    grants: Annotated[
        str | None,
        typer.Option(
            "--grants",
            metavar="USER",
            help="Print the GRANT statements for the loader's user instead, for tables that another user owns.",
        ),
    ] = None,
) -> None:
    """Print the statements that create the ledger and the datasets' tables, or those that let a user load into them.

    With --grants, run the printed statements as the owner of the tables. The user also needs the right to connect,
    and in PostgreSQL to use the schema and to create temporary tables.
    """
    kind, known = database_kind or _kind(database), all_contracts(contracts).values()
    for statement in statements(known, kind) if grants is None else statements_to_grant(known, kind, grants):
        print(f"{statement};")


def _kind(database: str | None) -> DatabaseKind:
    if not database:
        raise UsageError("Name the database: --database-kind sqlite, postgresql or oracle.")
    return parse_url(database).kind


def migrate(
    database: options.Database = None,
    secret: options.Secret = None,
    contracts: options.Contracts = None,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Create the tables of the ledger and of the datasets, and bring existing ones up to date.

    Shows the statements and asks before it runs them. They add tables and columns, and widen columns; existing values
    do not change. If a table differs in a way that no such statement corrects, nothing is run, the differences are
    shown, and the exit status is 1.
    """
    known = all_contracts(contracts)
    place = parse_url(require_database(database)).place
    with opened_store(database, secret, create=True) as store:
        planned = store.migration(known.values())
        if not json:
            for statement in planned:
                print(f"{statement};")
        if planned:
            confirm(f"Run {_counted(planned)} in the {place}?", yes=yes)
            store.migrate(known.values())
    if json:
        show_json({"statements": planned})
    elif planned:
        say(f"ran {_counted(planned)}")
    else:
        show("All tables exist and are up to date.")


def _counted(statements: Sequence[str]) -> str:
    return f"{len(statements)} statement{'' if len(statements) == 1 else 's'}"

"""Opens the database that the options name."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from csvbatch.cli.problems import CommandError, UsageError
from csvbatch.store import Credentials, Store, open_store
from csvbatch.store.tables import BATCH
from csvbatch.store.url import StoreUrl, parse_url

PASSWORD_VARIABLE = "CSVBATCH_DATABASE_PASSWORD"

_SQLITE_BEGIN = b"SQLite format 3\0"


@contextmanager
def opened_store(database: str | None, secret: str | None, *, create: bool = False) -> Iterator[Store]:
    """Open the store at a URL, with the secret's credentials if a secret is named.

    A SQLite file that does not exist is created only with `create`. Otherwise a mistyped path would become an empty
    database.
    """
    url = require_database(database)
    parts = parse_url(url)
    if parts.sqlite_file is not None:
        require_folder(parts.sqlite_file) if create else require_ledger(parts.sqlite_file)
    needs_secret = secret and parts.sqlite_file is None and parts.credentials is None
    store = _with_secret(url, secret) if needs_secret else open_store(url, credentials_of(parts))
    try:
        yield store
    finally:
        store.close_connection()


def require_database(database: str | None) -> str:
    """Give the database's URL; raises UsageError if there is none."""
    if not database:
        raise UsageError("No database is given: use --database URL, or set CSVBATCH_DATABASE_URL.")
    return database


def require_folder(path: Path) -> None:
    """Raise UsageError if no file can be created at a path."""
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no directory {path.parent}. Correct --database, or create the directory.")
    if path.is_dir():
        raise UsageError(f"{path} is a directory: --database names a file in it, such as {path / 'csvbatch.db'}.")


def require_ledger(path: Path) -> None:
    """Raise UsageError if there is no SQLite database with a ledger at a path; does not change the file."""
    advice = "Correct --database; `csvbatch load` and `csvbatch migrate` create a new database."
    if not path.is_file():
        raise UsageError(f"{path}: there is no such SQLite database. {advice}")
    # The first bytes of each: https://www.sqlite.org/fileformat2.html#the_database_header
    with path.open("rb") as stream:
        begin = stream.read(len(_SQLITE_BEGIN))
    if begin != _SQLITE_BEGIN:
        raise UsageError(f"{path} is not a SQLite database. {advice}")
    if not _has_ledger(path):
        raise UsageError(f"{path} has no ledger of csvbatch. {advice}")


def _has_ledger(path: Path) -> bool:
    """Tell whether the table of batches exists; True if that cannot be read, so that the store reports why.

    Without a write-ahead log the file is complete, and an immutable reader creates no files beside it:
    https://www.sqlite.org/wal.html#read_only_databases
    """
    log = path.with_name(f"{path.name}-wal")
    query = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{query}", uri=True)) as connection:
            table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (BATCH.name,)).fetchone()
    except sqlite3.Error:
        return True
    return table is not None


def credentials_of(url: StoreUrl, variables: Mapping[str, str] = os.environ) -> Credentials | None:
    """Give the URL's user with the password of the environment; None if the URL has all that is needed."""
    password = variables.get(PASSWORD_VARIABLE)
    if not password or url.sqlite_file is not None or (url.credentials and url.credentials.password):
        return None
    if not url.credentials:
        raise UsageError(f"{PASSWORD_VARIABLE} is set, but the database's URL names no user: add the user to the URL.")
    return Credentials(url.credentials.username, password)


def _with_secret(url: str, secret: str | None) -> Store:
    from csvbatch.aws.secrets import SecretError, StoreAccess
    from csvbatch.cli.aws import aws, translated

    try:
        with translated():
            return StoreAccess(url, secret or "", aws().client("secretsmanager")).use(lambda store: store)
    except SecretError as error:
        raise CommandError(f"Secret {secret}: {error}.") from None

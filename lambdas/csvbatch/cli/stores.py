"""Opens the database that the options name."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from csvbatch.cli.problems import CommandError, UsageError
from csvbatch.store import Credentials, Store, open_store
from csvbatch.store.tables import BATCH

PASSWORD_VARIABLE = "CSVBATCH_DATABASE_PASSWORD"

_SQLITE_BEGIN = b"SQLite format 3\0"


@contextmanager
def opened_store(database: str | None, secret: str | None, *, create: bool = False) -> Iterator[Store]:
    """The store at an address, with the secret's credentials where a secret is named.

    A SQLite file that is not there is made only where `create` says so; another command that did would turn a
    mistyped path into an empty database.
    """
    url = require_database(database)
    if (path := sqlite_path(url)) is not None:
        require_folder(path) if create else require_ledger(path)
    store = _with_secret(url, secret) if _needs(url, secret) else open_store(url, credentials_of(url))
    try:
        yield store
    finally:
        store.close_connection()


def require_database(database: str | None) -> str:
    """The address, which only a user can know."""
    if not database:
        raise UsageError("No database is named: give --database URL, or set CSVBATCH_DATABASE_URL.")
    return database


def split_url(url: str) -> SplitResult:
    """The parts of an address; what is wrong with one is said without repeating it, for it may hold a password."""
    try:
        return urlsplit(url)
    except ValueError:
        raise UsageError("The database's address cannot be read: see --help for its forms.") from None


def sqlite_path(url: str) -> Path | None:
    """The file that an address names; None where it names none, or another kind of database."""
    parts = split_url(url)
    path = unquote(parts.path.removeprefix("/"))
    return Path(path) if parts.scheme == "sqlite" and path and not parts.netloc and path != ":memory:" else None


def is_new_sqlite(url: str) -> bool:
    """Whether an address names a SQLite file that is not there, or has nothing in it."""
    path = sqlite_path(url)
    return path is not None and (not path.exists() or (path.is_file() and not path.stat().st_size))


def require_folder(path: Path) -> None:
    """Raise UsageError where no file can be made at a path, because its folder is not there."""
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no directory {path.parent}. Correct --database, or make the directory.")
    if path.is_dir():
        raise UsageError(f"{path} is a directory: --database names a file in it, such as {path / 'csvbatch.db'}.")


def require_ledger(path: Path) -> None:
    """Raise UsageError where there is no SQLite database with a ledger at a path; leaves the file as it is."""
    advice = "Correct --database; `csvbatch load` and `csvbatch migrate` make a new database."
    if not path.is_file():
        raise UsageError(f"{path}: there is no such SQLite database. {advice}")
    # The first bytes of each: https://www.sqlite.org/fileformat2.html#the_database_header
    with path.open("rb") as stream:
        begin = stream.read(len(_SQLITE_BEGIN))
    if begin != _SQLITE_BEGIN:
        raise UsageError(f"{path} is not a SQLite database. {advice}")
    if not _has_ledger(path):
        raise UsageError(f"{path} has no ledger of csvbatch in it. {advice}")


def _has_ledger(path: Path) -> bool:
    """Whether the table of batches is there; True where that cannot be read, for the store to say why.

    Without a log beside it the file has everything in it, and a reader that says so leaves no files of its own:
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


def credentials_of(url: str, variables: Mapping[str, str] = os.environ) -> Credentials | None:
    """The user of the address with the password of the environment; None where the address says enough."""
    password = variables.get(PASSWORD_VARIABLE)
    parts = split_url(url)
    if not password or parts.scheme == "sqlite" or parts.password:
        return None
    if not parts.username:
        raise UsageError(f"{PASSWORD_VARIABLE} is set, but the database's address names no user: put one there.")
    return Credentials(unquote(parts.username), password)


def _needs(url: str, secret: str | None) -> str | None:
    """The secret, unless the database has no credentials, or the address brings its own."""
    parts = split_url(url)
    return None if parts.scheme == "sqlite" or parts.username else secret


def _with_secret(url: str, secret: str | None) -> Store:
    from csvbatch.aws.secrets import SecretError, StoreAccess
    from csvbatch.cli.aws import aws, translated

    try:
        with translated():
            return StoreAccess(url, secret or "", aws().client("secretsmanager")).use(lambda store: store)
    except SecretError as error:
        raise CommandError(f"Secret {secret}: {error}.") from None

"""Reads the address of a store and opens it, importing no other driver than its own."""

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from csvbatch.store.database import Clock, Credentials, Database
from csvbatch.store.errors import UrlError
from csvbatch.store.oracle.address import oracle_address
from csvbatch.store.store import Store
from csvbatch.store.waits import Timeouts

_FORMS = (
    "use sqlite:///file.db (sqlite:////folder/file.db for an absolute path), "
    "postgresql://user@host:port/database or oracle://user@host:port/service?protocol=tcps"
)


def open_store(
    url: str,
    credentials: Credentials | None = None,
    *,
    clock: Clock | None = None,
    timeouts: Timeouts | None = None,
) -> Store:
    """Give the store at an address; it connects when first used.

    `credentials` go before a user and password in the address. Raises `UrlError`.
    """
    return Store(open_database(url, credentials, timeouts or Timeouts()), clock)


def open_database(url: str, credentials: Credentials | None, timeouts: Timeouts) -> Database:
    """Give the database at an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UrlError(f"it is not an address; {_FORMS}") from None
    match parts.scheme:
        case "sqlite":
            from csvbatch.store.sqlite.database import SqliteDatabase

            return SqliteDatabase(_sqlite_path(parts), timeouts)
        case "postgresql" | "postgres":
            from csvbatch.store.postgresql.database import PostgresqlDatabase

            return PostgresqlDatabase(url, credentials, timeouts)
        case "oracle":
            from csvbatch.store.oracle.database import OracleDatabase

            return OracleDatabase(oracle_address(parts), credentials or url_credentials(parts), timeouts)
        case other:
            raise UrlError(f"no store is called {other!r}; {_FORMS}")


def _sqlite_path(parts: SplitResult) -> Path:
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not path or path == ":memory:":
        raise UrlError(f"a SQLite store is a file, after three slashes; {_FORMS}")
    return Path(path)


def url_credentials(parts: SplitResult) -> Credentials | None:
    """Give the user and password that an address has in it."""
    if parts.username is None:
        return None
    return Credentials(unquote(parts.username), unquote(parts.password or ""))

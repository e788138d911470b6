"""Opens the store at a URL. It imports the driver of that database and no other."""

from csvbatch.store.database import Clock, Credentials, Database
from csvbatch.store.store import Store
from csvbatch.store.url import OracleAddress, StoreUrl, parse_url
from csvbatch.store.waits import Timeouts


def open_store(
    url: str,
    credentials: Credentials | None = None,
    *,
    clock: Clock | None = None,
    timeouts: Timeouts | None = None,
) -> Store:
    """Give the store at a URL; it connects when it is first used.

    `credentials` take precedence over a user and password in the URL. Raises UrlError.
    """
    return Store(open_database(parse_url(url), credentials, timeouts or Timeouts()), clock)


def open_database(url: StoreUrl, credentials: Credentials | None, timeouts: Timeouts) -> Database:
    """Give the database at a URL."""
    match url.address:
        case str(conninfo):
            from csvbatch.store.postgresql.database import PostgresqlDatabase

            return PostgresqlDatabase(conninfo, credentials, timeouts)
        case OracleAddress() as address:
            from csvbatch.store.oracle.database import OracleDatabase

            return OracleDatabase(address, credentials or url.credentials, timeouts)
        case path:
            from csvbatch.store.sqlite.database import SqliteDatabase

            return SqliteDatabase(path, timeouts)

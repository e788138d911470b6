"""The databases that schedules run over, each emptied before a schedule."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from csvbatch.store import Store, Timeouts
from csvbatch.store.database import Database
from csvbatch.store.ddl import tables
from csvbatch.store.oracle.database import OracleDatabase
from csvbatch.store.postgresql.database import PostgresqlDatabase
from csvbatch.store.sqlite.database import SqliteDatabase
from csvbatch.store.url import OracleAddress, parse_url
from tests.faults.world import CONTRACT
from tests.support.oracle_listener import oracle_listener
from tests.support.postgresql import postgresql


@dataclass(frozen=True)
class Place:
    """A database with the tables of the simulation."""

    name: str
    open: Callable[[], Database]

    def empty(self) -> None:
        """Delete all rows."""
        database = self.open()
        database.begin(write=True)
        for table in tables([CONTRACT]):
            database.execute(f"DELETE FROM {database.sql_dialect.quote(table.name)}", {})
        database.commit()
        database.close()


@contextmanager
def sqlite_place(folder: Path) -> Iterator[Place]:
    """Give a SQLite file in a folder."""
    yield _migrated(Place("sqlite", lambda: SqliteDatabase(folder / "store.db", Timeouts())))


@contextmanager
def postgresql_place() -> Iterator[Place]:
    """Give a PostgreSQL server of its own."""
    with postgresql() as server:
        yield _migrated(Place("postgresql", lambda: PostgresqlDatabase(server.url(), None, Timeouts())))


@contextmanager
def oracle_place() -> Iterator[Place]:
    """Give a database behind a listener that Oracle's driver logs in to."""
    with oracle_listener() as listener:
        url = parse_url(listener.url("faults"))
        address, credentials = url.address, url.credentials
        assert isinstance(address, OracleAddress)
        yield _migrated(Place("oracle", lambda: OracleDatabase(address, credentials, Timeouts())))


def _migrated(place: Place) -> Place:
    store = Store(place.open())
    store.migrate([CONTRACT])
    store.close_connection()
    return place

"""The databases that simulated schedules run over, each emptied before a schedule."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from csvbatch.contract.model import Contract
from csvbatch.pipeline import progress, splitting
from csvbatch.store import Store, Timeouts
from csvbatch.store.database import Database
from csvbatch.store.ddl import tables
from csvbatch.store.oracle.database import OracleDatabase
from csvbatch.store.postgresql.database import PostgresqlDatabase
from csvbatch.store.sqlite.database import SqliteDatabase
from csvbatch.store.url import OracleAddress, parse_url
from tests.faults.schedule import OF_SIMULATIONS, Plan
from tests.faults.simulated import CONTRACT, SimulatedWorld
from tests.support.oracle_listener import oracle_listener
from tests.support.postgresql import postgresql

_WINDOW_BYTES = 24


@dataclass(frozen=True)
class Place:
    """A database with the tables of the simulation."""

    name: str
    open: Callable[[], Database]
    plan: Plan = OF_SIMULATIONS

    @contextmanager
    def running(self) -> Iterator[SimulatedWorld]:
        """Give an empty world."""
        empty(self.open(), CONTRACT)
        with _small_windows():
            yield SimulatedWorld(self.open)


def empty(database: Database, *contracts: Contract) -> None:
    """Delete all rows of the ledger and of the contracts' tables, and close the connection."""
    database.begin(write=True)
    for table in tables(contracts):
        database.execute(f"DELETE FROM {database.sql_dialect.quote(table.name)}", {})
    database.commit()
    database.close()


@contextmanager
def _small_windows() -> Iterator[None]:
    """Let a split of a small file be interrupted between chunks, as that of a large one is."""
    small = {name: partial(getattr(splitting, name), window_bytes=_WINDOW_BYTES) for name in ("scan", "scan_again")}
    changes: dict[str, Any] = {"_BLOCK_BYTES": _WINDOW_BYTES, **small}
    with patch.multiple(splitting, **changes), patch.object(progress, "_SAVED_TOGETHER", 2):
        yield


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

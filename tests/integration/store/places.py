"""Where the store's tests run: a fresh, empty place in each kind of database."""

import sqlite3
from abc import ABC, abstractmethod
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import oracledb
import psycopg

from csvbatch.contract.model import Contract
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import Clock, Store, Timeouts
from csvbatch.store.database import Database
from csvbatch.store.ddl import tables
from csvbatch.store.oracle.database import OracleDatabase
from csvbatch.store.postgresql.database import PostgresqlDatabase
from csvbatch.store.sqlite.database import SqliteDatabase
from csvbatch.store.url import OracleAddress, parse_url
from scripts.common.paths import REPOSITORY
from tests.integration.store.contracts import CONTRACTS
from tests.integration.store.faults import Faults, oracle_connect, postgresql_connect, sqlite_connect
from tests.support.postgresql import Server

SHIPPED = load_contracts(REPOSITORY / "lambdas" / "contracts")
POSITION = ("load_sequence", "load_line", "load_attempt")


class Place(ABC):
    """A database with the tables of the tests' contracts in it."""

    def __init__(self) -> None:
        self._opened: list[Database] = []
        self._own = self.open(None, Timeouts())
        Store(self._own).migrate(CONTRACTS)

    @abstractmethod
    def open(self, faults: Faults | None, timeouts: Timeouts) -> Database:
        """Give a connection of its own."""

    def empty(self) -> None:
        """Close what was opened and remove all rows."""
        while self._opened:
            self._opened.pop().close()
        for table in tables(CONTRACTS):
            self.run(f"DELETE FROM {self.quote(table.name)}")

    def close(self) -> None:
        """Close what was opened, and the connection that looks at it all."""
        self.empty()
        self._own.close()

    def store(
        self, *, clock: Clock | None = None, faults: Faults | None = None, timeouts: Timeouts | None = None
    ) -> Store:
        """Give a store over a connection of its own."""
        self._opened.append(self.open(faults, timeouts or Timeouts()))
        return Store(self._opened[-1], clock)

    def run(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement of the test's own."""
        self._own.begin(write=True)
        rows = self._own.execute(sql, parameters).rows
        self._own.commit()
        return rows

    def columns(self, table: str) -> set[str]:
        """Give the names of a table's columns."""
        self._own.begin(write=False)
        found = self._own.table(table)
        self._own.commit()
        return set(found.column_names) if found else set()

    def drop(self, table: str) -> None:
        """Remove a table if it is there."""
        if self.columns(table):
            self.run(f"DROP TABLE {self.quote(table)}")

    def drop_index(self, index: str) -> None:
        """Remove an index."""
        self.run(f"DROP INDEX {self.quote(index)}")

    @property
    def dialect(self) -> str:
        """Name of the dialect that statements are written in."""
        return self._own.sql_dialect.name

    def quote(self, name: str) -> str:
        """Quote an identifier as this database does."""
        return self._own.sql_dialect.quote(name)

    def rows(self, contract: Contract) -> list[tuple[Any, ...]]:
        """Give the rows of a contract's table as Python values, position included, in the order of the key."""
        names = (*contract.column_names, *POSITION)
        sql = f"SELECT {', '.join(map(self.quote, names))} FROM {self.quote(contract.table)}"
        found = [
            tuple(_python(value, column.type) for value, column in zip(row, contract.columns, strict=False))
            + tuple(None if part is None else int(part) for part in row[len(contract.columns) :])
            for row in self.run(sql)
        ]
        key = [names.index(name) for name in contract.key]
        return sorted(found, key=lambda row: [row[index] for index in key])

    def values(self, contract: Contract) -> list[tuple[Any, ...]]:
        """Give the rows without their positions."""
        return [row[: -len(POSITION)] for row in self.rows(contract)]


def _python(value: Any, kind: str) -> Any:
    if value is None:
        return None
    match kind:
        case "decimal":
            return Decimal(value)
        case "date":
            return date.fromisoformat(value) if isinstance(value, str) else date(*value.timetuple()[:3])
        case "timestamp":
            return datetime.fromisoformat(value) if isinstance(value, str) else value
        case "boolean":
            assert value in (0, 1)
            return bool(value)
        case _:
            return value


class SqlitePlace(Place):
    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__()

    def open(self, faults: Faults | None, timeouts: Timeouts) -> Database:
        connect = sqlite_connect(faults) if faults else sqlite3.connect
        return SqliteDatabase(self._path, timeouts, connect)


class PostgresqlPlace(Place):
    def __init__(self, server: Server, schema: str) -> None:
        self.server = server
        self.url = f"{server.url()}&options={quote(f'-csearch_path={schema}')}"
        with psycopg.connect(server.url()) as connection:
            connection.execute(f"CREATE SCHEMA {schema}".encode())
        super().__init__()

    def open(self, faults: Faults | None, timeouts: Timeouts) -> Database:
        connect = postgresql_connect(faults) if faults else psycopg.connect
        return PostgresqlDatabase(self.url, None, timeouts, connect)


class OraclePlace(Place):
    """The schema of the user that an address names; its tables of the tests' names belong to the tests."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__()

    def open(self, faults: Faults | None, timeouts: Timeouts) -> Database:
        url = parse_url(self.url)
        assert isinstance(url.address, OracleAddress)
        connect = oracle_connect(oracledb.connect, faults) if faults else oracledb.connect
        return OracleDatabase(url.address, url.credentials, timeouts, connect)

    def drop(self, table: str) -> None:
        """Remove a table for good, and not into the recycle bin, if it is there."""
        if self.columns(table):
            self.run(f"DROP TABLE {self.quote(table)} PURGE")

    def close(self) -> None:
        """Close what was opened and remove the tables, those of the shipped contracts too."""
        self.empty()
        for table in tables([*CONTRACTS, *SHIPPED.values()]):
            self.drop(table.name)
        self._own.close()

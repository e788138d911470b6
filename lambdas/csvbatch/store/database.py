"""The interface that each database implements, and one transaction in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from csvbatch.contract.model import Contract
from csvbatch.store.errors import StoreError
from csvbatch.store.found import FoundTable
from csvbatch.store.records import Merged, Row, moment
from csvbatch.store.sql_dialect import SqlDialect
from csvbatch.store.waits import Waits

type Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Credentials:
    """The user name and password of a database, and the certificates to trust (PEM); never shown."""

    username: str
    password: str
    ca_pem: str | None = None

    def __repr__(self) -> str:
        return "Credentials(…)"


class Position(NamedTuple):
    """The parts of a row's position that are the same for a whole chunk."""

    load_sequence: int
    load_attempt: int


class Result(NamedTuple):
    """Rows that a query found, and how many rows a statement touched."""

    rows: list[tuple[Any, ...]]
    touched: int


class Database(Protocol):
    """One connection, opened when first needed and again after it was lost.

    `connections` counts those opened so far.
    """

    sql_dialect: SqlDialect
    waits: Waits
    connections: int

    def begin(self, *, write: bool) -> None:
        """Start a transaction, and open a connection if there is none."""

    def commit(self) -> None:
        """Commit the transaction."""

    def rollback(self) -> None:
        """Roll the transaction back; never raises. A broken connection is opened again by the next `begin`."""

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        """Run one statement whose parameters are written as `:name`."""

    def execute_many(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each of the sets of parameters, of which there is at least one."""

    def now(self) -> datetime:
        """Read the database's clock."""

    def check(self) -> None:
        """Raise StoreError if the database cannot store what is loaded, whatever its tables are."""

    def table(self, name: str) -> FoundTable | None:
        """Describe the table that a bare name means; None if there is none."""

    def merge(self, contract: Contract, position: Position, rows: Iterable[Row]) -> Merged:
        """Merge rows into the contract's table, each only over an older one, and count them."""

    def failure(self, error: Exception) -> StoreError | None:
        """Classify what a driver raised; None for an error that is not the driver's."""

    def close(self) -> None:
        """Close the connection."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A running transaction, as the ledger's statements use it."""

    database: Database
    clock: Clock | None

    def now(self) -> datetime:
        """Give the time in UTC, from the clock that was injected or else the database's own."""
        now = moment(self.clock() if self.clock else self.database.now())
        assert now is not None
        return now

    def run(self, sql: str, **parameters: Any) -> int:
        """Run a statement and give how many rows it touched."""
        return self.database.execute(sql, parameters).touched

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query and give its rows."""
        return self.database.execute(sql, parameters).rows

    def locked_rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query on one table and lock the rows it finds until the transaction ends."""
        lock = self.database.sql_dialect.lock_rows.format(seconds=self.database.waits.lock())
        return self.rows(sql + lock, **parameters)

    def free_rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query as `locked_rows` does, but skip rows that another transaction has locked."""
        return self.rows(sql + self.database.sql_dialect.lock_free_rows, **parameters)

    def first_rows(self, first: int, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run an ordered query and give only so many of its rows."""
        return self.rows(sql + self.database.sql_dialect.first_rows, first=first, **parameters)

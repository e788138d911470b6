"""What the Oracle store hands to the driver, seen by a connection that only remembers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Self, cast

import oracledb
import pytest

from csvbatch.contract.columns import (
    BooleanColumn,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.contract.model import Contract
from csvbatch.store import Credentials, Timeouts
from csvbatch.store.database import Position
from csvbatch.store.oracle.database import OracleDatabase, _types
from csvbatch.store.oracle.merge import ARRAY_ROWS, STALE_KEYS, count_stale_sql, merge_sql, update_own_sql
from csvbatch.store.records import Merged
from csvbatch.store.url import OracleAddress
from csvbatch.store.waits import IDLE_SECONDS, PING_SECONDS
from tests.integration.store.faults import Faults, oracle_connect
from tests.support.oracle_listener import USER, OracleListener

PAIRS = Contract(
    dataset="pairs",
    table="pairs",
    key=("name", "number"),
    columns=(IntegerColumn(name="number"), StringColumn(name="name", max_length=9)),
)
EVERYTHING = Contract(
    dataset="everything",
    table="everything",
    key=("text",),
    columns=(
        StringColumn(name="text", max_length=9),
        IntegerColumn(name="integer"),
        DecimalColumn(name="decimal", precision=9, scale=2),
        DateColumn(name="day"),
        TimestampColumn(name="moment"),
        BooleanColumn(name="flag"),
    ),
)
ADDRESS = OracleAddress("db.example", 2484, "orcl", "tcps", wallet="/opt/wallet", schema="LOADER")


class Memory:
    """Stands for a connection and its cursors."""

    def __init__(self) -> None:
        self.call_timeout = 0
        self.current_schema = ""
        self.outputtypehandler: Any = None
        self.pings: list[int] = []
        self.opened = 0
        self.settings: dict[str, Any] = {}
        self.types: list[tuple[Any, ...]] = []
        self.arrays: list[list[tuple[Any, ...]]] = []
        self.statements: list[str] = []
        self.taken: Callable[[str, tuple[Any, ...]], bool] = lambda sql, row: True
        self.queries: list[tuple[str, Mapping[str, Any]]] = []
        self.found = 0
        self._counts: list[int] = []

    def __call__(self, **settings: Any) -> oracledb.Connection:
        self.settings = settings
        self.opened += 1
        return cast(oracledb.Connection, self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def cursor(self) -> Self:
        return self

    def is_healthy(self) -> bool:
        return True

    def ping(self) -> None:
        self.pings.append(self.call_timeout)

    def close(self) -> None:
        pass

    def setinputsizes(self, *types: Any, **named: Any) -> None:
        self.types.append(types or tuple(named.items()))

    def executemany(self, sql: str, rows: Sequence[tuple[Any, ...]], *, arraydmlrowcounts: bool) -> None:
        assert arraydmlrowcounts
        self.statements.append(sql)
        self.arrays.append(list(rows))
        self._counts = [int(self.taken(sql, row)) for row in rows]

    def getarraydmlrowcounts(self) -> list[int]:
        return self._counts

    def execute(self, sql: str, parameters: Mapping[str, Any], *, fetch_lobs: bool) -> None:
        self.queries.append((sql, parameters))

    def fetchall(self) -> list[tuple[int]]:
        return [(self.found,)]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def database(memory: Memory) -> OracleDatabase:
    database = OracleDatabase(ADDRESS, Credentials("user", "password"), Timeouts(5, 6, 7), memory)
    database.begin(write=True)
    return database


def test_a_connection_has_its_address_and_its_timeouts(memory: Memory, database: OracleDatabase) -> None:
    assert memory.settings == {
        "user": "user",
        "password": "password",
        "host": "db.example",
        "port": 2484,
        "service_name": "orcl",
        "protocol": "tcps",
        "wallet_location": "/opt/wallet",
        "tcp_connect_timeout": 5,
        "expire_time": 1,
    }
    assert (memory.call_timeout, memory.current_schema) == (7000, "LOADER")


def test_what_is_set_on_a_connection_with_faults_reaches_the_database(memory: Memory) -> None:
    """The suite's connections go through a wrapper; a schema that stayed there would leave the tests in another."""
    database = OracleDatabase(ADDRESS, None, Timeouts(5, 6, 7), oracle_connect(memory, Faults(at=1000)))
    database.begin(write=True)
    assert (memory.call_timeout, memory.current_schema) == (7000, "LOADER")
    assert memory.outputtypehandler is not None


def test_an_array_has_each_key_once_with_its_newest_row_in_the_order_of_the_keys(
    memory: Memory, database: OracleDatabase
) -> None:
    """Chunks that lock rows in the same order can't wait for each other in a circle."""
    rows = [(10, (2, "b")), (11, (1, "b")), (12, (2, "a")), (13, (1, "b"))]
    assert database.merge(PAIRS, Position(5, 2), rows) == Merged(4, superseded=1)
    assert memory.arrays == [[(2, "a", 5, 12, 2), (1, "b", 5, 13, 2), (2, "b", 5, 10, 2)]]


def test_rows_are_sent_in_arrays(memory: Memory, database: OracleDatabase) -> None:
    rows = ((number, (number, "a")) for number in range(2 * ARRAY_ROWS + 1))
    assert database.merge(PAIRS, Position(1, 1), rows) == Merged(2 * ARRAY_ROWS + 1)
    assert [len(array) for array in memory.arrays] == [ARRAY_ROWS, ARRAY_ROWS, 1]


def test_no_rows_are_no_array(memory: Memory, database: OracleDatabase) -> None:
    """python-oracledb raises for an empty list."""
    assert database.merge(PAIRS, Position(1, 1), []) == Merged()
    assert memory.arrays == []


def test_only_rows_that_the_merge_did_not_take_are_tried_over_their_own_batchs_rows(
    memory: Memory, database: OracleDatabase
) -> None:
    memory.taken = lambda sql, row: sql == update_own_sql(PAIRS) or row[1] == "a"
    rows = [(10, (2, "b")), (11, (1, "a")), (12, (1, "b")), (13, (1, "b"))]
    assert database.merge(PAIRS, Position(5, 2), rows) == Merged(4, superseded=3)
    assert memory.statements == [merge_sql(PAIRS), update_own_sql(PAIRS)]
    assert memory.arrays[1] == [(1, "b", 5, 13, 2), (2, "b", 5, 10, 2)]
    assert memory.queries == []


def test_rows_that_are_not_taken_at_all_are_looked_up_by_their_keys(memory: Memory, database: OracleDatabase) -> None:
    """Always as many of them, so that Oracle knows the statement; what fills it up has no weight."""
    memory.taken = lambda sql, row: row[0] != 1
    memory.found = 2
    rows = [(10, (2, "b")), (11, (1, "a")), (12, (1, "b")), (13, (1, "b"))]
    assert database.merge(PAIRS, Position(5, 2), rows) == Merged(4, superseded=1, stale=2)
    ((sql, parameters),) = memory.queries
    assert sql == count_stale_sql(PAIRS)
    weights = [parameters[f"n{number}"] for number in range(STALE_KEYS)]
    keys = [(parameters[f"k{number}_0"], parameters[f"k{number}_1"]) for number in range(STALE_KEYS)]
    assert (weights[:2], set(weights[2:])) == ([1, 2], {0})
    assert (keys[:2], set(keys[2:])) == ([("a", 1), ("b", 1)], {("b", 1)})
    assert parameters["load_sequence"] == 5
    assert ("k0_1", oracledb.DB_TYPE_NUMBER) in memory.types[-1]


def test_values_are_bound_by_their_columns_types(memory: Memory, database: OracleDatabase) -> None:
    """For each array again: the driver forgets them when it has executed."""
    row = ("a", 1, Decimal("1.50"), date(2024, 2, 29), datetime(2024, 2, 29, 1, 2, 3), True)
    empty = ("b", None, None, None, None, None)
    database.merge(EVERYTHING, Position(1, 1), [(0, row), (1, empty)])
    number, day, moment = oracledb.DB_TYPE_NUMBER, oracledb.DB_TYPE_DATE, oracledb.DB_TYPE_TIMESTAMP
    assert memory.types == [(None, number, number, day, moment, number, number, number, number)]
    assert memory.arrays == [[(*row, 1, 0, 1), (*empty, 1, 1, 1)]]
    assert type(memory.arrays[0][0][5]) is int, "Oracle has no boolean before version 23"


# Time


def test_a_connection_that_was_used_just_now_is_not_asked_for_a_sign_of_life(
    memory: Memory, database: OracleDatabase
) -> None:
    database.begin(write=True)
    assert (memory.pings, memory.opened) == ([], 1)


def test_a_connection_that_slept_for_long_is_asked_for_one_and_not_for_long(
    memory: Memory, database: OracleDatabase
) -> None:
    """What the driver itself calls healthy is only what it saw last."""
    database.waits.used_at -= IDLE_SECONDS + 1
    database.begin(write=True)
    assert memory.pings == [PING_SECONDS * 1000]
    assert memory.opened == 1


def test_a_connection_that_died_while_it_slept_is_replaced(oracle: OracleListener, service: str) -> None:
    address = OracleAddress("127.0.0.1", oracle.port, service)
    database = OracleDatabase(address, Credentials(USER, oracle.password), Timeouts())
    database.begin(write=True)
    database.execute("ALTER SESSION SET HANG_UP = BEFORE", {})
    database.waits.used_at -= IDLE_SECONDS + 1
    database.begin(write=True)
    assert database.connections == 2
    assert database.execute("SELECT 1 FROM DUAL", {}).rows == [(1,)]
    database.close()


def test_each_statement_may_take_as_long_as_is_left(memory: Memory, database: OracleDatabase) -> None:
    seconds = iter([5.0, 4.0, 3.0])
    database.waits.remaining = lambda: next(seconds)
    database.merge(PAIRS, Position(1, 1), [(0, (1, "a"))])
    assert memory.call_timeout == 4000


def test_a_point_in_time_is_bound_with_its_fraction() -> None:
    """The driver binds a datetime as a DATE, which ends with the second, unless it is told."""
    moment = datetime(2024, 2, 29, 1, 2, 3, 456789)
    assert _types({"now": moment, "id": "a", "nothing": None}) == {"now": oracledb.DB_TYPE_TIMESTAMP}


def test_numbers_with_a_fraction_are_fetched_as_decimals_and_whole_ones_as_they_are(
    memory: Memory, database: OracleDatabase
) -> None:
    class Cursor:
        arraysize = 100

        def var(self, kind: type, arraysize: int) -> tuple[type, int]:
            return kind, arraysize

    def fetched(scale: int) -> Any:
        info = cast(oracledb.FetchInfo, SimpleNamespace(type_code=oracledb.DB_TYPE_NUMBER, scale=scale))
        return memory.outputtypehandler(Cursor(), info)

    assert fetched(10) == (Decimal, 100)
    assert fetched(0) is None

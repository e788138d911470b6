"""H2 in this process: databases in memory, one for each service, in Oracle mode.

JPype attaches each thread by itself: https://github.com/jpype-project/jpype/issues/1169
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import jpype

from tests.oracle_wire import dictionary
from tests.oracle_wire.errors import LockTimeoutError, as_oracle, java
from tests.oracle_wire.faults import Errors
from tests.oracle_wire.replies import Column, OracleError
from tests.oracle_wire.sql import Does, Statement
from tests.oracle_wire.values import Type, encode_number, encode_time

type Bound = str | int | Decimal | datetime | None

# A wait is cut into pieces, so that it can be broken off between them: H2 cannot be interrupted while it waits.
_WAIT_MILLISECONDS = 50
_LONGEST_DESCRIBED = 4000
_SETTINGS = f";MODE=Oracle;DB_CLOSE_DELAY=-1;NON_KEYWORDS=VALUE,KEY,USER;LOCK_TIMEOUT={_WAIT_MILLISECONDS}"
_NULL_TYPES = {Type.NUMBER: 2, Type.DATE: 93, Type.TIMESTAMP: 93, Type.CLOB: 2005}
_VARCHAR = 12
_LONG_BITS = 63


def start(libjvm: Path, jar: Path) -> None:
    """Start Java in this process."""
    jpype.startJVM(
        str(libjvm),
        # Java leaves signals to the process; the second compiler costs more than it saves in a minute.
        "-Xrs",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        classpath=[str(jar)],
    )


class Database:
    """One database, which lives as long as the process."""

    def __init__(self, name: str) -> None:
        self.errors = Errors()
        self._url = f"jdbc:h2:mem:{name}{_SETTINGS}"
        self._schemas: set[str] = set()
        self._lock = Lock()
        self._driver = java("org.h2.Driver")()
        with self._connect() as connection:
            for sql in dictionary.STATEMENTS:
                connection.createStatement().execute(sql)

    def open(self, user: str) -> "Connection":
        """Open a connection; the schema of a user exists from the first login on."""
        connection = Connection(self._connect())
        with self._lock:
            if user not in self._schemas:
                connection.run(f'CREATE SCHEMA IF NOT EXISTS "{user}"')
                self._schemas.add(user)
        connection.use_schema(user)
        return connection

    def _connect(self) -> Any:
        properties = java("java.util.Properties")()
        properties.setProperty("user", "sa")
        properties.setProperty("password", "")
        return self._driver.connect(self._url, properties)


class Connection:
    """A connection to H2, with Oracle's errors."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.in_transaction = False
        connection.setAutoCommit(False)

    def run(self, sql: str) -> None:
        """Run a statement of the listener's own."""
        with as_oracle():
            self._connection.createStatement().execute(sql)

    def use_schema(self, schema: str) -> None:
        """Let bare names mean a schema's objects, or else those of the dictionary."""
        try:
            self.run(f'SET SCHEMA "{schema}"')
        except OracleError:
            raise OracleError(1435, "user does not exist") from None
        self.run(f'SET SCHEMA_SEARCH_PATH "{schema}", "{dictionary.SCHEMA}"')

    def commit(self) -> None:
        """Commit."""
        with as_oracle():
            self._connection.commit()
        self.in_transaction = False

    def rollback(self) -> None:
        """Roll back."""
        with as_oracle():
            self._connection.rollback()
        self.in_transaction = False

    def close(self) -> None:
        """Close the connection, which rolls back what is open."""
        with as_oracle():
            self._connection.close()

    def prepare(self, statement: Statement) -> Any:
        """Let H2 parse a statement."""
        with as_oracle():
            return self._connection.prepareStatement(statement.text)

    def execute(
        self, statement: Statement, prepared: Any, check_interrupt: Callable[[], None]
    ) -> tuple[list[Column], list[list[bytes | None]]] | int:
        """Run a prepared statement until it gets its locks: a query's columns and rows, or a count."""
        ends = None if statement.waits is None else monotonic() + statement.waits
        self.in_transaction |= statement.does is Does.CHANGE or statement.locks
        if statement.does is Does.DEFINE:
            self.commit()
        while True:
            try:
                with as_oracle():
                    if prepared.execute():
                        return _result(prepared.getResultSet())
                    return int(prepared.getUpdateCount())
            except LockTimeoutError:
                check_interrupt()
                if ends is not None and monotonic() >= ends:
                    number = 30006 if statement.waits else 54
                    raise OracleError(number, "resource busy; acquire with WAIT timeout expired") from None


def bind(prepared: Any, kinds: Sequence[Type], values: Sequence[Bound]) -> None:
    """Set a prepared statement's binds."""
    for index, (kind, value) in enumerate(zip(kinds, values, strict=True), 1):
        if value is None:
            prepared.setNull(index, _NULL_TYPES.get(kind, _VARCHAR))
        elif isinstance(value, str):
            prepared.setString(index, value)
        elif isinstance(value, datetime):
            prepared.setObject(index, _local_time(value))
        elif isinstance(value, int) and value.bit_length() <= _LONG_BITS:
            prepared.setLong(index, value)
        else:
            prepared.setBigDecimal(index, java("java.math.BigDecimal")(str(value)))


def _local_time(value: datetime) -> Any:
    return java("java.time.LocalDateTime").of(
        value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond * 1000
    )


def _result(found: Any) -> tuple[list[Column], list[list[bytes | None]]]:
    """Read all of a query's result, each value as it goes over the wire."""
    meta = found.getMetaData()
    columns = [_column(meta, index) for index in range(1, meta.getColumnCount() + 1)]
    rows = []
    while found.next():
        texts = [found.getString(index) for index in range(1, len(columns) + 1)]
        rows.append(
            [
                None if text is None else _wire(str(text), column.kind)
                for text, column in zip(texts, columns, strict=True)
            ]
        )
    found.close()
    return columns, rows


def _wire(text: str, kind: Type) -> bytes:
    if kind == Type.NUMBER:
        return encode_number(Decimal(text))
    if kind in (Type.DATE, Type.TIMESTAMP):
        return encode_time(datetime.fromisoformat(text[:26]), kind)
    return text.encode()


def _column(meta: Any, index: int) -> Column:
    name, null = str(meta.getColumnLabel(index)), meta.isNullable(index) != 0
    kind = str(meta.getColumnTypeName(index))
    size, scale = int(meta.getPrecision(index)), int(meta.getScale(index))
    if kind == "CHARACTER LARGE OBJECT":
        return Column(name, Type.CLOB, _LONGEST_DESCRIBED, null=null)
    if kind.startswith("CHARACTER"):
        return Column(name, Type.VARCHAR, max(min(size, _LONGEST_DESCRIBED), 1), null=null)
    if kind == "TIMESTAMP":
        return Column(name, Type.TIMESTAMP if scale else Type.DATE, scale=scale, null=null)
    # Only a column of a table has digits that were declared.
    if kind == "NUMERIC" and meta.getTableName(index):
        return Column(name, Type.NUMBER, precision=size, scale=scale, null=null)
    return Column(name, Type.NUMBER, scale=-127, null=null)

"""The statements of a session: parsed, executed, executed again, fetched from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.oracle_wire import replies
from tests.oracle_wire.buffers import Reader, Writer
from tests.oracle_wire.faults import Errors, Service
from tests.oracle_wire.h2 import Bound, Connection, bind
from tests.oracle_wire.lobs import LargeObjects
from tests.oracle_wire.replies import Column, OracleError
from tests.oracle_wire.requests import Bind, Function, Option, read_binds, read_execution
from tests.oracle_wire.sql import Does, for_h2
from tests.oracle_wire.values import Type, decode_number, decode_time

type Row = list[bytes | None]


@dataclass(slots=True)
class Cursor:
    """A statement, what its binds were declared as, and the rows of its result that were not fetched yet.

    `described` are its columns as the driver knows them, `columns` as they are sent.
    """

    sql: str
    binds: tuple[Bind, ...] = ()
    counts_rows: bool = False
    prepared: Any = None
    prepared_for: tuple[Type, ...] = ()
    described: list[Column] | None = None
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


class Cursors:
    """The cursors of a session, by the numbers that the driver knows them by."""

    def __init__(
        self,
        connection: Connection,
        errors: Errors,
        service: Service,
        lobs: LargeObjects,
        check_syntax: Callable[[str], None],
        check_interrupt: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._errors = errors
        self._longest = service.longest_text
        self._lobs = lobs
        self._check_syntax = check_syntax
        self._check_interrupt = check_interrupt
        self._cursors: dict[int, Cursor] = {}
        self._numbers = count(1)

    def close(self, number: int) -> None:
        """Forget a cursor."""
        self._cursors.pop(number, None)

    def end_call(self, writer: Writer, cursor: int = 0, rows: int = 0, error: OracleError | None = None) -> None:
        """Say how a call ended."""
        replies.end_of_call(
            writer, in_transaction=self._connection.in_transaction, cursor=cursor, rows=rows, error=error
        )

    def execute(self, reader: Reader, writer: Writer, own: Callable[[str], bool]) -> None:
        """Run a statement that is sent whole, or a known one with other binds or defines; `own` may take it first."""
        execution = read_execution(reader)
        rows = read_binds(reader, execution.binds, self._longest, execution.executions)
        number = execution.cursor
        if execution.sql is not None:
            number = number or next(self._numbers)
            self._cursors[number] = Cursor(execution.sql)
            if own(execution.sql):
                replies.counts(writer, None)
                self.end_call(writer, number)
                return
            self._check_syntax(execution.sql)
        cursor = self._cursors[number]
        if execution.defines:
            # The driver asks for large objects as LONGs.
            cursor.columns = [
                Column(column.name, defined.kind)
                for column, defined in zip(cursor.columns, execution.defines, strict=True)
            ]
            self.end_call(writer, number)
            return
        if execution.binds:
            cursor.binds = execution.binds
        cursor.counts_rows = execution.count_rows
        fetch = execution.rows if execution.options & Option.FETCH else 0
        self._run(number, rows, writer, describe=bool(execution.options & Option.PARSE), fetch=fetch)

    def reexecute(self, function: Function, reader: Reader, writer: Writer) -> None:
        """Run a known statement with binds of the types that it had."""
        number, repetitions = reader.integer(), reader.integer()
        reader.skip("ii")
        fetches = function == Function.REEXECUTE_AND_FETCH
        cursor = self._cursors[number]
        rows = read_binds(reader, cursor.binds, self._longest, 1 if fetches else repetitions)
        self._run(number, rows, writer, describe=False, fetch=repetitions if fetches else 0)

    def fetch(self, reader: Reader, writer: Writer) -> None:
        """Send the next rows."""
        self._send_rows(writer, reader.integer(), reader.integer())

    def _run(self, number: int, rows: list[Row], writer: Writer, *, describe: bool, fetch: int) -> None:
        cursor = self._cursors[number]
        self._refuse_longs(cursor)
        kinds = tuple(one.kind for one in cursor.binds)
        statement = for_h2(cursor.sql, kinds)
        if cursor.prepared is None or kinds != cursor.prepared_for:
            cursor.prepared, cursor.prepared_for = self._connection.prepare(statement), kinds
        counts, columns = [], list[Column]()
        for row in rows:
            bind(cursor.prepared, kinds, [self._value(kind, value) for kind, value in zip(kinds, row, strict=True)])
            found = self._connection.execute(statement, cursor.prepared, self._check_interrupt)
            if isinstance(found, int):
                counts.append(found)
                continue
            columns, cursor.rows = found
        if statement.does is Does.QUERY:
            # A table that was changed since the last time has other columns.
            if describe or columns != cursor.described:
                cursor.described = cursor.columns = columns
                replies.description(writer, columns)
            self._send_rows(writer, number, fetch)
            return
        replies.counts(writer, counts if cursor.counts_rows else None)
        self.end_call(writer, number, sum(counts))

    def _refuse_longs(self, cursor: Cursor) -> None:
        """Refuse what Oracle takes for a LONG: a text that may be longer than its strings, as the driver declares it.

        https://docs.oracle.com/error-help/db/ora-01461 https://docs.oracle.com/en/error-help/db/ora-01478
        """
        if any(one.kind == Type.VARCHAR and one.size > self._longest for one in cursor.binds):
            raise OracleError(1461, "can bind a LONG value only for insert into a LONG column")

    def _value(self, kind: Type, value: bytes | None) -> Bound:
        if value is None:
            return None
        if kind == Type.NUMBER:
            return decode_number(value)
        if kind in (Type.DATE, Type.TIMESTAMP):
            return decode_time(value)
        text = self._lobs.text(value) if kind == Type.CLOB else value.decode()
        self._errors.check(text)
        return text

    def _send_rows(self, writer: Writer, number: int, rows: int) -> None:
        cursor = self._cursors[number]
        # Large objects are not sent before the driver has said how it wants them.
        ready = 0 if any(column.kind == Type.CLOB for column in cursor.columns) else rows
        sent, cursor.rows = cursor.rows[:ready], cursor.rows[ready:]
        if sent:
            replies.rows(writer, cursor.columns, sent)
        is_all = ready and not cursor.rows
        self.end_call(
            writer, number, len(sent), OracleError(replies.NO_DATA_FOUND, "no data found") if is_all else None
        )

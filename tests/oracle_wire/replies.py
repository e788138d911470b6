"""What the driver is answered: the description of a query, rows, counts, and how a call ended.

https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/base.pyx
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle_wire.buffers import Writer
from tests.oracle_wire.values import Type

_END_OF_CALL, _ROW_HEADER, _ROW, _PARAMETER, _STATUS, _DESCRIPTION = 4, 6, 7, 8, 9, 16
_IN_TRANSACTION = 2
_UTF8 = 873
_IMPLICIT = 1
_TEXTS = (Type.VARCHAR, Type.CHAR, Type.CLOB, Type.LONG)
NO_DATA_FOUND = 1403


class OracleError(Exception):
    """An error that goes to the client as Oracle's: its number and its text."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"ORA-{number:05}: {text}")
        self.number = number


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a query's result; `size` is in characters, and a NUMBER without limits has the scale -127."""

    name: str
    kind: Type
    size: int = 0
    precision: int = 0
    scale: int = 0
    null: bool = True


def status(writer: Writer, *, in_transaction: bool) -> None:
    """End a call that can only succeed."""
    writer.byte(_STATUS)
    writer.integer(_IN_TRANSACTION if in_transaction else 0, 0)


def end_of_call(
    writer: Writer, *, in_transaction: bool, cursor: int = 0, rows: int = 0, error: OracleError | None = None
) -> None:
    """End a call: with the cursor's number, the count of rows, and the error if there was one."""
    number = error.number if error else 0
    writer.byte(_END_OF_CALL)
    writer.integer(_IN_TRANSACTION if in_transaction else 0, 0, 0, 0, 0, 0, cursor, 0)
    writer.byte(0, 0, 0, 0, 0, 0)
    # No rowid.
    writer.integer(0, 0)
    writer.byte(0)
    writer.integer(0, 0)
    writer.integer(0)
    writer.byte(0, 0)
    writer.integer(0, 0, 0)
    # No errors of single rows: their codes, offsets and texts.
    writer.integer(0, 0, 0)
    writer.integer(number, rows)
    if error:
        writer.value(str(error).encode())


def counts(writer: Writer, of_each: Sequence[int] | None) -> None:
    """Answer what an execution returns beside rows: the count of each execution's rows, if asked for."""
    writer.byte(_PARAMETER)
    writer.integer(0, 0, 0, 0)
    if of_each is not None:
        writer.integer(len(of_each), *of_each)


def locator(writer: Writer, data: bytes, *, is_new: bool) -> None:
    """Answer a large object's operation with its locator."""
    writer.byte(_PARAMETER)
    writer.data += data
    if is_new:
        writer.integer(_UTF8)
        writer.byte(0)


def description(writer: Writer, columns: Sequence[Column]) -> None:
    """Describe the columns of a query."""
    writer.byte(_DESCRIPTION, 0)
    writer.integer(0, len(columns))
    writer.byte(0)
    for position, column in enumerate(columns, 1):
        is_text = column.kind in _TEXTS
        size = {Type.DATE: 7, Type.TIMESTAMP: 11, Type.NUMBER: 22}.get(column.kind, 4 * column.size)
        writer.byte(column.kind, 0, column.precision, column.scale & 0xFF)
        writer.integer(size, 0, 0, 0, 0, _UTF8 if is_text else 0)
        writer.byte(_IMPLICIT if is_text else 0)
        writer.integer(column.size, 0)
        writer.byte(int(column.null), 0)
        writer.counted(column.name.encode())
        writer.integer(0, 0, position, 0)
    writer.integer(0, 0, 0, 0, 0, 0)


def rows(writer: Writer, columns: Sequence[Column], values: Sequence[Sequence[bytes | None]]) -> None:
    """Send rows; a LONG is followed by its indicator and return code."""
    writer.byte(_ROW_HEADER, 0)
    writer.integer(0, 0, 0, 0, 0, 0)
    for row in values:
        writer.byte(_ROW)
        for column, value in zip(columns, row, strict=True):
            writer.value(value)
            if column.kind == Type.LONG:
                writer.integer(0, 0)

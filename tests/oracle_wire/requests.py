"""What the driver asks for: statements with their binds, fetches, large objects, and what rides along with these.

https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/execute.pyx
https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/base.pyx
https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/lob_op.pyx
"""

from dataclasses import dataclass
from enum import IntEnum

from tests.oracle_wire.buffers import Reader
from tests.oracle_wire.values import Type

LOCATOR_BYTES = 40
_ROW = 7
_AL8I4 = 13
_EXECUTIONS, _IS_QUERY, _FLAGS = 1, 7, 9
_ROW_COUNTS = 0x4000


class Function(IntEnum):
    """The functions that are called."""

    REEXECUTE = 4
    FETCH = 5
    LOGOFF = 9
    COMMIT = 14
    ROLLBACK = 15
    REEXECUTE_AND_FETCH = 78
    EXECUTE = 94
    LOB = 96
    CLOSE_CURSORS = 105
    AUTHENTICATE_TWO = 115
    AUTHENTICATE_ONE = 118
    PING = 147
    SET_SCHEMA = 152


class Option(IntEnum):
    """Options of an execution."""

    PARSE = 0x01
    FETCH = 0x40


class LobOperation(IntEnum):
    """Operations on large objects."""

    WRITE = 0x40
    CREATE_TEMPORARY = 0x110


@dataclass(frozen=True, slots=True)
class Bind:
    """A bind's type, and its longest value in bytes as the driver declares it."""

    kind: Type
    size: int


@dataclass(frozen=True, slots=True)
class Execution:
    """A statement to run: a new one if there is SQL. `rows` is a fetch's, `count_rows` asks for each execution's."""

    options: int
    cursor: int
    sql: str | None
    rows: int
    executions: int
    binds: tuple[Bind, ...]
    defines: tuple[Bind, ...]
    count_rows: bool


def read_execution(reader: Reader) -> Execution:
    """Read a whole execution but for its rows of binds."""
    options, cursor = reader.integer(), reader.integer()
    has_sql = reader.byte()
    reader.skip("ibibbi")
    rows = reader.integer()
    reader.skip("ib")
    bind_count = reader.integer()
    reader.skip("bbbbbb")
    define_count = reader.integer()
    reader.skip("ibbbibiibibbibibbi")
    sql = (reader.value() or b"").decode() if has_sql else None
    al8i4 = [reader.integer() for _ in range(_AL8I4)]
    defines = tuple(_bind(reader) for _ in range(define_count))
    return Execution(
        options=options,
        cursor=cursor,
        sql=sql,
        rows=rows,
        # A query's count is that of the rows to fetch: it is executed once.
        executions=1 if al8i4[_IS_QUERY] else al8i4[_EXECUTIONS],
        binds=tuple(_bind(reader) for _ in range(bind_count)),
        defines=defines,
        count_rows=bool(al8i4[_FLAGS] & _ROW_COUNTS),
    )


def _bind(reader: Reader) -> Bind:
    kind = Type(reader.byte())
    reader.skip("bbb")
    size = reader.integer()
    reader.skip("iiiiibii")
    return Bind(kind, size)


def read_binds(reader: Reader, binds: tuple[Bind, ...], longest: int, executions: int) -> list[list[bytes | None]]:
    """Read rows of binds, raw; those that may be longer than `longest` bytes come last in each of them."""
    if not binds:
        return [[]] * executions
    order = sorted(range(len(binds)), key=lambda index: binds[index].size > longest)
    rows = []
    for _ in range(executions):
        assert reader.byte() == _ROW, "no row of binds"
        row: list[bytes | None] = [None] * len(binds)
        for index in order:
            row[index] = reader.counted() if binds[index].kind == Type.CLOB else reader.value()
        rows.append(row)
    return rows


@dataclass(frozen=True, slots=True)
class LobRequest:
    """An operation on a large object: where its locator is sent, and what is to be written from which character."""

    operation: LobOperation
    locator: bytes
    offset: int
    data: bytes


def read_lob_request(reader: Reader) -> LobRequest:
    """Read an operation on a large object."""
    reader.byte()
    size = reader.integer()
    reader.skip("biiibbb")
    operation = LobOperation(reader.integer())
    reader.skip("bb")
    offset = reader.integer()
    reader.skip("ib")
    reader.raw(6)
    locator = reader.raw(size)
    if operation == LobOperation.CREATE_TEMPORARY:
        reader.integer()
        return LobRequest(operation, locator, 0, b"")
    reader.byte()
    return LobRequest(operation, locator, offset, reader.value() or b"")


def read_freed_lobs(reader: Reader) -> list[bytes]:
    """Read the locators of large objects that the driver no longer needs."""
    reader.byte()
    size = reader.integer()
    reader.skip("biiibbbibiiibbibibi")
    return [reader.raw(LOCATOR_BYTES) for _ in range(size // LOCATOR_BYTES)]


def read_closed_cursors(reader: Reader) -> list[int]:
    """Read the numbers of cursors that the driver no longer needs."""
    reader.byte()
    return [reader.integer() for _ in range(reader.integer())]


def read_schema(reader: Reader) -> str:
    """Read the name of the schema that bare names shall mean from now on."""
    reader.byte()
    return (reader.counted() or b"").decode()

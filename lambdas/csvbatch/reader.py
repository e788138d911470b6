"""Reads the rows of a CSV file with Python's `csv`, and keeps the text of the last one at hand."""

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Final, Protocol, runtime_checkable

from csvbatch.blocks import resize, take
from csvbatch.code_units import to_code_units
from csvbatch.dialect import Dialect
from csvbatch.file_errors import ChunkError, Reason
from csvbatch.limits import DEFAULT_LIMITS, Limits
from csvbatch.lines import CR, CRLF, LF
from csvbatch.parsing import csv_reader, split_lines
from csvbatch.splitter import Chunk

_BLOCK_BYTES: Final = 64 * 1024


@runtime_checkable
class Readable(Protocol):
    """A binary stream, such as a file or the body of an S3 object."""

    def read(self, size: int, /) -> bytes:
        """Give up to so many bytes, and none at the end."""


def read_rows(
    source: Readable | Iterable[bytes],
    dialect: Dialect,
    *,
    first_line: int,
    limits: Limits = DEFAULT_LIMITS,
) -> "Rows":
    """Read rows from bytes that begin with a row, without a byte order mark, on line `first_line`.

    The dialect's encoding has a byte order, as that of `Scan.dialect` has.
    """
    if dialect.encoding == "utf-16":
        raise ValueError("utf-16 lacks a byte order: use the scan's dialect, or read_chunk, which finds it")
    return Rows(resize(_blocks(source), _BLOCK_BYTES), dialect, first_line, limits)


def chunk_range(chunk: Chunk, dialect: Dialect) -> tuple[int, int]:
    """Give the bytes [start, end) of the object that `read_chunk` wants.

    That is the chunk with the code unit before it, which ends the header or another row: it tells whether the
    chunk begins where a row does, and the byte order of UTF-16.
    """
    return chunk.start - dialect.unit_bytes, chunk.end


def read_chunk(
    source: Readable | Iterable[bytes],
    dialect: Dialect,
    chunk: Chunk,
    *,
    object_bytes: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> "Rows":
    """Read a chunk's rows from the bytes that `chunk_range` names.

    Raises `ChunkError`, here or while rows are taken, where these can't be what was split: another length, a
    beginning or an end that is not a row's, anything that a scan refuses. Only at the end of the object may
    the last newline be missing: that is told where `object_bytes`, the length of the object, is given.
    """
    blocks = iter(_blocks(source))
    first = take(blocks, 2 * dialect.unit_bytes)
    if len(first) < dialect.unit_bytes:
        raise ChunkError(Reason.CHUNK_LENGTH, expected=chunk.end - chunk.start, found=0)
    dialect = _with_byte_order(dialect, first, chunk)
    unit_bytes = dialect.unit_bytes
    before = to_code_units(first[: 2 * unit_bytes], dialect.encoding)
    if not before.startswith((LF, CR)) or before == CRLF:
        raise ChunkError(Reason.CHUNK_BOUNDARY, chunk.first_line)
    rest = resize(chain((first[unit_bytes:],), blocks), _BLOCK_BYTES)
    at_end = chunk.end == object_bytes or object_bytes is None
    return Rows(_measured(rest, dialect, chunk, may_lack_newline=at_end), dialect, chunk.first_line, limits)


class Rows:
    """The rows of a file or chunk, once: of each its line and its fields; blank lines are none."""

    def __init__(self, blocks: Iterator[bytes], dialect: Dialect, first_line: int, limits: Limits) -> None:
        self._blocks = blocks
        self._encoding = dialect.encoding
        self._first_line = first_line
        self._limits = limits
        self._row_start = 0
        self._kept: deque[tuple[int, list[str]]] = deque()
        self._reader = csv_reader(chain.from_iterable(self._line_lists()), dialect, limits)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Raise `ChunkError` where something is wrong with the text."""
        reader, first_line = self._reader, self._first_line
        row_start = 0
        try:
            for fields in reader:
                if fields:
                    yield first_line + row_start, fields
                self._row_start = row_start = reader.line_num
        except csv.Error:
            # There is one error that `csv` raises on lines as they come from here.
            raise ChunkError(Reason.FIELD_TOO_LONG, first_line + row_start, limit=self._limits.field_bytes) from None

    def text(self) -> str:
        """Give the text of the row given last as it stands in the file, its newline included."""
        start, end = self._row_start, self._reader.line_num
        return "".join(
            line for first, lines in self._kept for line in lines[max(start - first, 0) : max(end - first, 0)]
        )

    def _line_lists(self) -> Iterator[list[str]]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        given = 0
        tail = ""
        for block in chain(self._blocks, (b"",)):
            text = tail + self._decode(decoder, block, tail, given)
            lines = split_lines(text)
            # The rest of a line, or the LF of a CRLF, may be in the next block.
            tail = lines.pop() if block and lines and not lines[-1].endswith("\n") else ""
            if len(tail) > self._limits.row_bytes:
                raise ChunkError(
                    Reason.ROW_TOO_LONG, self._first_line + given + len(lines), limit=self._limits.row_bytes
                )
            self._forget_rows_before()
            self._kept.append((given, lines))
            given += len(lines)
            yield lines
        # Asked for more in the middle of a row.
        if self._row_start < given:
            raise ChunkError(Reason.UNTERMINATED_QUOTE, self._first_line + self._row_start)

    def _decode(self, decoder: codecs.IncrementalDecoder, block: bytes, tail: str, given: int) -> str:
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            reason, right = Reason.ENCODING, error.object[: error.start].decode(self._encoding)
        else:
            right, nul, _ = text.partition("\0")
            if not nul:
                return text
            reason = Reason.NUL
        # Out of reach of the decoder's error, which holds the text.
        raise ChunkError(reason, self._line_after(given, tail + right), encoding=self._encoding)

    def _line_after(self, given: int, text: str) -> int:
        """Give the line of the character that follows a text, the lines of which come after those given."""
        return self._first_line + given + len(split_lines(text + "?")) - 1

    def _forget_rows_before(self) -> None:
        while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= self._row_start:
            self._kept.popleft()


def _blocks(source: Readable | Iterable[bytes]) -> Iterable[bytes]:
    if isinstance(source, Readable):
        return iter(lambda: source.read(_BLOCK_BYTES), b"")
    return source


def _with_byte_order(dialect: Dialect, before: bytes, chunk: Chunk) -> Dialect:
    """Tell the byte order by the newline that comes before the chunk."""
    if dialect.encoding != "utf-16":
        return dialect
    for encoding in ("utf-16-le", "utf-16-be"):
        if before.startswith(("\n".encode(encoding), "\r".encode(encoding))):
            return replace(dialect, encoding=encoding)
    raise ChunkError(Reason.CHUNK_BOUNDARY, chunk.first_line)


def _measured(blocks: Iterable[bytes], dialect: Dialect, chunk: Chunk, *, may_lack_newline: bool) -> Iterator[bytes]:
    """Pass the chunk's bytes on, and raise `ChunkError` at the end where they are not what was split."""
    expected = chunk.end - chunk.start
    found = 0
    last = b""
    for block in blocks:
        found += len(block)
        last = (last + block)[-dialect.unit_bytes :]
        yield block
    if found != expected:
        raise ChunkError(Reason.CHUNK_LENGTH, expected=expected, found=found)
    if not may_lack_newline and to_code_units(last, dialect.encoding) not in (LF, CR):
        raise ChunkError(Reason.CHUNK_BOUNDARY)

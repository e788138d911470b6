"""Reads the rows of a CSV file with Python's `csv`, and keeps the text of the last one at hand."""

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Final, Protocol, runtime_checkable

from csvbatch.csv_file.blocks import resize, take
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.encoding import to_code_units
from csvbatch.csv_file.errors import ChunkError, Reason
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.malformed import MalformedRow
from csvbatch.csv_file.newlines import CR, CRLF, LF
from csvbatch.csv_file.parsing import csv_reader, split_lines
from csvbatch.csv_file.splitter import Chunk
from csvbatch.csv_file.utf8_text import MISREAD_MARK, ONE_BYTE_ENCODINGS, is_misread_utf8
from csvbatch.rows.rules import Rule

_BLOCK_BYTES: Final = 64 * 1024
_MARK: Final = "\ufeff"


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
    measured = _measured(rest, dialect, chunk, may_lack_newline=at_end)
    return Rows(measured, dialect, chunk.first_line, limits, after_lone_cr=before.startswith(CR))


class Rows:
    """The rows of a file or chunk, once: of each its line and its fields; blank lines are none.

    A row that is malformed (see `Dialect`) or begins with a byte order mark is given as a `MalformedRow`. It is as
    long as it would be if it were not strict: so rows end in the same places for a scan, which looks at quotes
    alone, and reading goes on after the row end that follows the fault outside of quotes.

    `utf8_lines` counts the lines so far that are not ASCII and are UTF-8 although the dialect's encoding has one byte
    a character; `first_utf8_line` is the first of them.
    """

    def __init__(
        self, blocks: Iterator[bytes], dialect: Dialect, first_line: int, limits: Limits, *, after_lone_cr: bool = False
    ) -> None:
        self.utf8_lines = 0
        self.first_utf8_line: int | None = None
        self._blocks = blocks
        self._dialect = dialect
        self._encoding = dialect.encoding
        self._first_line = first_line
        self._limits = limits
        self._row_start = 0
        self._kept: deque[tuple[int, list[str]]] = deque()
        # Lines, from 0, with which no row may begin or end.
        self._bad_starts: dict[int, Rule] = {}
        self._bad_ends: set[int] = set()
        if after_lone_cr and not dialect.cr_ends_rows:
            self._note_lone_cr(-1)
        self._lines = chain.from_iterable(self._line_lists())
        self._lines_before = 0
        self._reader = csv_reader(self._lines, dialect, limits)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Raise `ChunkError` where something is wrong with the text."""
        bad_starts = self._bad_starts
        while True:
            reader, first_line, row_start = self._reader, self._first_line + self._lines_before, 0
            try:
                for fields in reader:
                    if fields:
                        if bad_starts and (rule := self._broken_by()):
                            fields = MalformedRow(rule)
                        yield first_line + row_start, fields
                    self._row_start = row_start = reader.line_num
                return
            except csv.Error:
                self._skip_malformed_row()
            yield self._first_line + self._start, MalformedRow(Rule.TEXT_AFTER_QUOTE)
            self._row_start = 0

    @property
    def last_line(self) -> int:
        """The line on which the row given last ends."""
        return self._first_line + self._end - 1

    def weight(self, fields: list[str]) -> int:
        """Give for how many rows the row given last counts in the share of rejects.

        A malformed row counts as many as it has lines: it may have swallowed a row with each.
        """
        return self._end - self._start if isinstance(fields, MalformedRow) else 1

    def text(self) -> str:
        """Give the text of the row given last as it stands in the file, its newline included."""
        return "".join(self._lines_of_row())

    @property
    def _start(self) -> int:
        """How many lines of the text are before the row given last, or being read."""
        return self._lines_before + self._row_start

    @property
    def _end(self) -> int:
        """How many lines have been read."""
        return self._lines_before + self._reader.line_num

    def _lines_of_row(self) -> list[str]:
        start, end = self._start, self._end
        return [line for first, lines in self._kept for line in lines[max(start - first, 0) : max(end - first, 0)]]

    def _broken_by(self) -> Rule | None:
        rule = self._bad_starts.get(self._start)
        return Rule.LONE_CR if rule is None and self._end - 1 in self._bad_ends else rule

    def _skip_malformed_row(self) -> None:
        """Take the rest of a row at which `csv` gave up, and go on with a reader of its own after that.

        After an error `csv` would go on with the next line, even where that lies inside quotes.
        """
        lines = chain(self._lines_of_row(), self._lines)
        lenient = csv_reader(lines, replace(self._dialect, strict=False), self._limits)
        try:
            next(lenient)
        except csv.Error:
            # The one error that is left for lines as they come from here.
            line = self._first_line + self._start
            raise ChunkError(Reason.FIELD_TOO_LONG, line, limit=self._limits.field_bytes) from None
        self._lines_before = self._start + lenient.line_num
        # The row is before the lines that the new reader counts.
        self._row_start = -lenient.line_num
        self._reader = csv_reader(self._lines, self._dialect, self._limits)

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
            self._note_faults(text, lines, given)
            self._kept.append((given, lines))
            given += len(lines)
            yield lines
        # Asked for more in the middle of a row.
        if self._start < given:
            raise ChunkError(Reason.UNTERMINATED_QUOTE, self._first_line + self._start)

    def _note_faults(self, text: str, lines: list[str], given: int) -> None:
        """Look at each line only where the text as a whole may have a fault."""
        if self._encoding in ONE_BYTE_ENCODINGS:
            if not text.isascii():
                self._note_utf8([(number, line) for number, line in enumerate(lines, given) if not line.isascii()])
        elif _MARK in text:
            self._note_marks(_MARK, enumerate(lines, given))
        if not self._dialect.cr_ends_rows and "\r" in text:
            for number in [number for number, line in enumerate(lines, given) if line[-1] == "\r"]:
                self._note_lone_cr(number)

    def _note_utf8(self, not_ascii: list[tuple[int, str]]) -> None:
        misread = [number for number, line in not_ascii if is_misread_utf8(line, self._encoding)]
        if misread:
            self.utf8_lines += len(misread)
            self.first_utf8_line = self.first_utf8_line or self._first_line + misread[0]
        self._note_marks(MISREAD_MARK, not_ascii)

    def _note_marks(self, mark: str, lines: Iterable[tuple[int, str]]) -> None:
        self._bad_starts |= {number: Rule.BYTE_ORDER_MARK for number, line in lines if line.startswith(mark)}

    def _note_lone_cr(self, line: int) -> None:
        self._bad_ends.add(line)
        self._bad_starts.setdefault(line + 1, Rule.LONE_CR)

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
        start = self._start
        while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= start:
            self._kept.popleft()
        for line in [line for line in self._bad_starts if line < start]:
            del self._bad_starts[line]
        self._bad_ends -= {line for line in self._bad_ends if line < start}


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

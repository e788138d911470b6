"""Reads rows with Python's `csv`, and keeps the text of the last one at hand."""

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Final

from csvbatch.csv_file.dialect import Dialect, csv_reader, split_lines
from csvbatch.csv_file.errors import ChunkError, Reason
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.malformed import MalformedRow, RowFault
from csvbatch.csv_file.utf8_text import MISREAD_BOM, ONE_BYTE_ENCODINGS, is_misread_utf8

_BOM: Final = "\ufeff"


class Rows:
    """The rows of a file or chunk, once: line and fields of each; blank lines are not rows.

    The blocks begin with a row, after any BOM, on line `first_line`; the dialect has a byte order. A row that is
    malformed (see `Dialect`) or begins with a BOM is given as a `MalformedRow`. It ends where it would end if the
    dialect were not strict: at the first row end outside quotes after the fault. So rows end in the same places as
    for a scan, which looks at quotes alone.

    `utf8_lines` counts the lines so far that are not ASCII but valid UTF-8, where the dialect's encoding has one byte
    a character; `first_utf8_line` is the first of them.
    """

    def __init__(
        self,
        blocks: Iterable[bytes],
        dialect: Dialect,
        first_line: int,
        limits: Limits = DEFAULT_LIMITS,
        *,
        after_lone_cr: bool = False,
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
        self._bad_starts: dict[int, RowFault] = {}
        self._bad_ends: set[int] = set()
        if after_lone_cr and not dialect.cr_ends_rows:
            self._note_lone_cr(-1)
        self._lines = chain.from_iterable(self._line_lists())
        self._lines_before = 0
        self._reader = csv_reader(self._lines, dialect, limits)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Raise `ChunkError` where the text has a fault that is not one row's."""
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
            yield self._first_line + self._start, MalformedRow(RowFault.TEXT_AFTER_QUOTE)
            self._row_start = 0

    @property
    def last_line(self) -> int:
        """Line on which the current row ends."""
        return self._first_line + self._end - 1

    def weight(self, fields: list[str]) -> int:
        """Give for how many rows the current row counts in the share of rejects.

        A malformed row counts once for each of its lines: each may be a row that it has swallowed.
        """
        return self._end - self._start if isinstance(fields, MalformedRow) else 1

    def text(self) -> str:
        """Give the text of the current row as it is in the file, with its newline."""
        return "".join(self._lines_of_row())

    @property
    def _start(self) -> int:
        """Number of lines of the text before the current row."""
        return self._lines_before + self._row_start

    @property
    def _end(self) -> int:
        """Number of lines of the text that have been read."""
        return self._lines_before + self._reader.line_num

    def _lines_of_row(self) -> list[str]:
        start, end = self._start, self._end
        return [line for first, lines in self._kept for line in lines[max(start - first, 0) : max(end - first, 0)]]

    def _broken_by(self) -> RowFault | None:
        rule = self._bad_starts.get(self._start)
        return RowFault.LONE_CR if rule is None and self._end - 1 in self._bad_ends else rule

    def _skip_malformed_row(self) -> None:
        """Take the rest of a row at which `csv` raised an error, and continue with a new reader after it.

        After an error `csv` would continue with the next line, even inside quotes.
        """
        lines = chain(self._lines_of_row(), self._lines)
        lenient = csv_reader(lines, replace(self._dialect, strict=False), self._limits)
        try:
            next(lenient)
        except csv.Error:
            # The only error that these lines can still cause.
            line = self._first_line + self._start
            raise ChunkError(Reason.FIELD_TOO_LONG, line, limit=self._limits.field_bytes) from None
        self._lines_before = self._start + lenient.line_num
        # The row is before the lines that the new reader will count.
        self._row_start = -lenient.line_num
        self._reader = csv_reader(self._lines, self._dialect, self._limits)

    def _line_lists(self) -> Iterator[list[str]]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        given = 0
        tail = ""
        for block in chain(self._blocks, (b"",)):
            text = tail + self._decode(decoder, block, tail, given)
            lines = split_lines(text)
            # The rest of a line, or the LF of a CRLF, may come with the next block.
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
        # The reader asked for more in the middle of a row.
        if self._start < given:
            raise ChunkError(Reason.UNTERMINATED_QUOTE, self._first_line + self._start)

    def _note_faults(self, text: str, lines: list[str], given: int) -> None:
        """Note lines with which no row may begin or end; look at each line only if the whole text may have one."""
        if self._encoding in ONE_BYTE_ENCODINGS:
            if not text.isascii():
                self._note_utf8([(number, line) for number, line in enumerate(lines, given) if not line.isascii()])
        elif _BOM in text:
            self._note_boms(_BOM, enumerate(lines, given))
        if not self._dialect.cr_ends_rows and "\r" in text:
            for number in [number for number, line in enumerate(lines, given) if line[-1] == "\r"]:
                self._note_lone_cr(number)

    def _note_utf8(self, not_ascii: list[tuple[int, str]]) -> None:
        misread = [number for number, line in not_ascii if is_misread_utf8(line, self._encoding)]
        if misread:
            self.utf8_lines += len(misread)
            self.first_utf8_line = self.first_utf8_line or self._first_line + misread[0]
        self._note_boms(MISREAD_BOM, not_ascii)

    def _note_boms(self, bom: str, lines: Iterable[tuple[int, str]]) -> None:
        self._bad_starts |= {number: RowFault.BYTE_ORDER_MARK for number, line in lines if line.startswith(bom)}

    def _note_lone_cr(self, line: int) -> None:
        self._bad_ends.add(line)
        self._bad_starts.setdefault(line + 1, RowFault.LONE_CR)

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
        # Raised outside of the handler: the decoder's error, which would be its context, has the text.
        raise ChunkError(reason, self._line_after(given, tail + right), encoding=self._encoding)

    def _line_after(self, given: int, text: str) -> int:
        """Give the line of the character after a text that begins after the lines given so far."""
        return self._first_line + given + len(split_lines(text + "?")) - 1

    def _forget_rows_before(self) -> None:
        start = self._start
        while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= start:
            self._kept.popleft()
        for line in [line for line in self._bad_starts if line < start]:
            del self._bad_starts[line]
        self._bad_ends -= {line for line in self._bad_ends if line < start}

"""Reads a file as segments: as many whole rows as fit a window, checked to be text and within the limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from csvbatch.csv_file.blocks import cut
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.encoding import to_code_units, undecodable
from csvbatch.csv_file.errors import Reason, SplitError
from csvbatch.csv_file.limits import Limits
from csvbatch.csv_file.newlines import CR, count_lines, last_row_end
from csvbatch.csv_file.quoting import Quoting
from csvbatch.csv_file.row_limits import BrokenLimit, RowLimits

_NUL: Final = b"\0"


@dataclass(frozen=True, slots=True)
class Segment:
    """Code units [start, start + length) of a file: whole rows, the first of which begins on line `first_line`.

    The three texts may go on after these rows: `data` are the bytes of the file, `units` the same with one byte a
    code unit, `masked` the same again, in which every newline ends a row (see `quoting`).
    """

    start: int
    length: int
    first_line: int
    data: bytes
    units: bytes
    masked: bytes

    def line_at(self, position: int) -> int:
        """Give the line of the code unit at `position`, which counts from the start of the segment."""
        return self.first_line + count_lines(self.units, 0, position)


class SegmentReader:
    """Cuts a file into segments; its dialect has a byte order.

    The blocks begin after the BOM, or where a row begins on line `first_line`.
    """

    def __init__(
        self, blocks: Iterable[bytes], dialect: Dialect, limits: Limits, window_bytes: int, first_line: int = 1
    ) -> None:
        self._blocks = cut(blocks, window_bytes)
        self._rest = memoryview(b"")
        self._ended = False
        self._first_line = first_line
        self._window_bytes = window_bytes
        self._encoding = dialect.encoding
        self._unit_bytes = dialect.unit_bytes
        self._quoting = Quoting(dialect.delimiter, dialect.quote)
        self._row_limits = RowLimits(dialect, limits)

    def __iter__(self) -> Iterator[Segment]:
        """Raise `SplitError` for the first fault."""
        start, line = 0, self._first_line
        data = b""
        while not self._ended:
            data = self._fill(data)
            segment = self._segment(data, start, line)
            if segment.length:
                yield segment
                start += segment.length
                line = segment.line_at(segment.length)
                data = data[segment.length * self._unit_bytes :]

    def _fill(self, data: bytes) -> bytes:
        """Add a window to what is left over, or as much again: a long row is then searched only a few times."""
        parts: list[bytes | memoryview] = [data]
        missing = max(self._window_bytes - len(data), len(data))
        while missing > 0:
            block: memoryview | None = self._rest or next(self._blocks, None)
            if block is None:
                self._ended = True
                break
            # No more than what is missing: the allocator reuses freed memory only for what is not longer.
            parts.append(block[:missing])
            self._rest = block[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _segment(self, data: bytes, start: int, line: int) -> Segment:
        units = to_code_units(data, self._encoding)
        masked, open_quote = self._quoting.mask(units)
        length = len(units) if self._ended else self._whole_rows(masked)
        segment = Segment(start, length, line, data, units, masked)
        self._check_text(segment)
        if self._ended and open_quote is not None:
            raise SplitError(Reason.UNTERMINATED_QUOTE, segment.line_at(open_quote))
        try:
            if length:
                self._row_limits.check_rows(masked, length)
            else:
                self._row_limits.check_row(masked, 0, len(masked))
        except BrokenLimit as broken:
            raise SplitError(broken.reason, segment.line_at(broken.position), limit=broken.limit) from None
        return segment

    def _whole_rows(self, masked: bytes) -> int:
        # The LF of a CRLF may still be to come.
        return last_row_end(masked, 0, len(masked) - masked.endswith(CR))

    def _check_text(self, segment: Segment) -> None:
        nul = segment.units.find(_NUL)
        if nul >= 0:
            raise SplitError(Reason.NUL, segment.line_at(nul))
        whole = len(segment.data) if self._ended else segment.length * self._unit_bytes
        wrong = undecodable(segment.data, whole, self._encoding)
        if wrong is not None:
            line = segment.line_at(wrong // self._unit_bytes)
            raise SplitError(Reason.ENCODING, line, encoding=self._encoding)

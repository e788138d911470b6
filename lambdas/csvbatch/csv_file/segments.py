"""Reads a file as segments: as many whole rows as a window holds, found to be text and within the limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from csvbatch.csv_file.blocks import pieces
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
    """Code units [start, start + length) of a file: whole rows, the first of which begins on `first_line`.

    Each of the three texts may go on after these rows: `data` as in the file, `units` with one byte a code
    unit, `rows` with that masked.
    """

    start: int
    length: int
    first_line: int
    data: bytes
    units: bytes
    rows: bytes

    def line_at(self, position: int) -> int:
        """Give the line on which the code unit at `position` of the segment stands."""
        return self.first_line + count_lines(self.units, 0, position)


class SegmentReader:
    """Cuts a file into segments; its blocks begin after the mark, and its dialect has a byte order."""

    def __init__(self, blocks: Iterable[bytes], dialect: Dialect, limits: Limits, window_bytes: int) -> None:
        self._pieces = pieces(blocks, window_bytes)
        self._rest = memoryview(b"")
        self._ended = False
        self._window_bytes = window_bytes
        self._encoding = dialect.encoding
        self._unit_bytes = dialect.unit_bytes
        self._quoting = Quoting(dialect.delimiter, dialect.quote)
        self._row_limits = RowLimits(dialect, limits)

    def __iter__(self) -> Iterator[Segment]:
        """Raise `SplitError` at the first thing that is wrong."""
        start, line = 0, 1
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
        """Add a window to what is left over, or as much again, so that long rows are gone over but twice."""
        parts: list[bytes | memoryview] = [data]
        missing = max(self._window_bytes - len(data), len(data))
        while missing > 0:
            piece: memoryview | None = self._rest or next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            # No more than what is missing: memory that was given back fits what is asked for next only if that is
            # not a few bytes longer.
            parts.append(piece[:missing])
            self._rest = piece[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _segment(self, data: bytes, start: int, line: int) -> Segment:
        units = to_code_units(data, self._encoding)
        masked = self._quoting.mask(units)
        length = len(units) if self._ended else self._whole_rows(masked.text)
        segment = Segment(start, length, line, data, units, masked.text)
        self._check_text(segment)
        if self._ended and masked.open_quote is not None:
            raise SplitError(Reason.UNTERMINATED_QUOTE, segment.line_at(masked.open_quote))
        try:
            if length:
                self._row_limits.check_rows(masked.text, length)
            else:
                self._row_limits.check_row(masked.text, 0, len(masked.text))
        except BrokenLimit as broken:
            raise SplitError(broken.reason, segment.line_at(broken.position), limit=broken.limit) from None
        return segment

    def _whole_rows(self, rows: bytes) -> int:
        # The LF of a CRLF may be still to come.
        return last_row_end(rows, 0, len(rows) - rows.endswith(CR))

    def _check_text(self, segment: Segment) -> None:
        nul = segment.units.find(_NUL)
        if nul >= 0:
            raise SplitError(Reason.NUL, segment.line_at(nul))
        whole = len(segment.data) if self._ended else segment.length * self._unit_bytes
        wrong = undecodable(segment.data, whole, self._encoding)
        if wrong is not None:
            line = segment.line_at(wrong // self._unit_bytes)
            raise SplitError(Reason.ENCODING, line, encoding=self._encoding)

"""Splits a CSV file into chunks that begin and end where rows do, in one pass and in bounded memory."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

from csvbatch.csv_file.blocks import take
from csvbatch.csv_file.dialect import Dialect, csv_reader, split_lines
from csvbatch.csv_file.encoding import byte_order
from csvbatch.csv_file.errors import Reason, SplitError
from csvbatch.csv_file.file_kinds import LONGEST_SIGNATURE_BYTES, other_kind
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.newlines import LF, count_lines, first_row_end, last_row_end, skip_blank_lines
from csvbatch.csv_file.segments import Segment, SegmentReader

DEFAULT_WINDOW_BYTES: Final = 256 * 1024
_PREVIEW_ROWS: Final = 50
_PREVIEW_UNITS: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes [start, end) of the unpacked object: whole rows, the first of which begins on line `first_line`.

    Numbers count from 0, lines are physical and count from 1. The first chunk begins with the first row after the
    header, each other one where the previous one ends. A chunk may contain blank lines, which are not rows.
    """

    number: int
    start: int
    end: int
    first_line: int


def scan(
    blocks: Iterable[bytes],
    dialect: Dialect,
    *,
    chunk_bytes: int,
    limits: Limits = DEFAULT_LIMITS,
    window_bytes: int = DEFAULT_WINDOW_BYTES,
) -> "Scan":
    """Read the header of a file, and return an iterator that gives its chunks in order while it reads the rest.

    A chunk has at most `chunk_bytes` bytes unless it is one longer row. `window_bytes` is how much is searched at
    once; neither it nor the size of the blocks changes the result. Raises `SplitError`, here or while the chunks
    are taken: only after the last one is it certain that the file can be read.
    """
    if chunk_bytes < 1 or window_bytes < 1:
        raise ValueError(f"chunk_bytes {chunk_bytes}, window_bytes {window_bytes}: use 1 or more")
    return Scan(blocks, dialect, chunk_bytes, limits, window_bytes)


class Scan:
    """One pass over a file: its `header`, its `dialect` with byte order and row ends as found and, once, its chunks."""

    def __init__(
        self,
        blocks: Iterable[bytes],
        dialect: Dialect,
        chunk_bytes: int,
        limits: Limits,
        window_bytes: int,
    ) -> None:
        blocks = iter(blocks)
        first = take(blocks, LONGEST_SIGNATURE_BYTES)
        if kind := other_kind(first[:LONGEST_SIGNATURE_BYTES]):
            raise SplitError(Reason.NOT_CSV, found=kind)
        encoding, self._bom_bytes = byte_order(first, dialect.encoding)
        dialect = replace(dialect, encoding=encoding)
        self._unit_bytes = dialect.unit_bytes
        self._chunk_units = max(1, chunk_bytes // self._unit_bytes)
        after_bom = chain((first[self._bom_bytes :],), blocks)
        self._segments = iter(SegmentReader(after_bom, dialect, limits, window_bytes))
        self._segment = Segment(start=0, length=0, first_line=1, data=b"", units=b"", masked=b"")
        header_start = self._find_row(0)
        if header_start is None:
            raise SplitError(Reason.EMPTY)
        header_end = first_row_end(self._segment.masked, header_start, self._segment.length)
        lf_ends_header = self._segment.masked.endswith(LF, header_start, header_end)
        self.dialect: Final = replace(dialect, cr_ends_rows=not lf_ends_header)
        self._limits = limits
        self.header: Final = self._parse_header(header_start, header_end)
        self._header_end = header_end
        self._chunks = self._cut(header_end)

    def __iter__(self) -> Iterator[Chunk]:
        return self._chunks

    def rows_after_header(self) -> Iterator[tuple[int, list[str]]]:
        """Give line and fields of at most 50 rows after the first, to look for a header among them.

        Only before chunks are taken, and only from what has been read of the file for the header.
        """
        end = min(self._segment.length, self._header_end + _PREVIEW_UNITS)
        if end < self._segment.length:
            end = last_row_end(self._segment.masked, self._header_end, end)
        first_line = line = self._segment.line_at(self._header_end)
        reader = csv_reader(self._lines(self._header_end, end), replace(self.dialect, strict=False), self._limits)
        for fields in islice(reader, _PREVIEW_ROWS):
            if fields:
                yield line, fields
            line = first_line + reader.line_num

    @property
    def bytes_scanned(self) -> int:
        """Bytes checked so far: all of the object's, once all chunks have been taken."""
        return self._byte(self._segment.start + self._segment.length)

    def _byte(self, unit: int) -> int:
        return self._bom_bytes + unit * self._unit_bytes

    def _find_row(self, position: int) -> int | None:
        """Find the first row at or after `position`, in later segments if necessary; None if there is none."""
        while True:
            length = self._segment.length
            position = skip_blank_lines(self._segment.masked, position, length)
            if position < length:
                return position
            following = next(self._segments, None)
            if following is None:
                return None
            self._segment, position = following, 0

    def _parse_header(self, start: int, end: int) -> tuple[str, ...]:
        try:
            return tuple(next(csv_reader(self._lines(start, end), self.dialect, self._limits)))
        except csv.Error:
            # Not a field that is too long: the scan has checked that.
            raise SplitError(Reason.TEXT_AFTER_QUOTE, self._segment.line_at(start)) from None

    def _lines(self, start: int, end: int) -> list[str]:
        data = self._segment.data[start * self._unit_bytes : end * self._unit_bytes]
        return split_lines(data.decode(self.dialect.encoding))

    def _cut(self, header_end: int) -> Iterator[Chunk]:
        position = self._find_row(header_end)
        if position is None:
            return
        number = 0
        start = self._segment.start + position
        first_line = self._segment.line_at(position)
        for segment in chain((self._segment,), self._segments):
            self._segment = segment
            counted, line = 0, segment.first_line
            while start + self._chunk_units < segment.start + segment.length:
                cut = self._full_at(segment, start)
                yield Chunk(number, self._byte(start), self._byte(segment.start + cut), first_line)
                line += count_lines(segment.units, counted, cut)
                counted = cut
                number, start, first_line = number + 1, segment.start + cut, line
        if self._byte(start) < self.bytes_scanned:
            yield Chunk(number, self._byte(start), self.bytes_scanned, first_line)

    def _full_at(self, segment: Segment, start: int) -> int:
        """Give the position in the segment where a chunk is full that cannot take all of the segment."""
        full = start + self._chunk_units - segment.start
        begin = max(start - segment.start, 0)
        cut = last_row_end(segment.masked, begin, full)
        if cut == begin and start >= segment.start:
            return first_row_end(segment.masked, full, segment.length)
        return cut

"""Cuts a stream of segments into chunks."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from csvbatch.csv_file.newlines import count_lines, first_row_end, last_row_end, skip_blank_lines
from csvbatch.csv_file.segments import Segment


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


class Cutter:
    """The segments of a file from byte `base` on, which are cut into chunks of at most `chunk_bytes`."""

    def __init__(
        self, segments: Iterator[Segment], *, base: int, unit_bytes: int, chunk_bytes: int, first_line: int = 1
    ) -> None:
        self._segments: Final = segments
        self._base: Final = base
        self._unit_bytes: Final = unit_bytes
        self._chunk_units: Final = max(1, chunk_bytes // unit_bytes)
        self.segment = Segment(start=0, length=0, first_line=first_line, data=b"", units=b"", masked=b"")

    @property
    def bytes_scanned(self) -> int:
        """Offset up to which the file was checked."""
        return self._byte(self.segment.start + self.segment.length)

    def find_row(self, position: int) -> int | None:
        """Find the first row at or after `position`, in later segments if necessary; None if there is none."""
        while True:
            length = self.segment.length
            position = skip_blank_lines(self.segment.masked, position, length)
            if position < length:
                return position
            following = next(self._segments, None)
            if following is None:
                return None
            self.segment, position = following, 0

    def cut(self, position: int, number: int) -> Iterator[Chunk]:
        """Give the chunks from the row at `position` of the present segment on, the first with this number."""
        start = self.segment.start + position
        first_line = self.segment.line_at(position)
        for segment in chain((self.segment,), self._segments):
            self.segment = segment
            counted, line = 0, segment.first_line
            while start + self._chunk_units < segment.start + segment.length:
                cut = self._full_at(segment, start)
                yield Chunk(number, self._byte(start), self._byte(segment.start + cut), first_line)
                line += count_lines(segment.units, counted, cut)
                counted = cut
                number, start, first_line = number + 1, segment.start + cut, line
        if self._byte(start) < self.bytes_scanned:
            yield Chunk(number, self._byte(start), self.bytes_scanned, first_line)

    def _byte(self, unit: int) -> int:
        return self._base + unit * self._unit_bytes

    def _full_at(self, segment: Segment, start: int) -> int:
        """Give the position in the segment where a chunk is full that cannot take all of the segment."""
        full = start + self._chunk_units - segment.start
        begin = max(start - segment.start, 0)
        cut = last_row_end(segment.masked, begin, full)
        if cut == begin and start >= segment.start:
            return first_row_end(segment.masked, full, segment.length)
        return cut

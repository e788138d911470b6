"""Splits a CSV file into chunks that begin and end where rows do, in one pass and in bounded memory."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from csvbatch.csv_file.blocks import take
from csvbatch.csv_file.cutting import Chunk, Cutter
from csvbatch.csv_file.dialect import Dialect, csv_reader, split_lines
from csvbatch.csv_file.encoding import byte_order
from csvbatch.csv_file.errors import Reason, SplitError
from csvbatch.csv_file.file_kinds import LONGEST_SIGNATURE_BYTES, other_kind
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.newlines import LF, first_row_end, last_row_end
from csvbatch.csv_file.segments import SegmentReader

DEFAULT_WINDOW_BYTES: Final = 256 * 1024
_PREVIEW_ROWS: Final = 50
_PREVIEW_UNITS: Final = 64 * 1024


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
    _check_sizes(chunk_bytes, window_bytes)
    return Scan(blocks, dialect, chunk_bytes, limits, window_bytes)


def scan_again(
    blocks: Iterable[bytes],
    dialect: Dialect,
    chunk: Chunk,
    *,
    chunk_bytes: int,
    limits: Limits = DEFAULT_LIMITS,
    window_bytes: int = DEFAULT_WINDOW_BYTES,
) -> Iterator[Chunk]:
    """Continue an interrupted scan: give the chunks from this one on, as the scan of the whole file gives them.

    `blocks` begin at `chunk.start`, and `dialect` is the one that the interrupted scan had found. `chunk` is any chunk
    that it gave. Raises `SplitError`.
    """
    _check_sizes(chunk_bytes, window_bytes)
    segments = SegmentReader(blocks, dialect, limits, window_bytes, chunk.first_line)
    cutter = Cutter(
        iter(segments),
        base=chunk.start,
        unit_bytes=dialect.unit_bytes,
        chunk_bytes=chunk_bytes,
        first_line=chunk.first_line,
    )
    return cutter.cut(0, chunk.number)


def _check_sizes(chunk_bytes: int, window_bytes: int) -> None:
    if chunk_bytes < 1 or window_bytes < 1:
        raise ValueError(f"chunk_bytes {chunk_bytes}, window_bytes {window_bytes}: use 1 or more")


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
        encoding, bom_bytes = byte_order(first, dialect.encoding)
        dialect = replace(dialect, encoding=encoding)
        self._unit_bytes = dialect.unit_bytes
        segments = iter(SegmentReader(chain((first[bom_bytes:],), blocks), dialect, limits, window_bytes))
        self._cutter = Cutter(segments, base=bom_bytes, unit_bytes=dialect.unit_bytes, chunk_bytes=chunk_bytes)
        header_start = self._cutter.find_row(0)
        if header_start is None:
            raise SplitError(Reason.EMPTY)
        masked = self._cutter.segment.masked
        header_end = first_row_end(masked, header_start, self._cutter.segment.length)
        lf_ends_header = masked.endswith(LF, header_start, header_end)
        self.dialect: Final = replace(dialect, cr_ends_rows=not lf_ends_header)
        self._limits = limits
        self.header: Final = self._parse_header(header_start, header_end)
        self._header_end = header_end
        self._chunks = self._cut()

    def __iter__(self) -> Iterator[Chunk]:
        return self._chunks

    def rows_after_header(self) -> Iterator[tuple[int, list[str]]]:
        """Give line and fields of at most 50 rows after the first, to look for a header among them.

        Only before chunks are taken, and only from what has been read of the file for the header.
        """
        segment = self._cutter.segment
        end = min(segment.length, self._header_end + _PREVIEW_UNITS)
        if end < segment.length:
            end = last_row_end(segment.masked, self._header_end, end)
        first_line = line = segment.line_at(self._header_end)
        reader = csv_reader(self._lines(self._header_end, end), replace(self.dialect, strict=False), self._limits)
        for fields in islice(reader, _PREVIEW_ROWS):
            if fields:
                yield line, fields
            line = first_line + reader.line_num

    @property
    def bytes_scanned(self) -> int:
        """Bytes checked so far: all of the object's, once all chunks have been taken."""
        return self._cutter.bytes_scanned

    def _cut(self) -> Iterator[Chunk]:
        position = self._cutter.find_row(self._header_end)
        if position is not None:
            yield from self._cutter.cut(position, 0)

    def _parse_header(self, start: int, end: int) -> tuple[str, ...]:
        try:
            return tuple(next(csv_reader(self._lines(start, end), self.dialect, self._limits)))
        except csv.Error:
            # Not a field that is too long: the scan has checked that.
            raise SplitError(Reason.TEXT_AFTER_QUOTE, self._cutter.segment.line_at(start)) from None

    def _lines(self, start: int, end: int) -> list[str]:
        data = self._cutter.segment.data[start * self._unit_bytes : end * self._unit_bytes]
        return split_lines(data.decode(self.dialect.encoding))

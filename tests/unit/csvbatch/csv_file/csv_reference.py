"""What Python's `csv` makes of a whole text, and ways to take the same text through splitter and reader.

A malformed row has no fields here, as in the reader. It ends where `csv` ends it when it is not strict.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from csvbatch.csv_file.blocks import resize
from csvbatch.csv_file.cutting import Chunk
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.reader import chunk_range, read_chunk
from csvbatch.csv_file.row_reader import Rows
from csvbatch.csv_file.splitter import DEFAULT_WINDOW_BYTES, Scan, scan

COMMA = Dialect()
LENIENT = Dialect(strict=False)


@dataclass(frozen=True, slots=True)
class ReadRow:
    line: int
    fields: list[str]
    text: str
    last_line: int


def csv_rows(text: str, dialect: Dialect = COMMA) -> list[tuple[int, list[str]]]:
    """The line and the fields of each row; blank lines are none."""
    lines = lines_of(text)
    reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
    rows = []
    start = 0
    for fields in reader:
        if fields:
            before = lines[start - 1] if start else ""
            row = lines[start : reader.line_num]
            rows.append((start + 1, [] if is_malformed(row, before, dialect) else fields))
        start = reader.line_num
    return rows


def is_malformed(row: list[str], line_before: str, dialect: Dialect) -> bool:
    if not dialect.cr_ends_rows and (row[-1].endswith("\r") or line_before.endswith("\r")):
        return True
    if row[0].startswith("\ufeff"):
        return True
    try:
        list(csv.reader(row, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=dialect.strict))
    except csv.Error:
        return True
    return False


def lines_of(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def row_ends_and_open_quote(text: str, dialect: Dialect = COMMA) -> tuple[list[int], int | None]:
    """Where the newlines stand that end rows, and the quote that is open at the end: CPython's `_csv.c` in short."""
    state, ends, opened = "start", [], None
    for position, character in enumerate(text):
        if state == "quoted":
            state = "quote in quoted" if character == dialect.quote else "quoted"
        elif state == "quote in quoted" and character == dialect.quote:
            state, opened = "quoted", position
        elif character in "\r\n":
            state = "start"
            ends.append(position)
        elif character == dialect.delimiter:
            state = "start"
        elif state == "start" and character == dialect.quote:
            state, opened = "quoted", position
        else:
            state = "unquoted"
    return ends, opened if state == "quoted" else None


def line_at(text: str, position: int) -> int:
    return len(io.StringIO(text[:position] + "?", newline="").readlines())


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def split(
    data: bytes,
    dialect: Dialect = COMMA,
    *,
    chunk_bytes: int = 1 << 20,
    block_bytes: int = 1 << 20,
    window_bytes: int = DEFAULT_WINDOW_BYTES,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Scan, list[Chunk]]:
    scanned = scan(
        blocks(data, block_bytes), dialect, chunk_bytes=chunk_bytes, window_bytes=window_bytes, limits=limits
    )
    return scanned, list(scanned)


def rows_of(
    source: Iterable[bytes], dialect: Dialect = COMMA, *, first_line: int = 1, limits: Limits = DEFAULT_LIMITS
) -> Rows:
    """Read bytes as a chunk's are read, without the checks of where it begins and how long it is."""
    return Rows(resize(source, 64 * 1024), dialect, first_line, limits)


def read(data: bytes, dialect: Dialect, chunk: Chunk, block_bytes: int = 1 << 20) -> list[ReadRow]:
    start, end = chunk_range(chunk, dialect)
    rows = read_chunk(blocks(data[start:end], block_bytes), dialect, chunk)
    return [ReadRow(line, fields, rows.text(), rows.last_line) for line, fields in rows]

"""How the project reads a file: the splitter's header and chunks, and the reader's rows of each chunk."""

from dataclasses import dataclass, replace

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.encoding import byte_order
from csvbatch.csv_file.errors import ChunkError, Reason, SplitError
from csvbatch.csv_file.malformed import MalformedRow
from csvbatch.csv_file.reader import chunk_range, read_chunk
from csvbatch.csv_file.row_reader import Rows
from csvbatch.csv_file.splitter import scan
from csvbatch.rows.rules import Rule


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row's fields and its text in the file; a malformed row has the rule that it breaks."""

    fields: list[str]
    text: str
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the project makes of a file: its rows, or why it refused the file."""

    header: ReadRow | None
    rows: list[ReadRow]
    refused: Reason | None = None


def read_file(data: bytes, dialect: Dialect, chunk_bytes: int) -> Reading:
    """Split the file into chunks of that size and read them, as the two functions do."""
    try:
        scanned = scan([data], dialect, chunk_bytes=chunk_bytes)
        chunks = list(scanned)
        rows = []
        for chunk in chunks:
            start, end = chunk_range(chunk, scanned.dialect)
            read = read_chunk([data[start:end]], scanned.dialect, chunk)
            rows += [_row(fields, read.text()) for _, fields in read]
        bom_bytes = byte_order(data, dialect.encoding)[1]
        header = Rows([data[bom_bytes:]], scanned.dialect, first_line=1)
        next(iter(header))
        return Reading(ReadRow(list(scanned.header), header.text()), rows)
    except (SplitError, ChunkError) as error:
        return Reading(None, [], error.reason)


def text_of(data: bytes, dialect: Dialect) -> str | None:
    """The file's text after its byte order mark; None where its bytes are not in the dialect's encoding."""
    try:
        encoding, bom_bytes = byte_order(data, dialect.encoding)
        return data[bom_bytes:].decode(encoding)
    except (SplitError, UnicodeDecodeError):
        return None


def lenient(dialect: Dialect) -> Dialect:
    """The same dialect, read as `csv` reads by default."""
    return replace(dialect, strict=False)


def _row(fields: list[str], text: str) -> ReadRow:
    return ReadRow(list(fields), text, Rule(fields.fault) if isinstance(fields, MalformedRow) else None)

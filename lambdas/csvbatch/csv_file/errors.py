"""What can be wrong with a file, as codes and sentences that never contain anything of it."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a file or a part of it cannot be read; its value is the code that the ledger keeps."""

    EMPTY = "empty"
    NOT_CSV = "not_csv"
    ENCODING = "encoding"
    BYTE_ORDER_MARK = "byte_order_mark"
    NUL = "nul"
    UNTERMINATED_QUOTE = "unterminated_quote"
    TEXT_AFTER_QUOTE = "text_after_quote"
    FIELD_TOO_LONG = "field_too_long"
    ROW_TOO_LONG = "row_too_long"
    TOO_MANY_COLUMNS = "too_many_columns"
    NOT_GZIP = "not_gzip"
    GZIP_TRUNCATED = "gzip_truncated"
    GZIP_DAMAGED = "gzip_damaged"
    GZIP_TRAILING_BYTES = "gzip_trailing_bytes"
    GZIP_TOO_LARGE = "gzip_too_large"
    GZIP_BOMB = "gzip_bomb"
    CHUNK_LENGTH = "chunk_length"
    CHUNK_BOUNDARY = "chunk_boundary"


_SENTENCES: Final = {
    Reason.EMPTY: "the file is empty or has only blank lines; send it with a header line and rows",
    Reason.NOT_CSV: "the content is not CSV, it is {found}; export the table as CSV and send that",
    Reason.ENCODING: (
        "there are bytes that are not valid {encoding}; "
        "write the file in {encoding}, or set its encoding in the contract"
    ),
    Reason.BYTE_ORDER_MARK: (
        "the contract says {encoding}, but the file begins with {found}; "
        "write the file in {encoding}, or set its encoding in the contract"
    ),
    Reason.NUL: ("there is a NUL character; remove it, or, if the file is UTF-16, set that encoding in the contract"),
    Reason.UNTERMINATED_QUOTE: (
        "the quote that opens a field here is never closed; close it, or double a quote that is part of a quoted field"
    ),
    Reason.TEXT_AFTER_QUOTE: (
        "the header has text between a closing quote and the next delimiter; "
        "double a quote that is part of a quoted field"
    ),
    Reason.FIELD_TOO_LONG: (
        "a field is longer than {limit} bytes; shorten it, or add its closing quote if that is missing"
    ),
    Reason.ROW_TOO_LONG: "a row is longer than {limit} bytes; check its newlines and quotes, or shorten it",
    Reason.TOO_MANY_COLUMNS: "a row has more than {limit} columns; check its delimiters, quotes and newlines",
    Reason.NOT_GZIP: "the name says gzip, but the content is {found}; send it as .csv, or compress it with gzip",
    Reason.GZIP_TRUNCATED: "the gzip file is cut off; send it again",
    Reason.GZIP_DAMAGED: "the gzip file is damaged; compress the file and send it again",
    Reason.GZIP_TRAILING_BYTES: (
        "after the end of the gzip data there are bytes that are not gzip; compress the file and send it again"
    ),
    Reason.GZIP_TOO_LARGE: "the gzip file unpacks to more than {limit} bytes; send it in parts",
    Reason.GZIP_BOMB: (
        "the gzip file unpacks to more than {limit} times its size; if that is right, send it uncompressed"
    ),
    Reason.CHUNK_LENGTH: (
        "the chunk should have {expected} bytes and has {found}; the object is not the one that was split; "
        "read the version that the batch names"
    ),
    Reason.CHUNK_BOUNDARY: (
        "the chunk does not begin where a row does; the object is not the one that was split, or the "
        "contract's delimiter, quote or encoding is another: read the version and the contract of the batch"
    ),
}


class FileError(Exception):
    """A file or a part of it cannot be read; `line` is physical and from 1, None where no single line is at fault."""

    def __init__(self, reason: Reason, line: int | None = None, **facts: int | str) -> None:
        self.reason = reason
        self.line = line
        sentence = _SENTENCES[reason].format(**facts)
        super().__init__(sentence if line is None else f"line {line}: {sentence}")


class SplitError(FileError):
    """A file cannot be split into chunks, so nothing of it may be loaded."""


class UnpackError(FileError):
    """A gzip file cannot be unpacked, so nothing of it may be loaded."""


class ChunkError(FileError):
    """A chunk cannot be read as it was split."""

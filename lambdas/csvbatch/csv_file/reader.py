"""Reads the rows of a chunk, and checks that its bytes are those that were split."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Final, Protocol, runtime_checkable

from csvbatch.csv_file.blocks import resize, take
from csvbatch.csv_file.cutting import Chunk
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.encoding import to_code_units
from csvbatch.csv_file.errors import ChunkError, Reason
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.newlines import CR, CRLF, LF
from csvbatch.csv_file.row_reader import Rows

_BLOCK_BYTES: Final = 64 * 1024


@runtime_checkable
class Readable(Protocol):
    """A binary stream, such as a file or the body of an S3 object."""

    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes, and none at the end."""


def chunk_range(chunk: Chunk, dialect: Dialect) -> tuple[int, int]:
    """Give the bytes [start, end) of the object that `read_chunk` needs.

    That is the chunk and the code unit before it, which ends the header or another row: it shows whether the
    chunk begins where a row does, and the byte order of UTF-16.
    """
    return chunk.start - dialect.unit_bytes, chunk.end


def read_chunk(
    source: Readable | Iterable[bytes], dialect: Dialect, chunk: Chunk, *, limits: Limits = DEFAULT_LIMITS
) -> Rows:
    """Read a chunk's rows from the bytes that `chunk_range` names.

    Raises `ChunkError`, here or while rows are taken, where the bytes cannot be those that were split: they do not
    begin where a row does, are more or fewer, end inside quotes, or have a fault that a scan refuses.
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
    return Rows(_measured(rest, chunk), dialect, chunk.first_line, limits, after_lone_cr=before.startswith(CR))


def _blocks(source: Readable | Iterable[bytes]) -> Iterable[bytes]:
    if isinstance(source, Readable):
        return iter(lambda: source.read(_BLOCK_BYTES), b"")
    return source


def _with_byte_order(dialect: Dialect, before: bytes, chunk: Chunk) -> Dialect:
    """Find the byte order by the newline that stands before the chunk."""
    if dialect.encoding != "utf-16":
        return dialect
    for encoding in ("utf-16-le", "utf-16-be"):
        if before.startswith(("\n".encode(encoding), "\r".encode(encoding))):
            return replace(dialect, encoding=encoding)
    raise ChunkError(Reason.CHUNK_BOUNDARY, chunk.first_line)


def _measured(blocks: Iterable[bytes], chunk: Chunk) -> Iterator[bytes]:
    """Pass the chunk's bytes on; raise `ChunkError` at the end where they are more or fewer than were split."""
    found = 0
    for block in blocks:
        found += len(block)
        yield block
    if found != chunk.end - chunk.start:
        raise ChunkError(Reason.CHUNK_LENGTH, expected=chunk.end - chunk.start, found=found)

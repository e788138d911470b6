"""Opens a CSV file of this machine for the splitter; a gzip file is unpacked to a temporary file first."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from csvbatch.cli.problems import UsageError
from csvbatch.csv_file.gzip_stream import unpack_gzip
from csvbatch.pipeline.layout import GZIP_SUFFIX

BLOCK_BYTES = 1024 * 1024


def require_file(path: Path) -> Path:
    """Give the path; raises UsageError if it is not a file."""
    if not path.is_file():
        raise UsageError(f"{path} is not a file: check its name.")
    return path


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open the file's bytes, unpacked; the temporary file is deleted afterwards."""
    with require_file(path).open("rb") as stream:
        if not _is_packed(path):
            yield stream
            return
        with tempfile.TemporaryFile() as unpacked:
            unpacked.writelines(unpack_gzip(blocks(stream)))
            unpacked.seek(0)
            yield unpacked


def bytes_to_read_twice(path: Path) -> int | None:
    """Give the bytes of reading the file twice; None for a gzip file, whose unpacked size is unknown."""
    return None if _is_packed(path) else 2 * path.stat().st_size


def blocks(stream: BinaryIO, on_read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Read the rest of the stream in blocks; `on_read` is called with the size of each."""
    for block in iter(partial(stream.read, BLOCK_BYTES), b""):
        on_read(len(block))
        yield block


def part(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Read bytes [start, end) of a stream in blocks."""
    stream.seek(start)
    while start < end and (block := stream.read(min(BLOCK_BYTES, end - start))):
        start += len(block)
        yield block


def _is_packed(path: Path) -> bool:
    return path.name.lower().endswith(GZIP_SUFFIX)

"""Opens a CSV file of this machine for the splitter; one that is packed is unpacked beside it first."""

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
    """The path, if it leads to a file."""
    if not path.is_file():
        raise UsageError(f"{path} is no file: check its name.")
    return path


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked; what is unpacked is gone with the end of the command."""
    with require_file(path).open("rb") as stream:
        if not _is_packed(path):
            yield stream
            return
        with tempfile.TemporaryFile() as unpacked:
            unpacked.writelines(unpack_gzip(blocks(stream)))
            unpacked.seek(0)
            yield unpacked


def bytes_to_read_twice(path: Path) -> int | None:
    """How many bytes two readings take; None for a packed file, whose size says little of what is in it."""
    return None if _is_packed(path) else 2 * path.stat().st_size


def blocks(stream: BinaryIO, on_read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """The stream from where it is to its end; `on_read` is told how many bytes were read."""
    for block in iter(partial(stream.read, BLOCK_BYTES), b""):
        on_read(len(block))
        yield block


def part(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Bytes [start, end) of a stream."""
    stream.seek(start)
    while start < end and (block := stream.read(min(BLOCK_BYTES, end - start))):
        start += len(block)
        yield block


def _is_packed(path: Path) -> bool:
    return path.name.lower().endswith(GZIP_SUFFIX)

"""Digests of a file's content, to detect that the file changed between two readings."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1024 * 1024


class ChangedError(Exception):
    """The content of a file has changed since it was first read."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's size, its SHA-256 in hexadecimal digits, and the SHA-256 of each of its blocks."""

    size_bytes: int
    digest: str
    blocks: tuple[bytes, ...]


def content_of(path: Path) -> Content:
    """Read a file to its end, with the memory of one block and 32 bytes for each block."""
    whole, size = sha256(), 0
    blocks = []
    with path.open("rb") as stream:
        for block in iter(partial(stream.read, BLOCK_BYTES), b""):
            whole.update(block)
            size += len(block)
            blocks.append(sha256(block).digest())
    return Content(size, whole.hexdigest(), tuple(blocks))


class VerifiedStream:
    """Bytes [start, end) of a file, compared with the known content before they are returned.

    A file may change with its size and times left as they were, so only its bytes can tell. `read` raises
    ChangedError.
    """

    def __init__(self, stream: BinaryIO, content: Content, start: int, end: int | None) -> None:
        self._stream = stream
        self._content = content
        end = content.size_bytes if end is None else min(end, content.size_bytes)
        self._blocks = self._parts(start, end)
        self._rest = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes; none at the end."""
        if not self._rest:
            self._rest = next(self._blocks, memoryview(b""))
        data = bytes(self._rest[:size])
        self._rest = self._rest[size:]
        return data

    def _parts(self, start: int, end: int) -> Iterator[memoryview]:
        first = start // BLOCK_BYTES
        self._stream.seek(first * BLOCK_BYTES)
        for number in range(first, -(-end // BLOCK_BYTES)):
            block = self._stream.read(BLOCK_BYTES)
            if sha256(block).digest() != self._content.blocks[number]:
                raise ChangedError
            begin = number * BLOCK_BYTES
            yield memoryview(block)[max(start - begin, 0) : end - begin]

"""Streams of bytes, in blocks of other sizes."""

from collections.abc import Iterable, Iterator


def cut(blocks: Iterable[bytes], size: int) -> Iterator[memoryview]:
    """Give the same bytes as views of at most `size` bytes, none of them empty."""
    for block in blocks:
        view = memoryview(block)
        for start in range(0, len(view), size):
            yield view[start : start + size]


def resize(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Give the same bytes in blocks of `size` bytes, the last one shorter; none is empty."""
    parts: list[memoryview] = []
    missing = size
    for view in cut(blocks, size):
        parts.append(view[:missing])
        if len(view) < missing:
            missing -= len(view)
            continue
        yield b"".join(parts)
        parts = [view[missing:]]
        missing = size - len(parts[0])
    if last := b"".join(parts):
        yield last


def take(blocks: Iterator[bytes], size: int) -> bytes:
    """Take the first `size` bytes and the rest of the block that they end in; fewer where there are no more."""
    taken = b""
    while len(taken) < size and (block := next(blocks, None)) is not None:
        taken += block
    return taken

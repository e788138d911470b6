"""Streams of bytes, cut anew."""

from collections.abc import Iterable, Iterator


def pieces(blocks: Iterable[bytes], size: int) -> Iterator[memoryview]:
    """Give the same bytes as views of at most `size` bytes, none of them empty."""
    for block in blocks:
        view = memoryview(block)
        for start in range(0, len(view), size):
            yield view[start : start + size]


def resize(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Give the same bytes in blocks of `size` bytes, the last one shorter; none is empty."""
    parts: list[memoryview] = []
    missing = size
    for piece in pieces(blocks, size):
        parts.append(piece[:missing])
        if len(piece) < missing:
            missing -= len(piece)
            continue
        yield b"".join(parts)
        parts = [piece[missing:]]
        missing = size - len(parts[0])
    if last := b"".join(parts):
        yield last


def take(blocks: Iterator[bytes], size: int) -> bytes:
    """Take the first `size` bytes with the rest of the block that they end in; fewer where there are no more."""
    taken = b""
    while len(taken) < size and (block := next(blocks, None)) is not None:
        taken += block
    return taken

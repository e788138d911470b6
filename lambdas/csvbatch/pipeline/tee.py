"""Keeps a window of a stream's bytes while others read the stream."""

from collections.abc import Iterable, Iterator


class Tee:
    """Passes blocks on and, if it `keeps` them, their bytes until they are forgotten.

    The first block begins at byte `start` of the object.
    """

    def __init__(self, blocks: Iterable[bytes], start: int, *, keeps: bool) -> None:
        self.keeps = keeps
        self._blocks = blocks
        self._start = start
        self._kept = bytearray()

    def __iter__(self) -> Iterator[bytes]:
        """Give the blocks, once."""
        for block in self._blocks:
            if self.keeps:
                self._kept += block
            yield block

    def bytes(self, start: int, end: int) -> bytes:
        """Give bytes [start, end), which have passed and were not forgotten."""
        return bytes(memoryview(self._kept)[start - self._start : end - self._start])

    def forget(self, before: int) -> None:
        """Drop the bytes before this offset."""
        del self._kept[: before - self._start]
        self._start = before

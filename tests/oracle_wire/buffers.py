"""How TTC writes integers and bytes.

https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/base/buffer.pyx
"""

from collections.abc import Callable

# A length above this is written in pieces; 254 announces them, and 255 is a value that is not there.
_LONGEST_SHORT = 252
_IN_PIECES = 254
_NULL = 255
_PIECE = 32767


class Reader:
    """Reads a request; `more` gives the bytes of the next packet when those of the last are used up."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self._data = b""
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes of the packets so far are unread."""
        return len(self._data) - self._at

    def drop(self) -> None:
        """Forget what is unread."""
        self._data, self._at = b"", 0

    def raw(self, size: int) -> bytes:
        """Read so many bytes."""
        while self.left < size:
            self._data, self._at = self._data[self._at :] + self._more(), 0
        self._at += size
        return self._data[self._at - size : self._at]

    def byte(self) -> int:
        """Read one byte as a number."""
        return self.raw(1)[0]

    def integer(self) -> int:
        """Read an integer: its length, with the sign in the highest bit, and its bytes."""
        length = self.byte()
        value = int.from_bytes(self.raw(length & 0x7F))
        return -value if length & 0x80 else value

    def skip(self, layout: str) -> None:
        """Read and forget: `b` is a byte, `i` an integer."""
        for kind in layout:
            self.byte() if kind == "b" else self.integer()

    def value(self) -> bytes | None:
        """Read bytes after their length."""
        length = self.byte()
        if length in (0, _NULL):
            return None
        if length != _IN_PIECES:
            return self.raw(length)
        pieces = bytearray()
        while size := self.integer():
            pieces += self.raw(size)
        return bytes(pieces)

    def counted(self) -> bytes | None:
        """Read bytes that have their length twice, or a length of 0."""
        return self.value() if self.integer() else None


class Writer:
    """Builds an answer."""

    def __init__(self) -> None:
        self.data = bytearray()

    def byte(self, *values: int) -> None:
        """Write bytes."""
        self.data += bytes(values)

    def integer(self, *values: int) -> None:
        """Write integers of 0 or more, each as its length and bytes."""
        for value in values:
            size = (value.bit_length() + 7) // 8
            self.data += bytes([size]) + value.to_bytes(size)

    def value(self, data: bytes | None) -> None:
        """Write bytes after their length."""
        if not data:
            self.data.append(0)
        elif len(data) <= _LONGEST_SHORT:
            self.data.append(len(data))
            self.data += data
        else:
            self.data.append(_IN_PIECES)
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                self.integer(len(piece))
                self.data += piece
            self.integer(0)

    def counted(self, data: bytes) -> None:
        """Write bytes with their length twice."""
        self.integer(len(data))
        if data:
            self.value(data)

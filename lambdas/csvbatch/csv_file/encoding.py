"""Texts with one byte for each code unit: all that a search for row ends needs, in any encoding.

In UTF-8, cp1252 and latin-1 a byte below 128 is always the ASCII character of that number, so such files are
searched as they are. In UTF-16, U+0A0D or U+222C hold bytes that look like a newline or a quote. There each
code unit becomes one byte: its own value below 256, `FILL` above.
"""

import codecs
from typing import Final

from csvbatch.csv_file.errors import Reason, SplitError

FILL: Final = b"\xff"
"""Stands for a code unit above 255. What gives a file its structure is all ASCII."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8", "the byte order mark of UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "the byte order mark of UTF-16, little-endian"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "the byte order mark of UTF-16, big-endian"),
)

_UNDEFINED_IN_CP1252: Final = b"\x81\x8d\x8f\x90\x9d"

# Small enough for the cache, and for the allocator to reuse the memory of the last one.
_DECODED_BYTES: Final = 32 * 1024

_FILL_UNLESS_ZERO: Final = b"\0" + FILL * 255


def byte_order(start: bytes, encoding: str) -> tuple[str, int]:
    """Give the encoding with its byte order, and the length of the BOM in bytes, from the first bytes of a file.

    Raises `SplitError` where the BOM contradicts the encoding, or where `utf-16` has none.
    """
    for bom, bom_encoding, description in _BOMS:
        if start.startswith(bom):
            if encoding == bom_encoding or (encoding == "utf-16" and bom_encoding.startswith(encoding)):
                return bom_encoding, len(bom)
            raise SplitError(Reason.BYTE_ORDER_MARK, 1, encoding=encoding, found=description)
    if encoding == "utf-16":
        raise SplitError(Reason.BYTE_ORDER_MARK, 1, encoding=encoding, found="no byte order mark")
    return encoding, 0


def to_code_units(data: bytes, encoding: str) -> bytes:
    """Give one byte for each whole code unit of `data`."""
    if encoding not in ("utf-16-le", "utf-16-be"):
        return data
    whole = len(data) & ~1
    little = encoding == "utf-16-le"
    low, high = data[0 if little else 1 : whole : 2], data[1 if little else 0 : whole : 2]
    if not high.strip(b"\0"):
        return low
    fill = int.from_bytes(high.translate(_FILL_UNLESS_ZERO))
    return (int.from_bytes(low) | fill).to_bytes(len(low))


def undecodable(data: bytes, end: int, encoding: str) -> int | None:
    """Give the position of the first byte before `end` that cannot be decoded, or None; a character ends at `end`."""
    if encoding == "cp1252":
        found = [at for byte in _UNDEFINED_IN_CP1252 if (at := data.find(byte, 0, end)) >= 0]
        return min(found, default=None)
    if encoding == "latin-1" or (encoding == "utf-8" and data.isascii()):
        return None
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    for start in range(0, end, _DECODED_BYTES):
        pending, _ = decoder.getstate()
        block = view[start : min(start + _DECODED_BYTES, end)]
        try:
            decoder.decode(block, final=start + len(block) == end)
        except UnicodeDecodeError as error:
            return start - len(pending) + error.start
    return None

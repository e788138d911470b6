"""Unpacks gzip as a stream (RFC 1952), in bounded memory and up to a bounded size."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from csvbatch.csv_file.blocks import resize
from csvbatch.csv_file.errors import Reason, UnpackError
from csvbatch.csv_file.file_kinds import other_kind
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits

_GZIP: Final = 16 + zlib.MAX_WBITS
_MAGIC: Final = b"\x1f\x8b"
_PACKED_BYTES: Final = 16 * 1024
_UNPACKED_BYTES: Final = 256 * 1024


def unpack_gzip(blocks: Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """Give the content of a gzip file of one or more members, in blocks of at most 256 KiB.

    Zero bytes after a member are padding, as for `gzip`; anything else there must be another member. Raises
    `UnpackError` as soon as something is wrong: only the end of the last block shows that the file is whole.
    """
    packed = unpacked = 0
    member = _Member(unless=Reason.NOT_GZIP)
    for block in resize(blocks, _PACKED_BYTES):
        packed += len(block)
        rest = block
        while rest:
            if member.ended:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                member = _Member(unless=Reason.GZIP_TRAILING_BYTES)
            data, rest = member.unpack(rest)
            unpacked += len(data)
            _check_size(packed - len(rest), unpacked, limits)
            if data:
                yield data
    if not packed:
        raise UnpackError(Reason.EMPTY)
    if not member.ended:
        raise UnpackError(Reason.GZIP_TRUNCATED)


class _Member:
    """One member of a gzip file; `unless` is the error if the bytes are not a member."""

    def __init__(self, unless: Reason) -> None:
        self._unless = unless
        self._magic = b""
        self._inflate = zlib.decompressobj(_GZIP)

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    def unpack(self, packed: bytes) -> tuple[bytes, bytes]:
        """Give some unpacked bytes, and the packed ones that are left for the next call."""
        if len(self._magic) < len(_MAGIC):
            self._magic = (self._magic + packed)[: len(_MAGIC)]
            if not _MAGIC.startswith(self._magic):
                raise UnpackError(self._unless, found=other_kind(packed) or "not")
        try:
            data = self._inflate.decompress(packed, _UNPACKED_BYTES)
        except zlib.error:
            raise UnpackError(Reason.GZIP_DAMAGED) from None
        return data, self._inflate.unconsumed_tail or self._inflate.unused_data


def _check_size(packed: int, unpacked: int, limits: Limits) -> None:
    if unpacked > limits.unpacked_bytes:
        raise UnpackError(Reason.GZIP_TOO_LARGE, limit=limits.unpacked_bytes)
    if unpacked > limits.unpack_free_bytes and unpacked > packed * limits.unpack_ratio:
        raise UnpackError(Reason.GZIP_BOMB, limit=limits.unpack_ratio)

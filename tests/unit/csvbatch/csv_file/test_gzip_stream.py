"""Gzip as files really come: in several members, padded, cut off, damaged, and as a bomb."""

import gzip
import random
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvbatch.csv_file.errors import Reason, UnpackError
from csvbatch.csv_file.gzip_stream import unpack_gzip
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from tests.unit.csvbatch.csv_file.csv_reference import blocks

ROWS = b"".join(b"%d,name %d\n" % (number, number * 7919) for number in range(20_000))
PACKED = gzip.compress(ROWS, mtime=0)


def unpack(packed: bytes, block_bytes: int = 1 << 20, limits: Limits = DEFAULT_LIMITS) -> bytes:
    return b"".join(unpack_gzip(blocks(packed, block_bytes), limits))


def reason_of(packed: bytes, block_bytes: int = 1 << 20, limits: Limits = DEFAULT_LIMITS) -> Reason:
    with pytest.raises(UnpackError) as error:
        unpack(packed, block_bytes, limits)
    return error.value.reason


@pytest.mark.parametrize("block_bytes", [1, 2, 1000, 1 << 20])
def test_it_gives_what_was_packed(block_bytes: int) -> None:
    assert unpack(PACKED, block_bytes) == ROWS


def test_a_file_of_nothing_gives_nothing() -> None:
    assert unpack(gzip.compress(b"")) == b""


def test_blocks_are_not_large_however_well_the_file_is_packed() -> None:
    packed = gzip.compress(b"x" * 5_000_000)
    assert max(map(len, unpack_gzip([packed]))) <= 256 * 1024


@pytest.mark.parametrize("block_bytes", [1, 7, 1 << 20])
def test_members_are_read_one_after_the_other(block_bytes: int) -> None:
    packed = gzip.compress(b"id\n1\n") + gzip.compress(b"") + gzip.compress(b"2\n3\n")
    assert unpack(packed, block_bytes) == b"id\n1\n2\n3\n"


@pytest.mark.parametrize("block_bytes", [1, 100, 1 << 20])
def test_zero_bytes_after_the_end_are_padding(block_bytes: int) -> None:
    assert unpack(gzip.compress(b"id\n") + bytes(500), block_bytes) == b"id\n"


@pytest.mark.parametrize("block_bytes", [1, 1 << 20])
def test_a_header_with_name_comment_and_extra_field_is_read(block_bytes: int) -> None:
    body = PACKED[10:]
    packed = b"\x1f\x8b\x08\x1c" + bytes(6) + b"\x03\x00abc" + b"rows.csv\0" + b"a comment\0" + body
    assert unpack(packed, block_bytes) == ROWS


@pytest.mark.parametrize("garbage", [b"\n", b"x", b"\x1f\x8c", b"id,name\n1,a\n", b"\0\0\0x"])
@pytest.mark.parametrize("block_bytes", [1, 1 << 20])
def test_other_bytes_after_the_end_are_refused(garbage: bytes, block_bytes: int) -> None:
    assert reason_of(gzip.compress(b"id\n") + garbage, block_bytes) is Reason.GZIP_TRAILING_BYTES


@pytest.mark.parametrize("data", [b"id,name\n1,a\n", b"P", b"PK\x03\x04zip", b"\x1f\x9dcompress", b"\0" * 20])
def test_what_is_not_gzip_is_refused(data: bytes) -> None:
    assert reason_of(data) is Reason.NOT_GZIP


def test_an_empty_object_is_refused() -> None:
    assert reason_of(b"") is Reason.EMPTY


@pytest.mark.parametrize("kept", [1, 2, 5, 10, 100, len(PACKED) // 2, len(PACKED) - 8, len(PACKED) - 1])
def test_a_file_cut_off_anywhere_is_refused(kept: int) -> None:
    assert reason_of(PACKED[:kept]) is Reason.GZIP_TRUNCATED


def test_a_second_member_cut_off_is_refused() -> None:
    assert reason_of(PACKED + PACKED[:5]) is Reason.GZIP_TRUNCATED


def test_a_changed_byte_is_refused() -> None:
    rng = random.Random(5)
    for _ in range(50):
        place = rng.randrange(10, len(PACKED))
        damaged = bytearray(PACKED)
        damaged[place] ^= 1 << rng.randrange(8)
        assert reason_of(bytes(damaged)) in (Reason.GZIP_DAMAGED, Reason.GZIP_TRUNCATED, Reason.GZIP_TRAILING_BYTES)


def test_a_wrong_check_sum_is_damage() -> None:
    assert reason_of(PACKED[:-8] + bytes(4) + PACKED[-4:]) is Reason.GZIP_DAMAGED


def bomb() -> Iterator[bytes]:
    squeeze = zlib.compressobj(9, wbits=31)
    while True:
        yield squeeze.compress(bytes(1 << 20))


def test_a_bomb_is_refused_long_before_it_is_unpacked() -> None:
    lengths: list[int] = []
    with pytest.raises(UnpackError) as error:
        lengths.extend(len(block) for block in unpack_gzip(bomb()))
    assert error.value.reason is Reason.GZIP_BOMB
    assert sum(lengths) <= DEFAULT_LIMITS.unpack_free_bytes + 1024 * 16 * 1024


def test_a_file_that_packs_that_well_is_read_while_it_is_small() -> None:
    data = b"id\n" + b"0\n" * 4_000_000
    assert len(data) / len(gzip.compress(data)) > DEFAULT_LIMITS.unpack_ratio
    assert unpack(gzip.compress(data)) == data


def test_a_file_larger_than_allowed_is_refused() -> None:
    assert reason_of(PACKED, limits=Limits(unpacked_bytes=len(ROWS) - 1)) is Reason.GZIP_TOO_LARGE
    assert unpack(PACKED, limits=Limits(unpacked_bytes=len(ROWS))) == ROWS


def test_a_gzip_file_may_unpack_to_its_greatest_ratio() -> None:
    sizes = ((size, len(gzip.compress(b"x" * size, mtime=0))) for size in range(1000, 9000))
    size, packed = next((size, packed) for size, packed in sizes if size % packed == 0)
    exactly = Limits(unpack_ratio=size // packed, unpack_free_bytes=1)
    data = gzip.compress(b"x" * size, mtime=0)
    assert unpack(data, limits=exactly) == b"x" * size
    assert unpack(data, limits=Limits(unpack_ratio=1, unpack_free_bytes=size)) == b"x" * size
    assert (
        reason_of(data, limits=Limits(unpack_ratio=size // packed - 1, unpack_free_bytes=size - 1)) is Reason.GZIP_BOMB
    )


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.integers(1, 50), st.integers(0, 9))
def test_members_of_any_content_in_blocks_of_any_size(members: list[bytes], block_bytes: int, level: int) -> None:
    packed = b"".join(gzip.compress(member, level) for member in members)
    assert unpack(packed, block_bytes) == b"".join(members)

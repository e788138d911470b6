"""Bytes are not characters: what looks like structure in them and is none, in every encoding."""

import codecs

import pytest

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import Reason, SplitError
from csvbatch.csv_file.splitter import Scan
from tests.unit.csvbatch.csv_file.csv_reference import csv_rows, read, split

BODY = '1,"a\r\n""b"\r\n2,5" pipe\r3,"c\nd"\n4,é\n5,"ÿ€\n"'
# In either byte order these have a byte that is LF, CR, a quote, a comma or NUL.
LOOKALIKES = "ਊഊ਍\u0d0d\u0a22\u222c\u2c22\u0a00\u2200\u2c0d\u0100"


@pytest.mark.parametrize(
    ("encoding", "written_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_chunks_of_any_size_read_as_csv_reads_the_file(encoding: str, written_as: str) -> None:
    _check(f"id,name\n{BODY}", Dialect(encoding=encoding), f"id,name\n{BODY}".encode(written_as))


@pytest.mark.parametrize(
    ("bom", "byte_order"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
)
@pytest.mark.parametrize("named", ["utf-16", "the byte order itself"])
def test_the_byte_order_mark_of_utf_16_is_not_part_of_the_header(bom: bytes, byte_order: str, named: str) -> None:
    text = f"id,name\r\n{BODY}"
    dialect = Dialect(encoding="utf-16" if named == "utf-16" else byte_order)
    scanned = _check(text, dialect, bom + text.encode(byte_order))
    assert scanned.dialect.encoding == byte_order


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_code_units_of_utf_16_that_hold_bytes_of_newlines_and_quotes_are_neither(encoding: str) -> None:
    body = "".join(f'{number},{character}"{character}\n' for number, character in enumerate(LOOKALIKES))
    text = f'id,name\n{body}9,"{LOOKALIKES}\n{LOOKALIKES}"\n{LOOKALIKES},x'
    _check(text, Dialect(encoding=encoding), text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_surrogate_pairs_are_one_character(encoding: str) -> None:
    text = 'id,name\n1,"💀\n💀"\n💀,😀\n3,😀'
    _check(text, Dialect(encoding=encoding), text.encode(encoding))


def test_every_byte_of_latin_1_is_a_character() -> None:
    everything = "".join(map(chr, range(1, 256))).translate({ord(c): None for c in '",\r\n'})
    text = f'id,name\n1,{everything}\n2,"{everything}\n"\n'
    _check(text, Dialect(encoding="latin-1"), text.encode("latin-1"))


def _check(text: str, dialect: Dialect, data: bytes) -> Scan:
    for chunk_bytes in (*range(1, len(data) + 2, 5), 1 << 20):
        for window_bytes in (1, 7, 1 << 18):
            scanned, chunks = split(data, dialect, chunk_bytes=chunk_bytes, block_bytes=5, window_bytes=window_bytes)
            got = [(row.line, row.fields) for chunk in chunks for row in read(data, dialect, chunk, block_bytes=5)]
            assert [(1, list(scanned.header)), *got] == csv_rows(text)
            assert chunks[-1].end == scanned.bytes_scanned == len(data)
    return scanned


WRONG = {
    "UTF-8 that is cp1252": ("utf-8", b"id,name\n1,a\n2,caf\xe9\n3,b\n", Reason.ENCODING, 3),
    "UTF-8 cut off inside a character": ("utf-8", "id,name\n1,é".encode()[:-1], Reason.ENCODING, 2),
    "UTF-8 with a surrogate": ("utf-8", b"id,name\n1,\xed\xa0\x80\n", Reason.ENCODING, 2),
    "UTF-8 of more bytes than needed": ("utf-8", b"id,name\n1,\xc0\x8a\n", Reason.ENCODING, 2),
    "wrong in the header": ("utf-8", b"id,n\xe4me\n1,a\n", Reason.ENCODING, 1),
    "wrong in a quoted field of several lines": ("utf-8", b'id,name\n1,"a\n\n\xff\n"\n', Reason.ENCODING, 4),
    "cp1252 with a byte it leaves undefined": ("cp1252", b"id,name\r\n1,\x81\r\n", Reason.ENCODING, 2),
    "UTF-16 with half a surrogate pair": (
        "utf-16-le",
        "id\n1\n".encode("utf-16-le") + b"\x00\xd8\n\x00",
        Reason.ENCODING,
        3,
    ),
    "UTF-16 of an odd number of bytes": ("utf-16-be", "id\n1\n2".encode("utf-16-be") + b"\x00", Reason.ENCODING, 3),
    "UTF-16 without a BOM": ("utf-16", "id,name\n1,a\n".encode("utf-16-le"), Reason.BYTE_ORDER_MARK, 1),
    "UTF-8 named UTF-16": ("utf-16", b"id,name\n1,a\n", Reason.BYTE_ORDER_MARK, 1),
    "UTF-16 named UTF-8": ("utf-8", "id,name\n1,a\n".encode("utf-16"), Reason.BYTE_ORDER_MARK, 1),
    "UTF-16 without a BOM named UTF-8": ("utf-8", "id,name\n1,a\n".encode("utf-16-le"), Reason.NUL, 1),
    "UTF-8 with a BOM named cp1252": ("cp1252", "id,name\n1,a\n".encode("utf-8-sig"), Reason.BYTE_ORDER_MARK, 1),
    "the other byte order": (
        "utf-16-be",
        codecs.BOM_UTF16_LE + "id\n1\n".encode("utf-16-le"),
        Reason.BYTE_ORDER_MARK,
        1,
    ),
}


@pytest.mark.parametrize(("encoding", "data", "reason", "line"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("window_bytes", [1, 4, 1 << 18])
def test_a_file_in_another_encoding_is_refused_with_the_line(
    encoding: str, data: bytes, reason: Reason, line: int, window_bytes: int
) -> None:
    with pytest.raises(SplitError) as error:
        split(data, Dialect(encoding=encoding), block_bytes=3, window_bytes=window_bytes)
    assert (error.value.reason, error.value.line) == (reason, line)
    assert str(error.value).startswith(f"line {line}: ")

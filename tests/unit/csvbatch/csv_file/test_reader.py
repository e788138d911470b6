"""Reading rows: each with its line, and its text when asked for."""

from collections.abc import Iterator

import pytest

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import ChunkError, Reason
from csvbatch.csv_file.limits import Limits
from tests.unit.csvbatch.csv_file.csv_reference import COMMA, blocks, csv_rows, rows_of

TEXT = '1,a\r\n\r\n2,"b\r\n\n""c"" é"\r3,💀\n\n\n4,5" pipe\n5,"x"y\r6,'


@pytest.mark.parametrize("block_bytes", [1, 2, 3, 7, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_rows_have_lines_fields_and_texts(encoding: str, block_bytes: int) -> None:
    rows = rows_of(blocks(TEXT.encode(encoding), block_bytes), Dialect(encoding=encoding), first_line=1)
    got = [(line, fields, rows.text()) for line, fields in rows]
    assert [(line, fields) for line, fields, _ in got] == csv_rows(TEXT)
    assert got[-2][1] == []
    assert [text for _, _, text in got] == [
        "1,a\r\n",
        '2,"b\r\n\n""c"" é"\r',
        "3,💀\n",
        '4,5" pipe\n',
        '5,"x"y\r',
        "6,",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_nothing_is_lost_or_added_where_two_reads_meet(encoding: str) -> None:
    dialect = Dialect(encoding=encoding)
    seam = 64 * 1024 // dialect.unit_bytes
    at_seam = '\r\n2,"é\r\n\r💀\r\n"\r\n3,c\r\r\n4,d\n'
    for shift in range(len(at_seam) + 8):
        text = "1," + "x" * (seam - 2 - shift) + at_seam
        rows = rows_of([text.encode(encoding)], dialect, first_line=1)
        got = [(line, fields, rows.text()) for line, fields in rows]
        assert [(line, fields) for line, fields, _ in got] == csv_rows(text)
        assert "".join(text for _, _, text in got) == text.replace("\r\r\n4", "\r4")


def test_lines_are_counted_from_the_first() -> None:
    rows = rows_of([b"1,a\n\n2,b\n"], COMMA, first_line=1000)
    assert [line for line, _ in rows] == [1000, 1002]


def test_the_text_of_a_row_of_many_blocks_is_whole() -> None:
    row = '1,"' + "word\r\n" * 50_000 + '"\n'
    rows = rows_of(blocks((row + "2,b\n").encode(), 1000), COMMA, first_line=1)
    texts = [rows.text() for _ in rows]
    assert texts == [row, "2,b\n"]


def test_no_rows_in_nothing() -> None:
    assert list(rows_of([], COMMA, first_line=1)) == []
    assert list(rows_of([b"\n\r\n"], COMMA, first_line=1)) == []


FAULTS = {
    "an open quote": (COMMA, b'1,a\n2,"b\n3,c\n', Reason.UNTERMINATED_QUOTE, 11),
    "a NUL": (COMMA, b'1,"a\r\n\n"\n2,\0\n', Reason.NUL, 13),
    "bytes of another encoding": (COMMA, b"1,a\r2,\xe9\n", Reason.ENCODING, 11),
    "bytes cut off at the end": (COMMA, "1,a\n2,é".encode()[:-1], Reason.ENCODING, 11),
    "an undefined byte of cp1252": (Dialect(encoding="cp1252"), b"1,a\n\n2,\x81", Reason.ENCODING, 12),
    "half a code unit": (Dialect(encoding="utf-16-le"), "1\n2".encode("utf-16-le") + b"\0", Reason.ENCODING, 11),
}


@pytest.mark.parametrize(("dialect", "data", "reason", "line"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("block_bytes", [1, 3, 100])
def test_what_a_scan_refuses_is_an_error_with_its_line(
    dialect: Dialect, data: bytes, reason: Reason, line: int, block_bytes: int
) -> None:
    with pytest.raises(ChunkError) as error:
        list(rows_of(blocks(data, block_bytes), dialect, first_line=10))
    assert (error.value.reason, error.value.line) == (reason, line)


def test_a_field_longer_than_the_limit_is_an_error_with_its_line() -> None:
    limit = 3_000_000
    data = b'1,a\n2,"' + b"x\n" * (limit // 2 + 1) + b'"\n'
    with pytest.raises(ChunkError) as error:
        list(rows_of([data], COMMA, first_line=1, limits=Limits(field_bytes=limit)))
    assert (error.value.reason, error.value.line) == (Reason.FIELD_TOO_LONG, 2)


def test_a_line_longer_than_a_row_may_be_is_not_gathered() -> None:
    taken: list[int] = []

    def endless() -> Iterator[bytes]:
        yield b"1,a\n2,"
        while True:
            taken.append(1)
            yield b"x" * 65536

    with pytest.raises(ChunkError) as error:
        list(rows_of(endless(), COMMA, first_line=1, limits=Limits(row_bytes=1 << 20)))
    assert (error.value.reason, error.value.line) == (Reason.ROW_TOO_LONG, 2)
    assert len(taken) < 20


def test_an_error_holds_nothing_of_the_content() -> None:
    for data in (b"1,Zerubbabel\xff", b"1,Zerubbabel\0", b'1,"Zerubbabel'):
        with pytest.raises(ChunkError) as error:
            list(rows_of([data], COMMA, first_line=1))
        seen = (str(error.value), error.value.args, error.value.__cause__, error.value.__context__)
        assert "Zerubbabel" not in repr(seen)

"""A chunk has a check of its own: bytes that are not what was split are not read as if they were."""

import io
from pathlib import Path

import pytest

from csvbatch.csv_file.cutting import Chunk
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import ChunkError, Reason
from csvbatch.csv_file.reader import chunk_range, read_chunk
from tests.unit.csvbatch.csv_file.csv_reference import COMMA, read, split

DATA = b'id,name\r\n1,"a\nb"\r\n2,c\r\n3,"d"\r\n'


def error_of(data: bytes, chunk: Chunk, dialect: Dialect = COMMA) -> ChunkError:
    start, end = chunk_range(chunk, dialect)
    with pytest.raises(ChunkError) as error:
        list(read_chunk([data[start:end]], dialect, chunk))
    return error.value


def test_the_range_to_read_has_the_newline_before_the_chunk() -> None:
    _, chunks = split(DATA, chunk_bytes=9)
    assert [DATA[slice(*chunk_range(chunk, COMMA))][:1] for chunk in chunks] == [b"\n"] * 3
    wide = Dialect(encoding="utf-16-le")
    assert chunk_range(Chunk(0, 20, 30, 2), wide) == (18, 30)


@pytest.mark.parametrize("start", [10, 11, 13, 19, 20])
def test_a_chunk_that_begins_inside_a_row_is_an_error(start: int) -> None:
    error = error_of(DATA, Chunk(0, start, len(DATA), 7))
    assert (error.reason, error.line) == (Reason.CHUNK_BOUNDARY, 7)


def test_a_chunk_that_begins_inside_a_crlf_is_an_error() -> None:
    inside = DATA.index(b"\n2")
    assert error_of(DATA, Chunk(0, inside, len(DATA), 4)).reason is Reason.CHUNK_BOUNDARY


def test_a_chunk_that_ends_inside_quotes_is_an_error() -> None:
    inside = DATA.index(b"b")
    error = error_of(DATA, Chunk(0, 9, inside, 2))
    assert (error.reason, error.line) == (Reason.UNTERMINATED_QUOTE, 2)


def test_the_last_row_of_an_object_may_lack_its_newline() -> None:
    cut = DATA.index(b"c\r\n")
    rows = read(DATA[:cut], COMMA, Chunk(0, 9, cut, 2))
    assert [row.fields for row in rows] == [["1", "a\nb"], ["2", ""]]


def test_a_chunk_is_read_from_a_stream_as_from_blocks(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(DATA)
    chunk = Chunk(0, 9, len(DATA), 2)
    with path.open("rb") as file:
        file.seek(8)
        from_file = list(read_chunk(file, COMMA, chunk))
    assert from_file == list(read_chunk(io.BytesIO(DATA[8:]), COMMA, chunk))
    assert from_file == list(read_chunk([DATA[8:10], b"", DATA[10:]], COMMA, chunk))
    assert from_file == [(2, ["1", "a\nb"]), (4, ["2", "c"]), (5, ["3", "d"])]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_so_it_is_in_utf_16(encoding: str) -> None:
    dialect = Dialect(encoding=encoding)
    data = DATA.decode().encode("utf-16-be" if encoding == "utf-16-be" else "utf-16-le")
    chunk = Chunk(0, 18, len(data), 2)
    assert [row.fields for row in read(data, dialect, chunk)] == [["1", "a\nb"], ["2", "c"], ["3", "d"]]
    for start in (19, 20, 22):
        assert error_of(data, Chunk(0, start, len(data), 2), dialect).reason is Reason.CHUNK_BOUNDARY
    assert error_of(data, Chunk(0, 18, len(data) - 6, 2), dialect).reason is Reason.UNTERMINATED_QUOTE


@pytest.mark.parametrize("byte_order", ["utf-16-le", "utf-16-be"])
def test_the_byte_order_of_utf_16_is_told_by_the_newline_before_the_chunk(byte_order: str) -> None:
    data = "id\n1ਊ\n".encode(byte_order)
    assert [row.fields for row in read(data, Dialect(encoding="utf-16"), Chunk(0, 6, len(data), 2))] == [["1ਊ"]]


def test_an_object_that_is_shorter_now_is_an_error() -> None:
    error = error_of(DATA[:20], Chunk(0, 18, len(DATA), 4))
    assert error.reason is Reason.CHUNK_LENGTH
    assert f"should have {len(DATA) - 18} bytes and has 2" in str(error)


def test_an_object_that_is_empty_now_is_an_error() -> None:
    assert error_of(b"", Chunk(0, 18, len(DATA), 4)).reason is Reason.CHUNK_LENGTH
    assert error_of(b"", Chunk(0, 18, len(DATA), 4), Dialect(encoding="utf-16")).reason is Reason.CHUNK_LENGTH


def test_more_bytes_than_the_chunk_has_are_an_error() -> None:
    with pytest.raises(ChunkError) as error:
        list(read_chunk([DATA[8:]], COMMA, Chunk(0, 9, 18, 2)))
    assert error.value.reason is Reason.CHUNK_LENGTH


def test_an_object_overwritten_with_other_rows_of_the_same_length_is_seen_where_newlines_moved() -> None:
    other = DATA.replace(b"1,", b"111,").replace(b'"d"', b"d")
    assert len(other) == len(DATA)
    _, chunks = split(DATA, chunk_bytes=12)
    reasons = {error_of(other, chunk).reason for chunk in chunks[1:]}
    assert reasons == {Reason.CHUNK_BOUNDARY}


def test_another_quote_in_the_contract_is_seen_where_it_leaves_a_field_open() -> None:
    data = b"id,name\n1,O'Neill\n2,'x\n"
    _, chunks = split(data)
    assert error_of(data, chunks[0], Dialect(quote="'")).reason is Reason.UNTERMINATED_QUOTE

"""What a strict reader refuses is a reject with its lines, whatever the sizes of chunks and blocks; never a guess."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import ChunkError, Reason
from csvbatch.csv_file.malformed import MalformedRow, RowFault
from tests.unit.csvbatch.csv_file.csv_reference import LENIENT, blocks, csv_rows, read, rows_of, split


class Malformed(NamedTuple):
    fault: RowFault
    line: int
    last_line: int


class Good(NamedTuple):
    line: int
    fields: list[str]


SWALLOWED = [f"{number},plain" for number in range(3, 54)]
FILES: dict[str, tuple[str, list[Malformed | Good]]] = {
    "a stray opening quote": (
        '1,ok\n2,"open\n3,"closed"\n4,fine\n',
        [Good(2, ["1", "ok"]), Malformed(RowFault.TEXT_AFTER_QUOTE, 3, 4), Good(5, ["4", "fine"])],
    ),
    "a stray opening quote, many rows before the next one": (
        "\n".join(["1,ok", '2,"open', *SWALLOWED, '54,"closed"', '55,"a\nb"', ""]),
        [Good(2, ["1", "ok"]), Malformed(RowFault.TEXT_AFTER_QUOTE, 3, 55), Good(56, ["55", "a\nb"])],
    ),
    "backslashes before quotes": (
        '1,"say \\"hi\\" now"\n2,plain\n',
        [Malformed(RowFault.TEXT_AFTER_QUOTE, 2, 2), Good(3, ["2", "plain"])],
    ),
    "a blank after the closing quote": (
        '1,"a" \n2,b\n',
        [Malformed(RowFault.TEXT_AFTER_QUOTE, 2, 2), Good(3, ["2", "b"])],
    ),
    "text after the closing quote, and quoted lines after that in the row": (
        '1,"a"b,"c\n7,inside\n"\n2,b\n',
        [Malformed(RowFault.TEXT_AFTER_QUOTE, 2, 4), Good(5, ["2", "b"])],
    ),
    "one malformed row after the other": (
        '1,"a"b\n2,"c\n"d\n3,e\n4,"f"g\n',
        [
            Malformed(RowFault.TEXT_AFTER_QUOTE, 2, 2),
            Malformed(RowFault.TEXT_AFTER_QUOTE, 3, 4),
            Good(5, ["3", "e"]),
            Malformed(RowFault.TEXT_AFTER_QUOTE, 6, 6),
        ],
    ),
    "the last row, without a newline": (
        '1,a\n2,"b"c',
        [Good(2, ["1", "a"]), Malformed(RowFault.TEXT_AFTER_QUOTE, 3, 3)],
    ),
    "a quote in a field that began without one": ('1,5" pipe\n', [Good(2, ["1", '5" pipe'])]),
    "a lone CR in a field": (
        "1,foo\rbar\n2,ok\n",
        [Malformed(RowFault.LONE_CR, 2, 2), Malformed(RowFault.LONE_CR, 3, 3), Good(4, ["2", "ok"])],
    ),
    "a lone CR in a field after a quoted one of several lines": (
        '"1\n",foo\rbar\r\n2,ok\n',
        [Malformed(RowFault.LONE_CR, 2, 3), Malformed(RowFault.LONE_CR, 4, 4), Good(5, ["2", "ok"])],
    ),
    "a lone CR before a blank line": (
        "1,foo\r\r\n2,ok\n",
        [Malformed(RowFault.LONE_CR, 2, 2), Good(4, ["2", "ok"])],
    ),
    "a lone CR at the start of a row": ("\n\r1,foo\n2,ok\n", [Malformed(RowFault.LONE_CR, 4, 4), Good(5, ["2", "ok"])]),
    "a CR in quotes": ('1,"foo\rbar"\n2,"\r"\n', [Good(2, ["1", "foo\rbar"]), Good(4, ["2", "\r"])]),
    "a byte order mark at the start of a row": (
        "1,a\n\ufeffid,name\n2,b\n\ufeff3,c\n",
        [
            Good(2, ["1", "a"]),
            Malformed(RowFault.BYTE_ORDER_MARK, 3, 3),
            Good(4, ["2", "b"]),
            Malformed(RowFault.BYTE_ORDER_MARK, 5, 5),
        ],
    ),
    "a byte order mark elsewhere": (
        '1,\ufeffa\n2,"\n\ufeff"\n',
        [Good(2, ["1", "\ufeffa"]), Good(3, ["2", "\n\ufeff"])],
    ),
}


@pytest.mark.parametrize(("body", "expected"), FILES.values(), ids=FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("header_end", ["\n", "\r\n"])
def test_each_row_is_whole_or_malformed_at_every_chunk_size(
    body: str, expected: list[Malformed | Good], encoding: str, header_end: str
) -> None:
    data = f"id,name{header_end}{body}".encode(encoding)
    for chunk_bytes in (*range(1, 60, 3), 1 << 20):
        scanned, chunks = split(data, Dialect(encoding=encoding), chunk_bytes=chunk_bytes, window_bytes=9)
        rows = [row for chunk in chunks for row in read(data, scanned.dialect, chunk, block_bytes=7)]
        assert [
            Malformed(row.fields.fault, row.line, row.last_line)
            if isinstance(row.fields, MalformedRow)
            else Good(row.line, row.fields)
            for row in rows
        ] == expected


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_a_byte_order_mark_of_utf_8_is_found_under_encodings_of_one_byte(encoding: str) -> None:
    data = b"id,name\n1,\xe9\n\xef\xbb\xbfid,name\n2,b\n"
    scanned, (chunk,) = split(data, Dialect(encoding=encoding))
    assert [row.fields for row in read(data, scanned.dialect, chunk)] == [["1", "é"], [], ["2", "b"]]


def test_a_file_whose_header_ends_with_cr_may_mix_its_newlines() -> None:
    data = b"id,name\r1,a\r2,b\n3,c\r\n4,d\r"
    scanned, (chunk,) = split(data)
    rows = [row.fields for row in read(data, scanned.dialect, chunk)]
    assert rows == [["1", "a"], ["2", "b"], ["3", "c"], ["4", "d"]]


def test_lenient_reading_takes_text_after_a_closing_quote_into_the_field() -> None:
    text = 'id,name\n1,"say \\"hi\\" now"\n2,"open\n3,"closed"\n'
    data = text.encode()
    scanned, (chunk,) = split(data, LENIENT)
    rows = [row.fields for row in read(data, scanned.dialect, chunk)]
    assert rows == [["1", 'say \\hi\\" now"'], ["2", 'open\n3,closed"']]


def test_strictness_does_not_move_where_chunks_begin_and_end() -> None:
    data = ('id,name\n1,"a"b,"c\n"\n2,"open\n3,"x"\n4,fine\n' * 20).encode()
    for chunk_bytes in range(1, 100):
        assert split(data, chunk_bytes=chunk_bytes)[1] == split(data, LENIENT, chunk_bytes=chunk_bytes)[1]


def test_the_text_of_a_malformed_row_of_many_blocks_is_whole() -> None:
    row = '1,"' + "word\r\n" * 50_000 + '"x\n'
    rows = rows_of(blocks((row + "2,b\n").encode(), 1000), Dialect(), first_line=1)
    assert [(line, rows.last_line, rows.text()) for line, _ in rows] == [(1, 50_001, row), (50_002, 50_002, "2,b\n")]


@pytest.mark.parametrize("block_bytes", [1, 3, 100])
def test_a_quote_that_a_malformed_row_leaves_open_is_an_error_with_the_row_s_line(block_bytes: int) -> None:
    with pytest.raises(ChunkError) as error:
        list(rows_of(blocks(b'1,a\n2,"b"c,"d\n3,e\n', block_bytes), Dialect(), first_line=10))
    assert (error.value.reason, error.value.line) == (Reason.UNTERMINATED_QUOTE, 11)


def test_lines_of_utf_8_under_another_encoding_are_counted() -> None:
    lines = ["1,José", "2,plain", "3,«LIBERTÉ»", "4,Zoë", '5,"two', 'línes"']
    utf8 = {0, 5}
    data = b"id,name\n" + b"".join(
        line.encode("utf-8" if number in utf8 else "cp1252") + b"\n" for number, line in enumerate(lines)
    )
    for encoding in ("cp1252", "latin-1"):
        for block_bytes in (1, 5, 100):
            rows = rows_of(blocks(data, block_bytes), Dialect(encoding=encoding), first_line=1)
            assert len(list(rows)) == 6
            assert (rows.utf8_lines, rows.first_utf8_line) == (2, 2)


def test_the_reference_knows_malformed_rows_too() -> None:
    text = 'id\r\n1,"a"b\r\n2,c\rd\n'
    assert [fields for _, fields in csv_rows(text)] == [["id"], [], ["2", "c"], ["d"]]
    assert [fields for _, fields in csv_rows(text, replace(LENIENT, cr_ends_rows=False))] == [
        ["id"],
        ["1", "ab"],
        [],
        [],
    ]

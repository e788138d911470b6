"""Every way of writing CSV that RFC 4180 and real exports know: chunks are whole rows, and read as `csv` reads."""

import codecs
from itertools import chain, pairwise

import pytest

from csvbatch.csv_file.cutting import Chunk
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.splitter import scan
from tests.unit.csvbatch.csv_file.csv_reference import COMMA, LENIENT, csv_rows, read, split

WAYS_OF_WRITING = {
    "plain rows": ("1,a\n2,b\n3,c\n", [["1", "a"], ["2", "b"], ["3", "c"]]),
    "no newline at the end": ("1,a\n2,b", [["1", "a"], ["2", "b"]]),
    "CRLF": ("1,a\r\n2,b\r\n3,c\r\n", [["1", "a"], ["2", "b"], ["3", "c"]]),
    "lone CR": ("1,a\r2,b\r3,c\r", [["1", "a"], ["2", "b"], ["3", "c"]]),
    "LF, CR and CRLF in one file": ("1,a\r2,b\r\n3,c\n4,d", [["1", "a"], ["2", "b"], ["3", "c"], ["4", "d"]]),
    "CR before CRLF": ("1,a\r\r\n2,b\n", [["1", "a"], ["2", "b"]]),
    "LF before CR": ("1,a\n\r2,b\n", [["1", "a"], ["2", "b"]]),
    "blank lines": ("\n\n1,a\n\r\n\r2,b\n\n\n", [["1", "a"], ["2", "b"]]),
    "a line of one space is a row": ("1,a\n \n2,b\n", [["1", "a"], [" "], ["2", "b"]]),
    "a line of two quotes is a row": ('1,a\n""\n2,b\n', [["1", "a"], [""], ["2", "b"]]),
    "LF inside quotes": ('1,"a\nb"\n2,c\n', [["1", "a\nb"], ["2", "c"]]),
    "CRLF inside quotes": ('1,"a\r\nb"\r\n2,c\r\n', [["1", "a\r\nb"], ["2", "c"]]),
    "CR inside quotes": ('1,"a\rb"\n2,c\n', [["1", "a\rb"], ["2", "c"]]),
    "CR just before the closing quote": ('1,"a\r"\n2,"\r"\n', [["1", "a\r"], ["2", "\r"]]),
    "blank lines inside quotes": ('1,"\n\n\n"\n2,c\n', [["1", "\n\n\n"], ["2", "c"]]),
    "nothing but newlines inside quotes, first in the row": ('"\n",1\n"\r\n",2\n', [["\n", "1"], ["\r\n", "2"]]),
    "delimiters inside quotes": ('1,"a,b,,c"\n2,","\n', [["1", "a,b,,c"], ["2", ","]]),
    "doubled quotes": ('1,"say ""a"" twice"\n2,""""\n', [["1", 'say "a" twice'], ["2", '"']]),
    "doubled quotes beside newlines": ('1,"""\n"""\n2,"a""\n""b"\n', [["1", '"\n"'], ["2", 'a"\n"b']]),
    "doubled quotes round delimiters": ('1,"a"",""b"\n2,c\n', [["1", 'a","b'], ["2", "c"]]),
    "every field in quotes": ('"1","a"\n"2","b"\n', [["1", "a"], ["2", "b"]]),
    "JSON over several lines": (
        '1,"{""k"": [""a,b"",\n  {""l"": """"}]}"\n2,"[]"\n',
        [["1", '{"k": ["a,b",\n  {"l": ""}]}'], ["2", "[]"]],
    ),
    "empty fields": (",\n,,\n1,\n", [["", ""], ["", "", ""], ["1", ""]]),
    "empty fields in quotes": ('"",""\n1,""\n', [["", ""], ["1", ""]]),
    "trailing delimiters": ("1,a,\n2,b,\n", [["1", "a", ""], ["2", "b", ""]]),
    "ragged rows": ("1\n2,b,c,d\n3,e\n", [["1"], ["2", "b", "c", "d"], ["3", "e"]]),
    "a quote in the middle of a field": ('1,5" pipe\n2,6" pipe\n', [["1", '5" pipe'], ["2", '6" pipe']]),
    "one quote in the middle, before quoted newlines": (
        '1,5" pipe\n2,"a\nb"\n3,c\n',
        [["1", '5" pipe'], ["2", "a\nb"], ["3", "c"]],
    ),
    "two quotes in the middle of a field": ('1,a""b\n2,a"b"\n', [["1", 'a""b'], ["2", 'a"b"']]),
    "a quote at the end of a field": ('1,5"\n2,b\n', [["1", '5"'], ["2", "b"]]),
    "a quote after a space": ('1, "a\n2,b"\n', [["1", ' "a'], ["2", 'b"']]),
    "text after the closing quote": ('1,"a"b\n2,"c" d\n', [["1", "ab"], ["2", "c d"]]),
    "quotes after the closing quote": ('1,"a"b"c"\n2,"d"e"\n3,f\n', [["1", 'ab"c"'], ["2", 'de"'], ["3", "f"]]),
    "quoted newline, then text after the closing quote": ('1,"a\n"b"\n2,c\n', [["1", 'a\nb"'], ["2", "c"]]),
    "a space between closing quote and delimiter": ('"1" ,"a\n"\n2,b\n', [["1 ", "a\n"], ["2", "b"]]),
    "apostrophes": ("1,O'Neill\n2,'x\n", [["1", "O'Neill"], ["2", "'x"]]),
    "backslashes escape nothing": ('1,"a\\"\n2,\\"b\n', [["1", "a\\"], ["2", '\\"b']]),
    "characters that str.splitlines takes for newlines": (
        "1,a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\n2,j\n",
        [["1", "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i"], ["2", "j"]],
    ),
    "UTF-8 of two, three and four bytes": ("1,é\n2,Łódź 東京\n3,💀\n", [["1", "é"], ["2", "Łódź 東京"], ["3", "💀"]]),
    "a byte order mark inside": ("1,\ufeffa\n2,\ufeff\n", [["1", "\ufeffa"], ["2", "\ufeff"]]),
    "Ctrl-Z of DOS at the end": ("1,a\n\x1a", [["1", "a"], ["\x1a"]]),
}
HEADER = "id,name\n"


@pytest.mark.parametrize(("body", "rows"), WAYS_OF_WRITING.values(), ids=WAYS_OF_WRITING)
def test_chunks_of_any_size_read_as_csv_reads_the_file(body: str, rows: list[list[str]]) -> None:
    text = HEADER + body
    assert [fields for _, fields in csv_rows(text, LENIENT)] == [["id", "name"], *rows]
    data = text.encode()
    for window_bytes in (1, 5, 1 << 18):
        for chunk_bytes in range(1, len(body) + 2):
            scanned, chunks = split(data, chunk_bytes=chunk_bytes, block_bytes=3, window_bytes=window_bytes)
            assert scanned.header == ("id", "name")
            for dialect in (LENIENT, COMMA):
                got = [(row.line, row.fields) for chunk in chunks for row in read(data, dialect, chunk, block_bytes=3)]
                assert got == csv_rows(text, dialect)[1:]


def test_a_chunk_is_as_long_as_it_may_be() -> None:
    _, chunks = split(b"id,name\n1,a\n2,b\n3,c\n4,d\n5,e\n", chunk_bytes=11)
    assert chunks == [Chunk(0, 8, 16, 2), Chunk(1, 16, 24, 4), Chunk(2, 24, 28, 6)]


def test_a_row_that_just_fits_is_not_left_out() -> None:
    _, chunks = split(b"id,name\n1,a\n2,b\n3,c\n", chunk_bytes=8)
    assert [(chunk.start, chunk.end) for chunk in chunks] == [(8, 16), (16, 20)]


def test_so_it_is_where_the_last_newline_is_missing() -> None:
    _, chunks = split(b"id,name\n1,a\n2,b", chunk_bytes=7)
    assert [(chunk.start, chunk.end) for chunk in chunks] == [(8, 15)]


def test_a_row_longer_than_a_chunk_is_a_chunk_of_its_own() -> None:
    data = b"id,name\n1,a\n2," + b"x" * 100 + b"\n3,c\n"
    _, chunks = split(data, chunk_bytes=10)
    assert [(chunk.start, chunk.end) for chunk in chunks] == [(8, 12), (12, 115), (115, 119)]


def test_a_row_longer_than_many_windows_is_whole() -> None:
    name = ",".join(["line\nof text"] * 500)
    data = f'id,name\n1,"{name}"\n2,b\n'.encode()
    _, chunks = split(data, chunk_bytes=100, window_bytes=16)
    assert [row.fields for chunk in chunks for row in read(data, COMMA, chunk)] == [["1", name], ["2", "b"]]
    assert len(chunks) == 2


def test_a_chunk_never_begins_between_cr_and_lf() -> None:
    data = b"id,name\r\n1,a\r\n2,b\r\n"
    for chunk_bytes in range(1, 12):
        for window_bytes in range(1, len(data)):
            _, chunks = split(data, chunk_bytes=chunk_bytes, window_bytes=window_bytes)
            assert {data[chunk.start] for chunk in chunks} <= {ord("1"), ord("2")}


def test_first_lines_are_physical() -> None:
    data = b'\n"id\n",name\n\n1,"a\n\nb"\n\n2,c\n3,d\n'
    _, chunks = split(data, chunk_bytes=1)
    rows = [row.line for chunk in chunks for row in read(data, COMMA, chunk)]
    assert rows == [5, 9, 10]
    assert [chunk.first_line for chunk in chunks] == [5, 8, 9, 10]


def test_chunks_begin_with_the_first_row_after_the_header_and_end_with_the_file() -> None:
    data = b"\n\nid,name\n\n\n1,a\n\n2,b\n\n"
    scanned, chunks = split(data, chunk_bytes=5)
    assert chunks[0].start == data.index(b"1,a")
    assert chunks[-1].end == len(data) == scanned.bytes_scanned
    assert all(before.end == after.start for before, after in pairwise(chunks))


@pytest.mark.parametrize("data", [b"id,name", b"id,name\n", b"id,name\r\n\r\n\n", b"\n\nid,name\n"])
def test_a_file_of_a_header_only_has_no_chunks(data: bytes) -> None:
    scanned, chunks = split(data)
    assert (scanned.header, chunks) == (("id", "name"), [])
    assert scanned.bytes_scanned == len(data)


def test_a_header_may_be_quoted_and_have_newlines() -> None:
    scanned, chunks = split(b'"id ""number""","na\r\nme"\r\n1,a\r\n', window_bytes=4)
    assert scanned.header == ('id "number"', "na\r\nme")
    assert chunks == [Chunk(0, 26, 31, 3)]


def test_the_header_is_there_before_the_file_is_read_to_its_end() -> None:
    stream = chain([b"id,name\n"], (b"1,a\n" * 1000 for _ in range(100)))
    scanned = scan(stream, COMMA, chunk_bytes=1000, window_bytes=1000)
    assert scanned.header == ("id", "name")
    assert len(list(stream)) > 90


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " ", "^", "]", "\\", "-", ".", "%", "\x01", "\x1f"])
@pytest.mark.parametrize("quote", ['"', "'", "$", "`"])
def test_other_delimiters_and_quotes(delimiter: str, quote: str) -> None:
    dialect = Dialect(delimiter, quote)
    body = '1,"a,\n""b"\n2,5" pipe\n3,"c"d"\n"4",""\n'.translate({ord(","): delimiter, ord('"'): quote})
    text = f"id{delimiter}name\n{body}"
    data = text.encode()
    for chunk_bytes in range(1, 20):
        _, chunks = split(data, dialect, chunk_bytes=chunk_bytes, window_bytes=8)
        rows = [(row.line, row.fields) for chunk in chunks for row in read(data, dialect, chunk)]
        assert rows == csv_rows(text, dialect)[1:]


def test_a_byte_order_mark_of_utf_8_is_not_part_of_the_header() -> None:
    data = codecs.BOM_UTF8 + b"id,name\n1,a\n"
    for block_bytes in (1, 2, 3, 100):
        scanned, chunks = split(data, block_bytes=block_bytes, window_bytes=1)
        assert scanned.header == ("id", "name")
        assert chunks == [Chunk(0, 11, 15, 2)]
        assert scanned.bytes_scanned == len(data)


@pytest.mark.parametrize(("chunk_bytes", "window_bytes"), [(0, 1), (1, 0), (-1, 1)])
def test_sizes_below_one_are_a_mistake_of_the_caller(chunk_bytes: int, window_bytes: int) -> None:
    with pytest.raises(ValueError, match="use 1 or more"):
        split(b"id\n1\n", chunk_bytes=chunk_bytes, window_bytes=window_bytes)

"""Files that must not be loaded: each is refused with a code and a line, and with nothing of its content."""

from collections.abc import Iterator

import pytest

from csvbatch.csv_file.errors import Reason, SplitError
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.splitter import scan
from tests.unit.csvbatch.csv_file.csv_reference import COMMA, LENIENT, csv_rows, read, split

SMALL = Limits(field_bytes=20, row_bytes=60, columns=6)
LONG = "x" * 21


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS, window_bytes: int = 1 << 18) -> SplitError:
    with pytest.raises(SplitError) as error:
        split(data, limits=limits, block_bytes=7, window_bytes=window_bytes)
    return error.value


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_header_is_refused_as_empty(data: bytes) -> None:
    assert (refusal(data).reason, refusal(data).line) == (Reason.EMPTY, None)


@pytest.mark.parametrize("data", [b"id,name\n1,a\n2,\0\n", b'id,name\n1,"\n\0"\n', b'id,name\n1,"a"\n\0'])
def test_nul_characters_are_refused(data: bytes) -> None:
    assert (refusal(data).reason, refusal(data).line) == (Reason.NUL, 3)


UNTERMINATED = {
    "in the last row": (b'id,name\n1,a\n2,"b\n', 3),
    "at the very end": (b'id,name\n1,a\n2,"', 3),
    "many rows before the end": (b'id,name\n1,"a\n' + b"2,b\n" * 50, 2),
    "after quoted newlines": (b'id,name\n1,"a\n\nb"\n2,"c\nd","e\n3,f\n', 6),
    "behind a quote that opens nothing": (b'id,name\n1,5" pipe\n2,"b\n3,c\n', 3),
    "after a doubled quote": (b'id,name\n1,"a""\n2,b\n', 2),
    "in the header": (b'id,"name\n1,a\n2,b\n', 1),
    "on a line after CR": (b'id,name\r1,a\r2,"b\r', 3),
}


@pytest.mark.parametrize(("data", "line"), UNTERMINATED.values(), ids=UNTERMINATED)
@pytest.mark.parametrize("window_bytes", [1, 5, 1 << 18])
def test_a_quote_that_is_never_closed_is_refused_with_its_line(data: bytes, line: int, window_bytes: int) -> None:
    error = refusal(data, window_bytes=window_bytes)
    assert (error.reason, error.line) == (Reason.UNTERMINATED_QUOTE, line)


def test_a_header_with_text_after_a_closing_quote_is_refused() -> None:
    error = refusal(b'\n"id"x,name\n1,a\n')
    assert (error.reason, error.line) == (Reason.TEXT_AFTER_QUOTE, 2)
    scanned, _ = split(b'"id"x,name\n1,a\n', LENIENT)
    assert scanned.header == ("idx", "name")


OVER_LIMITS = {
    "field": (f"id\n1\n{LONG}\n", Reason.FIELD_TOO_LONG, 3),
    "field without a newline after it": (f"id\n1\n{LONG}", Reason.FIELD_TOO_LONG, 3),
    "field in quotes": (f'id\n1\n"{LONG}"\n', Reason.FIELD_TOO_LONG, 3),
    "field of many lines, second in its row": ('id\n1\n"\n","' + "a\n" * 11 + '"\n', Reason.FIELD_TOO_LONG, 4),
    "field after a quoted newline, last in its row": (f'id\na,b,c,"\n",{LONG}\n', Reason.FIELD_TOO_LONG, 3),
    "field of doubled quotes": ('id\n"' + '""' * 11 + '"\n', Reason.FIELD_TOO_LONG, 2),
    "field with a quote in its middle": (f'id\na" {LONG}\n', Reason.FIELD_TOO_LONG, 2),
    "header's field": (f"{LONG}\n1\n", Reason.FIELD_TOO_LONG, 1),
    "row": ("id\n" + ",".join(["x" * 15] * 4) + "\n2\n", Reason.ROW_TOO_LONG, 2),
    "row of many lines": ("id\n1\n" + ",".join(['"aaaaaa\naaaaaa"'] * 4) + "\n2\n", Reason.ROW_TOO_LONG, 3),
    "columns": ("id\n1\n" + "," * 6 + "\n", Reason.TOO_MANY_COLUMNS, 3),
    "columns without a newline after them": ("id\n1\n" + "," * 6, Reason.TOO_MANY_COLUMNS, 3),
    "columns in quotes": ("id\n1\n" + '"a",' * 6 + "\n", Reason.TOO_MANY_COLUMNS, 3),
    "header's columns": ("a,b,c,d,e,f,g\n", Reason.TOO_MANY_COLUMNS, 1),
}


@pytest.mark.parametrize(("text", "reason", "line"), OVER_LIMITS.values(), ids=OVER_LIMITS)
@pytest.mark.parametrize("window_bytes", [1, 9, 1 << 18])
def test_what_passes_a_limit_is_refused_with_its_line(text: str, reason: Reason, line: int, window_bytes: int) -> None:
    error = refusal(text.encode(), SMALL, window_bytes)
    assert (error.reason, error.line) == (reason, line)


WITHIN_LIMITS = {
    "field": "id\n" + "x" * 20 + "\n",
    "field in quotes": 'id\n"' + "x" * 18 + '"\r\n',
    "fields of many lines": 'id\n"' + "a\n" * 9 + '","' + "b\n" * 9 + '"\n',
    "row": "id\n" + ",".join(["x" * 14] * 4) + ",\r\n",
    "columns": "id\n,,,,,\n\n,,,,,",
    "delimiters in quotes": 'id\n",,,,,,,,,,",",,,,,,"\n',
    "many rows": "id\n" + "1,2,3,4\n" * 40,
    "blank lines": "id\n1\n" + "\r\n" * 100,
}


@pytest.mark.parametrize("text", WITHIN_LIMITS.values(), ids=WITHIN_LIMITS)
@pytest.mark.parametrize("window_bytes", [1, 9, 1 << 18])
def test_what_just_stays_within_a_limit_is_read(text: str, window_bytes: int) -> None:
    data = text.encode()
    _, chunks = split(data, limits=SMALL, window_bytes=window_bytes)
    assert [row.fields for chunk in chunks for row in read(data, COMMA, chunk)] == [
        fields for _, fields in csv_rows(text)[1:]
    ]


def test_fields_longer_than_csv_takes_unasked_are_read() -> None:
    text = 'id,name\n1,"' + "word\n" * 40_000 + '"\n2,b\n'
    data = text.encode()
    _, chunks = split(data)
    rows = [row.fields for row in read(data, COMMA, chunks[0])]
    assert rows == [["1", "word\n" * 40_000], ["2", "b"]]


def endless(start: bytes, more: bytes, taken: list[int]) -> Iterator[bytes]:
    yield start
    while True:
        taken.append(len(more))
        yield more


@pytest.mark.parametrize(
    ("start", "more", "reason"),
    [
        (b"id,name\n1,", b"x" * 65536, Reason.FIELD_TOO_LONG),
        (b'id,name\n1,"', b"2,b\n" * 16384, Reason.FIELD_TOO_LONG),
        (b"id,name\n1,", b"x," * 32768, Reason.TOO_MANY_COLUMNS),
        (b"id,name\n1,", (b'"' + b"x," * 10_000 + b'",') * 3, Reason.ROW_TOO_LONG),
    ],
    ids=["a field of 10 MB", "a quote open over 10 MB", "a row of 100,000 columns", "a row of 10 MB"],
)
def test_it_stops_soon_after_a_limit_is_passed(start: bytes, more: bytes, reason: Reason) -> None:
    taken: list[int] = []
    with pytest.raises(SplitError) as error:
        list(scan(endless(start, more, taken), COMMA, chunk_bytes=1 << 20))
    assert (error.value.reason, error.value.line) == (reason, 2)
    assert sum(taken) <= 2 * (DEFAULT_LIMITS.row_bytes + (1 << 20))


def test_a_refusal_tells_what_to_do_and_nothing_of_the_content() -> None:
    secret = "Zerubbabel"
    for data, limits in (
        (f'id,name\n1,"{secret}\n', DEFAULT_LIMITS),
        (f"id,name\n1,{secret * 3}\n", SMALL),
        (f"id,name\n1,{secret}\udcff\n", DEFAULT_LIMITS),
        (f"id,name\n1,{secret}\0\n", DEFAULT_LIMITS),
    ):
        error = refusal(data.encode("utf-8", "surrogateescape"), limits)
        assert secret not in str(error)
        assert secret not in repr((error.__cause__, error.__context__))
        assert "; " in str(error)


def test_limits_below_one_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="columns is 0: use 1 or more"):
        Limits(columns=0)

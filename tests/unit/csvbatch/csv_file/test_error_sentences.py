"""What is said of a file or a chunk that cannot be read, word for word."""

import gzip
from collections.abc import Callable, Iterable

import pytest

from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import FileError
from csvbatch.csv_file.file_kinds import other_kind
from csvbatch.csv_file.gzip_stream import unpack_gzip
from csvbatch.csv_file.limits import DEFAULT_LIMITS, Limits
from csvbatch.csv_file.reader import read_chunk
from csvbatch.csv_file.row_reader import Rows
from csvbatch.csv_file.splitter import Chunk, scan

SMALL = Limits(field_bytes=20, row_bytes=60, columns=6)
OR_CONTRACT = "or set its encoding in the contract"


def numbered(value: object) -> str:
    """Name no parameter by its bytes: those of gzip have the time in them."""
    return "data" if isinstance(value, bytes) else "limits" if isinstance(value, Limits) else str(value)[:40]


def sentence(read: Callable[[], Iterable[object]]) -> str:
    with pytest.raises(FileError) as refused:
        list(read())
    return str(refused.value)


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"", "utf-8", "the file is empty or has only blank lines; send it with a header line and rows"),
        (
            b"%PDF-1.7\n",
            "utf-8",
            "the content is not CSV, it is a PDF document; export the table as CSV and send that",
        ),
        (
            b"id\n\xff\n",
            "utf-8",
            f"line 2: there are bytes that are not valid utf-8; write the file in utf-8, {OR_CONTRACT}",
        ),
        (
            "\ufeffid\n".encode("utf-16-le") + b"\x00\xd8\n\0",
            "utf-16",
            f"line 2: there are bytes that are not valid utf-16-le; write the file in utf-16-le, {OR_CONTRACT}",
        ),
        (
            "\ufeffid\n".encode("utf-16-be"),
            "utf-8",
            "line 1: the contract says utf-8, but the file begins with the byte order mark of UTF-16, big-endian; "
            f"write the file in utf-8, {OR_CONTRACT}",
        ),
        (
            b"i\0d\0",
            "utf-16",
            "line 1: the contract says utf-16, but the file begins with no byte order mark; write the file in utf-16, "
            f"{OR_CONTRACT}",
        ),
        (
            b"id\n\0\n",
            "utf-8",
            "line 2: there is a NUL character; remove it, or, if the file is UTF-16, set that encoding in the contract",
        ),
        (
            b'id\n"a\n',
            "utf-8",
            "line 2: the quote that opens a field here is never closed; close it, or double a quote that is part of a "
            "quoted field",
        ),
        (
            b'\n"id"x\n1\n',
            "utf-8",
            "line 2: the header has text between a closing quote and the next delimiter; double a quote that is part "
            "of a quoted field",
        ),
        (
            b"id\n" + b"x" * 21,
            "utf-8",
            "line 2: a field is longer than 20 bytes; shorten it, or add its closing quote if that is missing",
        ),
        (
            b"id\n" + b"x" * 15 + b"," + b",".join([b"x" * 15] * 3),
            "utf-8",
            "line 2: a row is longer than 60 bytes; check its newlines and quotes, or shorten it",
        ),
        (
            b"id\n,,,,,,\n",
            "utf-8",
            "line 2: a row has more than 6 columns; check its delimiters, quotes and newlines",
        ),
    ],
    ids=numbered,
)
def test_a_file_that_is_refused(data: bytes, encoding: str, said: str) -> None:
    assert sentence(lambda: scan([data], Dialect(encoding=encoding), chunk_bytes=100, limits=SMALL)) == said


@pytest.mark.parametrize(
    ("data", "limits", "said"),
    [
        (
            b"",
            DEFAULT_LIMITS,
            "the file is empty or has only blank lines; send it with a header line and rows",
        ),
        (
            b"id\n1\n",
            DEFAULT_LIMITS,
            "the name says gzip, but the content is not; send it as .csv, or compress it with gzip",
        ),
        (
            b"%PDF-",
            DEFAULT_LIMITS,
            "the name says gzip, but the content is a PDF document; send it as .csv, or compress it with gzip",
        ),
        (gzip.compress(b"id\n")[:-1], DEFAULT_LIMITS, "the gzip file is cut off; send it again"),
        (
            gzip.compress(b"id\n")[:-5] + b"xxxxx",
            DEFAULT_LIMITS,
            "the gzip file is damaged; compress the file and send it again",
        ),
        (
            gzip.compress(b"id\n") + b"x",
            DEFAULT_LIMITS,
            "after the end of the gzip data there are bytes that are not gzip; compress the file and send it again",
        ),
        (
            gzip.compress(b"x" * 11),
            Limits(unpacked_bytes=10),
            "the gzip file unpacks to more than 10 bytes; send it in parts",
        ),
        (
            gzip.compress(b"x" * 10_000),
            Limits(unpack_ratio=9, unpack_free_bytes=1),
            "the gzip file unpacks to more than 9 times its size; if that is right, send it uncompressed",
        ),
    ],
    ids=numbered,
)
def test_a_gzip_file_that_is_refused(data: bytes, limits: Limits, said: str) -> None:
    assert sentence(lambda: unpack_gzip([data], limits)) == said


CHANGED = "the object is not the one that was split; read the version that the batch names"
BOUNDARY = (
    "line 7: the chunk does not begin where a row does; the object is not the one that was split, or the contract's "
    "delimiter, quote or encoding is another: read the version and the contract of the batch"
)


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"", "utf-8", f"the chunk should have 4 bytes and has 0; {CHANGED}"),
        (b"\n1\n", "utf-8", f"the chunk should have 4 bytes and has 2; {CHANGED}"),
        (b"\n1\n2\n3\n", "utf-8", f"the chunk should have 4 bytes and has 6; {CHANGED}"),
        (b"x1\n2\n", "utf-8", BOUNDARY),
        (b"x\0\n\0", "utf-16", BOUNDARY),
    ],
    ids=numbered,
)
def test_a_chunk_that_is_not_what_was_split(data: bytes, encoding: str, said: str) -> None:
    assert sentence(lambda: read_chunk([data], Dialect(encoding=encoding), Chunk(1, 10, 14, 7))) == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"1\n\xff\n",
            f"line 8: there are bytes that are not valid utf-8; write the file in utf-8, {OR_CONTRACT}",
        ),
        (
            b"1\n\0\n",
            "line 8: there is a NUL character; remove it, or, if the file is UTF-16, set that encoding in the contract",
        ),
        (
            b'1\n"a\n',
            "line 8: the quote that opens a field here is never closed; close it, or double a quote that is part of a "
            "quoted field",
        ),
        (
            b"1\n" + b"x" * 61,
            "line 8: a row is longer than 60 bytes; check its newlines and quotes, or shorten it",
        ),
    ],
    ids=numbered,
)
def test_rows_that_cannot_be_read(data: bytes, said: str) -> None:
    assert sentence(lambda: Rows([data], Dialect(), 7, SMALL)) == said


def test_a_row_may_be_as_long_as_its_limit() -> None:
    assert [fields for _, fields in Rows([b"x" * 60], Dialect(), 1, SMALL)] == [["x" * 60]]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04" + bytes(26) + b"rows.csv", "a zip archive, as Excel workbooks are"),
        (b"PK\x05\x06", "a zip archive"),
        (b"PK\x03\x04" + bytes(26) + b"_rels/.rels", "an Excel workbook (xlsx) or another Office document"),
        (b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml", "an Excel workbook (xlsx) or another Office document"),
        (b"\x1f\x8b\x08", "packed with gzip (as .csv.gz it would be unpacked)"),
        (b"BZh91AY&SY", "packed with bzip2"),
        (b"\x04\x22\x4d\x18", "packed with lz4"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a rar archive"),
        (b"Obj\x01", "an Avro file"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"\xff\xfe<\0H\0T\0M\0L\0>\0", "an HTML page"),
        (b" \r\n\t<!-- x -->", "an XML or HTML document"),
        (b"BZh9 and then text", None),
        (b"xPK\x03\x04", None),
    ],
    ids=numbered,
)
def test_a_kind_of_file_has_a_name(data: bytes, kind: str | None) -> None:
    assert other_kind(data) == kind


@pytest.mark.parametrize(
    ("settings", "dialect"),
    [
        ({}, Dialect(",", '"', "utf-8", strict=True, cr_ends_rows=True)),
        (
            {"delimiter": ";", "quote": "'", "encoding": "cp1252", "quoting": "lenient"},
            Dialect(";", "'", "cp1252", strict=False, cr_ends_rows=True),
        ),
    ],
)
def test_a_contract_says_how_its_files_are_written(settings: dict[str, str], dialect: Dialect) -> None:
    column = StringColumn(name="id", max_length=5)
    contract = Contract(dataset="d", table="t", columns=(column,), key=("id",), **settings)  # type: ignore[arg-type]
    assert Dialect.of(contract) == dialect

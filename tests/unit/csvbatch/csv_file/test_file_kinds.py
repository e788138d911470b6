"""Content that is not CSV is refused by the name of what it is, whatever the file is called."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import Reason, SplitError, UnpackError
from csvbatch.csv_file.file_kinds import other_kind
from csvbatch.csv_file.gzip_stream import unpack_gzip
from tests.unit.csvbatch.csv_file.csv_reference import split

ROWS = b"id,name\n1,a\n"


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, b"application/vnd.oasis.opendocument.spreadsheet" if name == "mimetype" else ROWS)
    return packed.getvalue()


KINDS = {
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (xlsx)"),
    "xlsx of another writer": (zipped("docProps/app.xml", "xl/workbook.xml"), "an Excel workbook (xlsx)"),
    "ods": (zipped("mimetype", "content.xml"), "an OpenDocument spreadsheet"),
    "zip": (zipped("rows.csv"), "a zip archive"),
    "empty zip": (zipped(), "a zip archive"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an Excel workbook of the old format (xls)"),
    "gzip": (gzip.compress(ROWS), "packed with gzip"),
    "zstd": (b"\x28\xb5\x2f\xfd\x24\x0c\x61\0\0" + ROWS, "packed with zstd"),
    "bzip2": (bz2.compress(ROWS), "packed with bzip2"),
    "xz": (lzma.compress(ROWS), "packed with xz"),
    "parquet": (b"PAR1\x15\x04\x15", "a Parquet file"),
    "pdf": (b"%PDF-1.7\n", "a PDF document"),
    "HTML": (b"<!DOCTYPE html>\n<html></html>", "an HTML page"),
    "HTML after a BOM and blanks": (b"\xef\xbb\xbf\r\n  <HTML lang=en>", "an HTML page"),
    "HTML in UTF-16": ("<table><tr>".encode("utf-16"), "an HTML page"),
    "a table without more": (b"<table border=1>", "an HTML page"),
    "XML": (b'<?xml version="1.0"?><Workbook/>', "an XML or HTML document"),
}


@pytest.mark.parametrize(("data", "kind"), KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_content_that_is_not_csv_is_refused_by_its_name(data: bytes, kind: str, encoding: str) -> None:
    for block_bytes in (1, 1000):
        with pytest.raises(SplitError) as error:
            split(data, Dialect(encoding=encoding), block_bytes=block_bytes)
        assert (error.value.reason, error.value.line) == (Reason.NOT_CSV, None)
        assert f"it is {kind}" in str(error.value)


@pytest.mark.parametrize("start", [b"PK,name", b"PAR1,x", b"BZh9,x", b"%PDF,x", b"<5,x", b"<header>,x", b"7z,x", b""])
def test_a_header_that_only_resembles_a_signature_is_csv(start: bytes) -> None:
    assert other_kind(start) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (KINDS["zip"][0], "the content is a zip archive, as Excel workbooks are;"),
        (KINDS["zstd"][0], "packed with zstd;"),
        (ROWS, "is not;"),
    ],
)
def test_a_name_that_says_gzip_is_answered_with_what_the_content_is(content: bytes, said: str) -> None:
    with pytest.raises(UnpackError) as error:
        list(unpack_gzip([content]))
    assert error.value.reason is Reason.NOT_GZIP
    assert said in str(error.value)

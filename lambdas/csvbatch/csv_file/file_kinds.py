"""Recognizes a file that is not CSV by its first bytes, whatever its name says."""

from typing import Final

LONGEST_SIGNATURE_BYTES: Final = 512
"""How much of a file's beginning is needed: an HTML page may begin with blanks."""

# Signatures from the formats' own specifications; all but that of PDF have bytes that no header line has.
_SIGNATURES: Final = (
    (b"PK\x03\x04", "a zip archive, as Excel workbooks are"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "packed with gzip (as .csv.gz it would be unpacked)"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"\xfd7zXZ\0", "packed with xz"),
    (b"\x04\x22\x4d\x18", "packed with lz4"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of the old format (xls)"),
    (b"PAR1\x15", "a Parquet file"),
    (b"Obj\x01", "an Avro file"),
    (b"%PDF-", "a PDF document"),
    (b"SQLite format 3\0", "a SQLite database"),
)
_BZIP2: Final = b"BZh"
_BZIP2_BLOCK: Final = b"1AY&SY"

# A zip begins with a local header: 30 bytes, then the first file's name, then its content. Section 4.3.7 of
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
_ZIP_NAME: Final = 30
_IN_ZIP: Final = (
    (b"[Content_Types].xml", "an Excel workbook (xlsx) or another Office document"),
    (b"_rels/", "an Excel workbook (xlsx) or another Office document"),
    (b"docProps/", "an Excel workbook (xlsx) or another Office document"),
    (b"xl/", "an Excel workbook (xlsx) or another Office document"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument spreadsheet or text (ods, odt)"),
)

_MARKUP: Final = (
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<head>", "an HTML page"),
    (b"<body", "an HTML page"),
    (b"<table", "an HTML page"),
    (b"<script", "an HTML page"),
    (b"<?xml", "an XML or HTML document"),
    (b"<!--", "an XML or HTML document"),
)
_BEFORE_MARKUP: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"


def other_kind(start: bytes) -> str | None:
    """Describe a file that begins with these bytes; None where it may be CSV."""
    if start.startswith(_BZIP2) and start.startswith(_BZIP2_BLOCK, len(_BZIP2) + 1):
        return "packed with bzip2"
    kind = _first(_SIGNATURES, start)
    if kind is not None:
        return _first(_IN_ZIP, start[_ZIP_NAME:]) or kind if start.startswith(b"PK") else kind
    # UTF-16 has a NUL beside each ASCII character.
    return _first(_MARKUP, start.lstrip(_BEFORE_MARKUP).replace(b"\0", b"").lower())


def _first(kinds: tuple[tuple[bytes, str], ...], start: bytes) -> str | None:
    return next((kind for signature, kind in kinds if start.startswith(signature)), None)

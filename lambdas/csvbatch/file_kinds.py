"""Recognizes by its first bytes a file that is no CSV, whatever its name says."""

import re
from typing import Final

LONGEST_SIGNATURE_BYTES: Final = 512
"""How much of a file's beginning is looked at."""

# Signatures from the formats' own specifications; each holds bytes that no header line has.
_SIGNATURES: Final = (
    (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "a zip archive"),
    (rb"\x1f\x8b", "packed with gzip"),
    (rb"\x28\xb5\x2f\xfd", "packed with zstd"),
    (rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)", "packed with bzip2"),
    (rb"\xfd7zXZ\x00", "packed with xz"),
    (rb"\x04\x22\x4d\x18", "packed with lz4"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (rb"Rar!\x1a\x07", "a rar archive"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of the old format (xls)"),
    (rb"PAR1[^\x20-\x7e]", "a Parquet file"),
    (rb"Obj\x01", "an Avro file"),
    (rb"%PDF-[0-9]", "a PDF document"),
    (rb"SQLite format 3\x00", "a SQLite database"),
)
_ANY_SIGNATURE: Final = tuple((re.compile(pattern), kind) for pattern, kind in _SIGNATURES)

# In the local header that begins a zip, the first file's name comes after 30 bytes.
_OFFICE_NAMES: Final = re.compile(rb"(?s)PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|xl/)")
_OPEN_DOCUMENT: Final = re.compile(rb"(?s)PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument")

_MARKUP: Final = (
    (re.compile(rb"(?i)<(?:!doctype html|html|head|body|table|script|meta)\b"), "an HTML page"),
    (re.compile(rb"(?i)<\?xml\b|<!doctype\b|<!--"), "an XML or HTML document"),
)
_BEFORE_MARKUP: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"


def other_kind(start: bytes) -> str | None:
    """Say what a file is that begins with these bytes; None where it may be CSV."""
    if _OFFICE_NAMES.match(start):
        return "an Excel workbook (xlsx) or another Office document"
    if _OPEN_DOCUMENT.match(start):
        return "an OpenDocument spreadsheet or text (ods, odt)"
    # UTF-16 has a NUL beside each ASCII character.
    text = start.lstrip(_BEFORE_MARKUP).replace(b"\0", b"")
    found = (kind for pattern, kind in _ANY_SIGNATURE if pattern.match(start))
    markup = (kind for pattern, kind in _MARKUP if pattern.match(text))
    return next(found, None) or next(markup, None)

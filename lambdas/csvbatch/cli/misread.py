"""Warns of UTF-8 files whose contract has a one-byte encoding: every row would be valid, and wrong."""

import io
from pathlib import Path

from csvbatch.cli.sources import opened
from csvbatch.csv_file.utf8_text import ONE_BYTE_ENCODINGS, is_misread_utf8


def utf8_warnings(lines: int, first_line: int | None, encoding: str) -> list[str]:
    """Give a sentence with the number of such lines, if there are any."""
    if not lines:
        return []
    return [
        f"{lines:,} line(s), the first of them line {first_line}, seem to be UTF-8, but the contract says {encoding}: "
        "each non-ASCII letter is read as two or more wrong ones. Write the file in that encoding, or set "
        "`encoding: utf-8` in the contract."
    ]


def utf8_warnings_of_file(path: Path, encoding: str) -> list[str]:
    """Look at each line of a file, if its contract's encoding accepts any bytes."""
    if encoding not in ONE_BYTE_ENCODINGS:
        return []
    count, first = 0, None
    with opened(path) as stream, io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        for number, line in enumerate(text, start=1):
            if not line.isascii() and is_misread_utf8(line, encoding):
                count += 1
                first = first or number
    return utf8_warnings(count, first, encoding)

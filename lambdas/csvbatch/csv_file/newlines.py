"""Row ends and line ends in texts of one byte a code unit.

In a masked text (see `quoting`) every newline ends a row; in the unmasked text every newline ends a line.
A newline is LF, CR or CRLF.
"""

import re
from typing import Final

LF: Final = b"\n"
CR: Final = b"\r"
CRLF: Final = CR + LF

_LONE_CR: Final = re.compile(rb"\r(?!\n)")


def first_row_end(masked: bytes, start: int, end: int) -> int:
    """Give the end of the first row that ends after `start`; `end` where none does, as a file's last row may not."""
    lf = masked.find(LF, start, end)
    cr = masked.find(CR, start, end if lf < 0 else lf)
    if cr >= 0:
        return cr + (2 if masked.startswith(CRLF, cr) else 1)
    return end if lf < 0 else lf + 1


def last_row_end(masked: bytes, start: int, end: int) -> int:
    """Give the end of the last row that ends in (start, end]; `start` where none does."""
    while (row_end := max(masked.rfind(LF, start, end), masked.rfind(CR, start, end)) + 1) > start:
        if not masked.startswith(CRLF, row_end - 1):
            return row_end
        end = row_end - 1
    return start


def skip_blank_lines(masked: bytes, start: int, end: int) -> int:
    """Give the start of the first row that is not a blank line; `end` where there is none."""
    return end - len(masked[start:end].lstrip(CRLF))


def count_lines(text: bytes, start: int, end: int) -> int:
    """Count the lines that end in [start, end); neither may be inside a CRLF."""
    lines = text.count(LF, start, end)
    if text.find(CR, start, end) >= 0 and _LONE_CR.search(text, start, end):
        lines += text.count(CR, start, end) - text.count(CRLF, start, end)
    return lines

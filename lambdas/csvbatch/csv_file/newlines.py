"""Row ends and line ends in texts of one byte a code unit.

In a masked text (see `quoting`) every newline ends a row; in the text as it stands every newline ends a line.
A newline is LF, CR or CRLF.
"""

import re
from typing import Final

LF: Final = b"\n"
CR: Final = b"\r"
CRLF: Final = CR + LF

_LONE_CR: Final = re.compile(rb"\r(?!\n)")


def first_row_end(rows: bytes, start: int, end: int) -> int:
    """Give where the first row ends that ends after `start`; `end` where none does: a file's last may not."""
    lf = rows.find(LF, start, end)
    cr = rows.find(CR, start, end if lf < 0 else lf)
    if cr >= 0:
        return cr + (2 if rows.startswith(CRLF, cr) else 1)
    return end if lf < 0 else lf + 1


def last_row_end(rows: bytes, start: int, end: int) -> int:
    """Give where the last row ends that ends in (start, end]; `start` where none does."""
    while (row_end := max(rows.rfind(LF, start, end), rows.rfind(CR, start, end)) + 1) > start:
        if not rows.startswith(CRLF, row_end - 1):
            return row_end
        end = row_end - 1
    return start


def skip_blank_lines(rows: bytes, start: int, end: int) -> int:
    """Give where the first row begins that is not a blank line; `end` where none does."""
    return end - len(rows[start:end].lstrip(CRLF))


def count_lines(text: bytes, start: int, end: int) -> int:
    """Count the lines that end in [start, end); neither may be inside a CRLF."""
    lines = text.count(LF, start, end)
    if text.find(CR, start, end) >= 0 and _LONE_CR.search(text, start, end):
        lines += text.count(CR, start, end) - text.count(CRLF, start, end)
    return lines

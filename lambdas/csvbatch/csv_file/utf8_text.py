"""Recognizes UTF-8 that was decoded as cp1252 or latin-1, where nearly any bytes are text."""

import codecs
import re
from typing import Final

ONE_BYTE_ENCODINGS: Final = frozenset({"cp1252", "latin-1"})

MISREAD_BOM: Final = codecs.BOM_UTF8.decode("latin-1")
"""What a byte order mark of UTF-8 looks like in any of these encodings."""

# The first byte of a character of several bytes, which is the same letter in both encodings, and one more that is
# not ASCII.
_CANDIDATE: Final = re.compile("[\xc2-\xf4][^\0-\x7f]")


def is_misread_utf8(line: str, encoding: str) -> bool:
    """Whether all bytes of a line that is not ASCII are valid UTF-8.

    Text that really is in one of these encodings is that only by rare accident: each letter that is not ASCII would
    have to be a capital before punctuation, as in `CSÜ“`.
    """
    if not _CANDIDATE.search(line):
        return False
    try:
        line.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return True

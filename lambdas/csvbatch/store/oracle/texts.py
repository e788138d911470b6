"""Binds texts in pieces, so that none is declared longer than a VARCHAR2 of a database with its default settings.

In thin mode the driver declares a text at four times its bytes in UTF-8. As long as MAX_STRING_SIZE is STANDARD, a bind
that is declared longer than 4,000 bytes counts as a LONG, which may be refused in a MERGE, in a comparison and in
arrays (ORA-01461, ORA-01478), although its value is short enough. Joined in the statement, the pieces are one VARCHAR2;
a piece that is NULL adds nothing, and a text whose pieces are all NULL is NULL.
https://docs.oracle.com/en/error-help/db/ora-01478 https://docs.oracle.com/en/error-help/db/oci-14697
https://docs.oracle.com/database/122/SQLRF/Concatenation-Operator.htm
"""

import re
from collections.abc import Mapping
from typing import Any

BIND_BYTES = 1_000
"""Bytes that a text may have in one bind."""

LONGEST_TEXT_BYTES = 4_000
"""A longer text is bound as a large object, which works whatever the maximum length of VARCHAR2 is."""

_CHARACTER_BYTES = 4
_BIND = re.compile(r"""'[^']*'|"[^"]*"|:(\w+)""")


def pieces_of(characters: int) -> int:
    """Give the number of pieces that any text of so many characters fits into."""
    if characters * _CHARACTER_BYTES <= BIND_BYTES:
        return 1
    # The last character of a piece may not fit.
    return -(-characters * _CHARACTER_BYTES // (BIND_BYTES - _CHARACTER_BYTES + 1))


def is_long(value: Any) -> bool:
    """Tell whether a value is a text that needs more than one bind."""
    # Short texts, the most of them by far, are not encoded to be counted.
    return isinstance(value, str) and len(value) * _CHARACTER_BYTES > BIND_BYTES and len(value.encode()) > BIND_BYTES


def is_large(value: Any) -> bool:
    """Tell whether a value is a text that has to be bound as a large object."""
    return is_long(value) and len(value.encode()) > LONGEST_TEXT_BYTES


def cut(value: Any, count: int) -> list[Any]:
    """Cut a text into so many pieces, of which the last may be None; another value is the first piece."""
    pieces = []
    data = value.encode() if is_long(value) else b""
    while data:
        end = BIND_BYTES
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[:end].decode())
        data = data[end:]
    pieces = pieces or [value]
    return pieces + [None] * (count - len(pieces))


def names(name: str, count: int) -> list[str]:
    """Name the binds of so many pieces; the first has the text's own name."""
    return [name, *(f"{name}_p{number}" for number in range(1, count))]


def joined(name: str, count: int) -> str:
    """Write the SQL that joins so many pieces again."""
    return " || ".join(f":{each}" for each in names(name, count))


def in_pieces(sql: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Write a statement and its parameters with every text that is too long for one bind in pieces.

    Texts that are bound as large objects are left as they are. Raises UnicodeEncodeError for half a character.
    """
    counts: dict[str, int] = {}
    bound: dict[str, Any] = {}
    for name, value in parameters.items():
        if is_long(value) and not is_large(value):
            pieces = cut(value, 1)
            counts[name] = len(pieces)
            bound.update(zip(names(name, len(pieces)), pieces, strict=True))
        else:
            bound[name] = value

    def rewritten(found: re.Match[str]) -> str:
        return f"({joined(found[1], counts[found[1]])})" if found[1] in counts else found[0]

    return (_BIND.sub(rewritten, sql) if counts else sql), bound

"""How numbers and points in time look on the wire.

https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/base/decoders.pyx
https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/base/encoders.pyx
"""

import struct
from datetime import datetime
from decimal import Decimal
from enum import IntEnum


class Type(IntEnum):
    """Oracle's numbers of the types that are bound and fetched here."""

    VARCHAR = 1
    NUMBER = 2
    LONG = 8
    DATE = 12
    CHAR = 96
    CLOB = 112
    TIMESTAMP = 180


_ZERO = b"\x80"
_BASE = 193
_MOST_PAIRS = 20
_END_OF_NEGATIVE = 102


def decode_number(data: bytes) -> int | Decimal:
    """Read a NUMBER: an exponent to the base of 100, and digits of that base."""
    if data == _ZERO:
        return 0
    is_negative = data[0] < 0x80
    if is_negative:
        exponent = (~data[0] & 0xFF) - _BASE
        pairs = [101 - byte for byte in data[1:] if byte != _END_OF_NEGATIVE]
    else:
        exponent = data[0] - _BASE
        pairs = [byte - 1 for byte in data[1:]]
    power = exponent - len(pairs) + 1
    if power < 0:
        digits = tuple(digit for pair in pairs for digit in divmod(pair, 10))
        return Decimal((int(is_negative), digits, 2 * power))
    whole = 0
    for pair in pairs:
        whole = 100 * whole + pair
    whole *= 100**power
    return -whole if is_negative else whole


def encode_number(value: Decimal) -> bytes:
    """Write a NUMBER."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if not any(digits):
        return _ZERO
    text = "".join(map(str, digits)) + "0" * (exponent % 2)
    exponent -= exponent % 2
    text = text.zfill(len(text) + len(text) % 2)
    pairs = [int(text[at : at + 2]) for at in range(0, len(text), 2)]
    while not pairs[-1]:
        pairs.pop()
        exponent += 2
    first = exponent // 2 + len(pairs) - 1 + _BASE
    while not pairs[0]:
        pairs.pop(0)
        first -= 1
    if not sign:
        return bytes([first, *(pair + 1 for pair in pairs)])
    end = [_END_OF_NEGATIVE] if len(pairs) < _MOST_PAIRS else []
    return bytes([~first & 0xFF, *(101 - pair for pair in pairs), *end])


def decode_time(data: bytes) -> datetime:
    """Read a DATE or TIMESTAMP."""
    century, year, month, day, hour, minute, second = data[:7]
    fraction = struct.unpack(">I", data[7:11])[0] // 1000 if len(data) >= 11 else 0
    return datetime((century - 100) * 100 + year - 100, month, day, hour - 1, minute - 1, second - 1, fraction)


def encode_time(value: datetime, kind: Type) -> bytes:
    """Write a DATE, or a TIMESTAMP: that is written as a DATE where it has no fraction."""
    century, year = divmod(value.year, 100)
    date = [century + 100, year + 100, value.month, value.day, value.hour + 1, value.minute + 1, value.second + 1]
    has_fraction = kind == Type.TIMESTAMP and value.microsecond
    return bytes(date) + (struct.pack(">I", value.microsecond * 1000) if has_fraction else b"")

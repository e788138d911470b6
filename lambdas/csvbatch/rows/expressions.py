"""Writes, for each column of a contract, the expression with which the compiled validator reads a field.

Where a column has few different values, the values that its check (`checks`) gave are remembered by text: this takes
a fifth off the time of the validator for the sample dataset `recipients`, where it is three columns of eight.
Elsewhere the expression reads the spelling that nearly all values have, and leaves any other text to the check: it
never gives a value that the check would not give. It may raise `ValueError` for text that the check refuses.

Of a contract only numbers become source text: its texts and patterns are objects that the source refers to.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from csvbatch.contract.columns import (
    MAXIMUM_INTEGER,
    MAXIMUM_TEXT_BYTES,
    BooleanColumn,
    Column,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.rows.checks import Check, Value

NAMES: dict[str, Any] = {
    "int": int,
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}
"""What every expression may refer to."""

_FEW = 10**5
_LONGEST_REMEMBERED = 32

_BYTES_PER_CHARACTER = 4
_INTEGER_DIGITS = len(str(MAXIMUM_INTEGER))


@dataclass(frozen=True, slots=True)
class Constants:
    """The objects that the expressions of all columns refer to, by names that no two of them share."""

    names: dict[str, Any]

    def add(self, value: object) -> str:
        """Keep an object, and give its name."""
        name = f"constant{len(self.names)}"
        self.names[name] = value
        return name


def expression(
    column: Column, check: Check, field: str, *, may_be_null: bool, as_text: bool, room: int, constants: Constants
) -> str:
    """Write the expression that reads the field of that name.

    `room` is how many texts may be remembered for the column. With `as_text` a date, a timestamp or a decimal that is
    written as `isoformat` or `format` writes it stays text.
    """
    if _has_few_values(column):
        known = _KnownTexts if as_text and isinstance(column, DecimalColumn) else _Known
        return f"{constants.add(known(check, room))}[{field}]"
    source = f"{constants.add(check)}({field})"
    fast_path = _fast_path(column, field, as_text, constants)
    if fast_path is not None:
        value, condition = fast_path
        if as_text and _is_isoformat(column):
            # A date is never false, and reading it may raise.
            value, condition = field, condition if ":=" in condition else f"{condition} and {value}"
        elif as_text and isinstance(column, DecimalColumn):
            value = field
        if column.null_tokens:
            condition = f"{field} not in {constants.add(frozenset(column.null_tokens))} and {condition}"
        source = f"{value} if {condition} else {source}"
    return f"({source} if {field} else None)" if may_be_null else f"({source})"


class _Known(dict[str, Value]):
    """The values that a check gave, by text, so that it reads each text once."""

    __slots__ = ("check", "room")

    def __init__(self, check: Check, room: int) -> None:
        self.check = check
        self.room = room

    def __missing__(self, text: str) -> Value:
        return self._remembered(text, self.check(text))

    def _remembered(self, text: str, value: Value) -> Value:
        if len(self) < self.room and len(text) <= _LONGEST_REMEMBERED:
            self[text] = value
        return value


class _KnownTexts(_Known):
    """The same for decimals, which are given as the text that `format` writes."""

    __slots__ = ()

    def __missing__(self, text: str) -> Value:
        value = self.check(text)
        return self._remembered(text, value if value is None else format(value, "f"))


def _has_few_values(column: Column) -> bool:
    match column:
        case BooleanColumn():
            return True
        case StringColumn():
            return bool(column.allowed)
        case IntegerColumn():
            return bool(column.allowed) or column.maximum - column.minimum < _FEW
        case DecimalColumn():
            return bool(column.allowed) or 10**column.precision <= _FEW
        case DateColumn() | TimestampColumn():
            return False


def _is_isoformat(column: Column) -> bool:
    return isinstance(column, DateColumn | TimestampColumn) and column.format in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")


def _fast_path(column: Column, field: str, as_text: bool, constants: Constants) -> tuple[str, str] | None:
    """Give an expression for a value, and the condition under which the check would give the same.

    With `as_text` the condition holds for a decimal only if `format` writes it as it is.
    """
    match column:
        case StringColumn():
            return field, _string_condition(column, field, constants)
        case IntegerColumn():
            # Digits without a sign, and too few of them to need more than 64 bits.
            shape = f"{field}.isdecimal() and {field}.isascii() and len({field}) < {_INTEGER_DIGITS}"
            least = column.minimum if column.minimum > 0 else None
            most = column.maximum if column.maximum < MAXIMUM_INTEGER else None
            return _bounded(f"int({field})", shape, least, most, constants)
        case DecimalColumn():
            spelling = constants.add(re.compile(_decimal_spelling(column, as_text)).fullmatch)
            shape = f"{spelling}({field})"
            return _bounded(f"Decimal({field})", shape, column.minimum, column.maximum, constants)
        case DateColumn(format="%Y-%m-%d"):
            # The other spelling of ten characters that `fromisoformat` accepts, 2026-W01-1, has a digit there.
            shape = f"len({field}) == 10 and {field}[7] == '-'"
            return _bounded(f"date({field})", shape, column.minimum, column.maximum, constants)
        case TimestampColumn(format="%Y-%m-%dT%H:%M:%S" | "%Y-%m-%d %H:%M:%S"):
            shape = f"{field}[4::3] == '--{column.format[8]}::'"
            return _bounded(f"datetime({field})", shape, column.minimum, column.maximum, constants)
    return None


def _string_condition(column: StringColumn, field: str, constants: Constants) -> str:
    shortest = column.min_length
    longest = min(column.max_length, MAXIMUM_TEXT_BYTES // _BYTES_PER_CHARACTER)
    if column.pattern is None:
        return f"{shortest} <= len({field}) <= {longest}"
    matches = constants.add(re.compile(column.pattern).fullmatch)
    return f"{shortest} <= len({field}) <= {longest} and {matches}({field})"


def _decimal_spelling(column: DecimalColumn, as_text: bool) -> str:
    """Match numbers written with exactly the column's scale, except zero with a sign; `as_text` as `format` does."""
    whole_digits = column.precision - column.scale
    whole = f"[0-9]{{1,{whole_digits}}}" if whole_digits else "0?"
    if as_text:
        whole = f"(?:0|[1-9][0-9]{{0,{whole_digits - 1}}})" if whole_digits else "0"
    fraction = rf"\.[0-9]{{{column.scale}}}" if column.scale else ""
    return rf"(?!-[0.]+$)-?{whole}{fraction}"


def _bounded(read: str, shape: str, low: object, high: object, constants: Constants) -> tuple[str, str]:
    if low is None and high is None:
        return read, shape
    comparison = f"(value := {read})"
    if low is not None:
        comparison = f"{constants.add(low)} <= {comparison}"
    if high is not None:
        comparison = f"{comparison} <= {constants.add(high)}"
    return "value", f"{shape} and {comparison}"

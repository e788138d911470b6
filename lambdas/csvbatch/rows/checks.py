"""Reads the text of one field as its column's type demands: a value, or the rules that it breaks.

This is the reference. The compiled validator reads common spellings faster (`expressions`) and uses this for the rest.
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

from csvbatch.contract.columns import (
    MAXIMUM_INTEGER,
    MAXIMUM_PRECISION,
    MAXIMUM_TEXT_BYTES,
    BooleanColumn,
    Column,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.contract.formats import date_reader, differs_in_fraction, timestamp_reader
from csvbatch.contract.model import Contract
from csvbatch.rows.rules import Rule

type Value = str | int | Decimal | date | datetime | bool | None
type Check = Callable[[str], Value]

_EXACT = Context(prec=MAXIMUM_PRECISION)
# Possessive quantifiers, so that the time grows no faster than the text, whatever is in it.
_INTEGER = re.compile(r"([+-]?)([0-9]++)")
_DECIMAL = re.compile(r"[+-]?([0-9]*+)(?:\.([0-9]*+))?")
_INTEGER_DIGITS = len(str(MAXIMUM_INTEGER))


class FieldError(ValueError):
    """A field breaks rules; its text is never part of the error."""

    def __init__(self, *rules: Rule) -> None:
        super().__init__(*rules)
        self.rules = rules


def check_for(column: Column, *, key: bool) -> Check:
    """Give the function that reads a field of this column; it raises `FieldError` for text that is not a value.

    Values are str, int, bool, date, datetime without a zone, Decimal with the column's scale, or None.
    """
    read = _reader(column)
    no_value = frozenset(("", *column.null_tokens))
    absent = Rule.KEY if key else Rule.REQUIRED if column.required else None

    def check(text: str) -> Value:
        if text not in no_value:
            return read(text)
        if absent is not None:
            raise FieldError(absent)
        return None

    return check


def are_valid(contract: Contract, texts: Iterable[str]) -> bool:
    """Whether these texts, one for each column of the contract, all are values."""
    try:
        for column, text in zip(contract.columns, texts, strict=True):
            check_for(column, key=column.name in contract.key)(text)
    except FieldError:
        return False
    return True


def _reader(column: Column) -> Check:
    match column:
        case StringColumn():
            return _string(column)
        case IntegerColumn():
            return _integer(column)
        case DecimalColumn():
            return _decimal(column)
        case DateColumn():
            return _date_or_timestamp(date_reader(column.format), column)
        case TimestampColumn():
            return _date_or_timestamp(timestamp_reader(column.format), column, differs_in_fraction(column.format))
        case BooleanColumn():
            return _boolean(column)


def _string(column: StringColumn) -> Check:
    matches = re.compile(column.pattern).fullmatch if column.pattern is not None else None
    allowed = frozenset(column.allowed)

    def read(text: str) -> str:
        broken: list[Rule] = []
        # The time of a pattern may grow faster than the text, so it is not tried on text that is too long.
        too_long = len(text) > column.max_length or _bytes(text) > MAXIMUM_TEXT_BYTES
        if too_long or len(text) < column.min_length:
            broken.append(Rule.LENGTH)
        if matches and not too_long and not matches(text):
            broken.append(Rule.PATTERN)
        if allowed and text not in allowed:
            broken.append(Rule.ALLOWED)
        if broken:
            raise FieldError(*broken)
        return text

    return read


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _integer(column: IntegerColumn) -> Check:
    allowed = frozenset(column.allowed)

    def read(text: str) -> int:
        found = _INTEGER.fullmatch(text)
        if found is None:
            raise FieldError(Rule.TYPE)
        digits = found[2].lstrip("0")
        if len(digits) > _INTEGER_DIGITS:
            raise FieldError(Rule.RANGE, *([Rule.ALLOWED] if allowed else []))
        return _within(column.minimum, column.maximum, allowed, int(f"{found[1]}0{digits}"))

    return read


def _decimal(column: DecimalColumn) -> Check:
    allowed = frozenset(column.allowed)
    quantum = Decimal(1).scaleb(-column.scale)
    zero = Decimal(0).quantize(quantum)
    whole_digits = column.precision - column.scale

    def read(text: str) -> Decimal:
        found = _DECIMAL.fullmatch(text)
        whole, fraction = found.groups("") if found else ("", "")
        if not (whole or fraction):
            raise FieldError(Rule.TYPE)
        if len(whole.lstrip("0")) > whole_digits or len(fraction.rstrip("0")) > column.scale:
            raise FieldError(Rule.PRECISION)
        value = _EXACT.quantize(Decimal(text), quantum)
        return _within(column.minimum, column.maximum, allowed, value or zero)

    return read


def _date_or_timestamp(
    read_format: Callable[[str], date],
    column: DateColumn | TimestampColumn,
    differs_in_fraction: Callable[[str], bool] = lambda _: False,
) -> Check:
    def read(text: str) -> date:
        try:
            value = read_format(text)
        except OverflowError:
            raise FieldError(Rule.RANGE) from None
        except ValueError:
            raise FieldError(Rule.FRACTION if differs_in_fraction(text) else Rule.TYPE) from None
        return _within(column.minimum, column.maximum, (), value)

    return read


def _boolean(column: BooleanColumn) -> Check:
    meaning = dict.fromkeys(column.true_tokens, True) | dict.fromkeys(column.false_tokens, False)

    def read(text: str) -> bool:
        try:
            return meaning[text]
        except KeyError:
            raise FieldError(Rule.TYPE) from None

    return read


def _within[Ordered](minimum: Any, maximum: Any, allowed: Collection[Ordered], value: Ordered) -> Ordered:
    broken: list[Rule] = []
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        broken.append(Rule.RANGE)
    if allowed and value not in allowed:
        broken.append(Rule.ALLOWED)
    if broken:
        raise FieldError(*broken)
    return value

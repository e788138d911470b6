"""The columns of a contract: one class for each type, and the limits a value of that type can have.

They are dataclasses that check themselves when they are created. pydantic creates them from a contract file; the
request handler reads the ledger's copy and never imports pydantic.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Annotated, Any, Literal

from csvbatch.contract.base_column import BaseColumn
from csvbatch.contract.formats import FormatError, check_date_format, check_timestamp_format
from csvbatch.contract.settings import SettingError, check_range

# Oracle's VARCHAR2 holds 4,000 bytes unless the database was created with MAX_STRING_SIZE=EXTENDED.
MAXIMUM_TEXT_BYTES = 4000

# Oracle's NUMBER holds 38 digits.
MAXIMUM_PRECISION = 38

# A 64-bit signed integer, which is what PostgreSQL's bigint and SQLite hold.
MINIMUM_INTEGER = -(2**63)
MAXIMUM_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StringColumn(BaseColumn):
    """Text, stored exactly as it is in the file."""

    type: Literal["string"] = "string"

    max_length: int
    """Maximum number of characters. Text of more than 4,000 bytes in UTF-8 is always too long."""

    min_length: int = 1
    """Minimum number of characters."""

    pattern: str | None = None
    """Python regular expression that the whole value must match."""

    allowed: tuple[str, ...] = ()
    """The only values allowed; any value when left out."""

    def _check(self) -> None:
        if not 1 <= self.max_length <= MAXIMUM_TEXT_BYTES:
            raise SettingError(
                "max_length",
                f"{self.max_length} characters is not a length that every database accepts",
                f"use 1 to {MAXIMUM_TEXT_BYTES}",
            )
        if not 1 <= self.min_length <= self.max_length:
            raise SettingError(
                "min_length",
                f"{self.min_length} is not between 1 and the max_length of {self.max_length}",
                "empty text means no value; use `required` to forbid that",
            )
        matches = self._compiled().fullmatch
        for value in self.allowed:
            if not (self.min_length <= len(value) <= self.max_length and matches(value)):
                raise SettingError(
                    "allowed", f"{value!r} breaks the column's own length or pattern", "change one of them"
                )
        self._check_null_tokens(self.allowed)

    def _compiled(self) -> re.Pattern[str]:
        try:
            return re.compile(r"(?s:.*)" if self.pattern is None else self.pattern)
        except re.error as error:
            raise SettingError(
                "pattern", f"it is not a valid regular expression: {error}", "use the syntax of Python's `re`"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerColumn(BaseColumn):
    """A whole number in digits, with or without a sign."""

    type: Literal["integer"] = "integer"

    minimum: int = MINIMUM_INTEGER
    """Smallest value allowed."""

    maximum: int = MAXIMUM_INTEGER
    """Largest value allowed."""

    allowed: tuple[int, ...] = ()
    """The only values allowed; any value when left out."""

    def _check(self) -> None:
        for setting, bound in (("minimum", self.minimum), ("maximum", self.maximum)):
            if not MINIMUM_INTEGER <= bound <= MAXIMUM_INTEGER:
                raise SettingError(setting, f"{bound} needs more than 64 bits", "use type decimal with scale 0")
        check_range(self.minimum, self.maximum, self.allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalColumn(BaseColumn):
    """An exact decimal number: digits, at most one point, no exponent; never rounded."""

    type: Literal["decimal"] = "decimal"

    precision: int
    """Maximum number of digits in total, 1 to 38."""

    scale: int
    """Maximum number of digits after the point, 0 to the precision."""

    minimum: Decimal | None = None
    """Smallest value allowed."""

    maximum: Decimal | None = None
    """Largest value allowed."""

    allowed: tuple[Decimal, ...] = ()
    """The only values allowed; any value when left out."""

    def _check(self) -> None:
        if not 1 <= self.precision <= MAXIMUM_PRECISION:
            raise SettingError(
                "precision",
                f"{self.precision} digits is not a precision that every database accepts",
                f"use 1 to {MAXIMUM_PRECISION}",
            )
        if not 0 <= self.scale <= self.precision:
            raise SettingError(
                "scale",
                f"{self.scale} is not between 0 and the precision of {self.precision}",
                "precision counts all digits, those after the point included",
            )
        check_range(self.minimum, self.maximum, self.allowed)
        for value in self.allowed:
            if not self._holds(value):
                raise SettingError("allowed", f"{value} has more digits than the column", "change precision or scale")

    def _holds(self, value: Decimal) -> bool:
        try:
            Context(prec=self.precision, traps=[Inexact, InvalidOperation]).quantize(
                value, Decimal(1).scaleb(-self.scale)
            )
        except (Inexact, InvalidOperation):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DateColumn(BaseColumn):
    """A date."""

    type: Literal["date"] = "date"

    format: str = "%Y-%m-%d"
    """How the date is written: %Y %m %d, %b for an English month (Jan), %-m and %-d for one or two digits."""

    minimum: date | None = None
    """Earliest date allowed, as YYYY-MM-DD whatever the format."""

    maximum: date | None = None
    """Latest date allowed, as YYYY-MM-DD whatever the format."""

    def _check(self) -> None:
        _check_format(check_date_format, self.format)
        check_range(self.minimum, self.maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampColumn(BaseColumn):
    """A date and time to the microsecond, stored without a time zone; with %z in the format it is stored as UTC."""

    type: Literal["timestamp"] = "timestamp"

    format: str = "%Y-%m-%dT%H:%M:%S"
    """How the timestamp is written: as a date, and %H %M %S, %f for a fraction, %z for Z or +01:00."""

    minimum: datetime | None = None
    """Earliest timestamp allowed, as YYYY-MM-DDTHH:MM:SS whatever the format."""

    maximum: datetime | None = None
    """Latest timestamp allowed, as YYYY-MM-DDTHH:MM:SS whatever the format."""

    def _check(self) -> None:
        _check_format(check_timestamp_format, self.format)
        for setting, bound in (("minimum", self.minimum), ("maximum", self.maximum)):
            if bound is not None and bound.tzinfo is not None:
                raise SettingError(setting, "it has a time zone, and stored values have none", "leave it out")
        check_range(self.minimum, self.maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanColumn(BaseColumn):
    """True or false."""

    type: Literal["boolean"] = "boolean"

    true_tokens: tuple[str, ...] = ("true",)
    """Texts that mean true, exactly as written."""

    false_tokens: tuple[str, ...] = ("false",)
    """Texts that mean false, exactly as written."""

    def _check(self) -> None:
        for setting, tokens in (("true_tokens", self.true_tokens), ("false_tokens", self.false_tokens)):
            if not tokens:
                raise SettingError(setting, "it has no texts", "give at least one")
            if "" in tokens:
                raise SettingError(setting, "empty text always means no value", "leave it out")
        if both := sorted(set(self.true_tokens).intersection(self.false_tokens)):
            raise SettingError("false_tokens", f"{both[0]!r} would be both true and false", "keep it in one place")
        self._check_null_tokens((*self.true_tokens, *self.false_tokens))


def _discriminator() -> Any:
    """Tell pydantic which setting chooses the class; the alias below is evaluated only when pydantic asks for it."""
    from pydantic import Discriminator

    return Discriminator("type")


type Column = Annotated[
    StringColumn | IntegerColumn | DecimalColumn | DateColumn | TimestampColumn | BooleanColumn,
    _discriminator(),
]

COLUMN_TYPES: dict[str, type[Column]] = {
    "string": StringColumn,
    "integer": IntegerColumn,
    "decimal": DecimalColumn,
    "date": DateColumn,
    "timestamp": TimestampColumn,
    "boolean": BooleanColumn,
}


def _check_format(check: Callable[[str], None], text: str) -> None:
    try:
        check(text)
    except FormatError as error:
        raise SettingError("format", f"{text!r} cannot be used: {error}", "for example %Y-%m-%d or %d/%m/%Y") from None

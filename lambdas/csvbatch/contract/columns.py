"""The columns of a contract: one class for each type, and the limits a value of that type can have.

They are plain dataclasses that check themselves when made: pydantic fills them where a contract is read from
a file, and the request handler, which reads the ledger's copy, starts without importing it.
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
    """Text, kept exactly as it stands in the file."""

    type: Literal["string"] = "string"

    max_length: int
    """Most characters a value may have. Text of more than 4,000 bytes in UTF-8 is too long in any case."""

    min_length: int = 1
    """Fewest characters a value may have."""

    pattern: str | None = None
    """Python regular expression that the whole value has to match."""

    allowed: tuple[str, ...] = ()
    """The values there may be; any when left out."""

    def _check(self) -> None:
        if not 1 <= self.max_length <= MAXIMUM_TEXT_BYTES:
            raise SettingError(
                "max_length",
                f"{self.max_length} characters is not a length every database takes",
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
                "pattern", f"it is not a regular expression: {error}", "write it as Python's `re` takes it"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerColumn(BaseColumn):
    """A whole number in digits, with or without a sign."""

    type: Literal["integer"] = "integer"

    minimum: int = MINIMUM_INTEGER
    """Least value."""

    maximum: int = MAXIMUM_INTEGER
    """Greatest value."""

    allowed: tuple[int, ...] = ()
    """The values there may be; any when left out."""

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
    """Most digits altogether, 1 to 38."""

    scale: int
    """Most digits after the point, 0 to the precision."""

    minimum: Decimal | None = None
    """Least value."""

    maximum: Decimal | None = None
    """Greatest value."""

    allowed: tuple[Decimal, ...] = ()
    """The values there may be; any when left out."""

    def _check(self) -> None:
        if not 1 <= self.precision <= MAXIMUM_PRECISION:
            raise SettingError(
                "precision",
                f"{self.precision} digits is not a precision every database takes",
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
    """A day."""

    type: Literal["date"] = "date"

    format: str = "%Y-%m-%d"
    """How the day is written: %Y %m %d, %b for an English month (Jan), %-m and %-d for one or two digits."""

    minimum: date | None = None
    """First day, as YYYY-MM-DD whatever the format."""

    maximum: date | None = None
    """Last day, as YYYY-MM-DD whatever the format."""

    def _check(self) -> None:
        _check_format(check_date_format, self.format)
        check_range(self.minimum, self.maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampColumn(BaseColumn):
    """A day and a time to the microsecond, stored without a zone; a format with %z is stored as UTC."""

    type: Literal["timestamp"] = "timestamp"

    format: str = "%Y-%m-%dT%H:%M:%S"
    """How the moment is written: as a date, and %H %M %S, %f for a fraction, %z for Z or +01:00."""

    minimum: datetime | None = None
    """First moment, as YYYY-MM-DDTHH:MM:SS whatever the format."""

    maximum: datetime | None = None
    """Last moment, as YYYY-MM-DDTHH:MM:SS whatever the format."""

    def _check(self) -> None:
        _check_format(check_timestamp_format, self.format)
        for setting, bound in (("minimum", self.minimum), ("maximum", self.maximum)):
            if bound is not None and bound.tzinfo is not None:
                raise SettingError(setting, "it has a zone, and stored values have none", "leave it out")
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
            if not tokens or "" in tokens:
                raise SettingError(setting, "it needs texts, and empty text means no value", "name at least one")
        if both := sorted(set(self.true_tokens).intersection(self.false_tokens)):
            raise SettingError("false_tokens", f"{both[0]!r} would be both true and false", "keep it in one place")
        self._check_null_tokens((*self.true_tokens, *self.false_tokens))


def _discriminator() -> Any:
    """Tell pydantic what chooses the class; an alias is only worked out once pydantic asks for it."""
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
        raise SettingError("format", f"{text!r} can't be used: {error}", "for example %Y-%m-%d or %d/%m/%Y") from None

"""Date and timestamp formats, in the notation of `strptime` but exact.

`strptime` itself accepts blanks and single digits where the format has two, takes names of months from the locale,
and needs several microseconds a value. https://docs.python.org/3/library/datetime.html#technical-detail
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from operator import itemgetter

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, start=1)}

# directive -> (the part it gives, the pattern it matches)
_DIRECTIVES = {
    "%Y": ("year", "[0-9]{4}"),
    "%m": ("month", "[0-9]{2}"),
    "%-m": ("month", "[0-9]{1,2}"),
    "%b": ("month", f"(?i:{'|'.join(_MONTHS)})"),
    "%d": ("day", "[0-9]{2}"),
    "%-d": ("day", "[0-9]{1,2}"),
    "%H": ("hour", "[0-9]{2}"),
    "%-H": ("hour", "[0-9]{1,2}"),
    "%M": ("minute", "[0-9]{2}"),
    "%S": ("second", "[0-9]{2}"),
    "%f": ("fraction", "[0-9]{1,6}"),
    "%z": ("offset", "Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]"),
}
_VARIABLE_WIDTH = frozenset({"%-m", "%-d", "%-H", "%f"})
_STARTS_WITH_DIGIT = frozenset(_DIRECTIVES) - {"%b", "%z"}
_TOKEN = re.compile(r"%-?.|[^%]|%", re.DOTALL)
_NEEDS = {"minute": "hour", "second": "minute", "fraction": "second", "offset": "hour"}
_DAY = ("year", "month", "day")
_TIME = ("hour", "minute", "second")
_LONGEST_TIMESTAMP = 100


class FormatError(ValueError):
    """The format cannot be used; the message says what is wrong with it."""


def check_date_format(text: str) -> None:
    """Raise `FormatError` unless the format gives a date and nothing else."""
    _, parts = _compile(text)
    if extra := [part for part in parts if part not in _DAY]:
        raise FormatError(f"a date has no {extra[0]}; use the type timestamp")


def check_timestamp_format(text: str) -> None:
    """Raise `FormatError` unless the format gives a date, and hours before minutes before seconds."""
    _, parts = _compile(text)
    for part, needed in _NEEDS.items():
        if part in parts and needed not in parts:
            raise FormatError(f"it gives the {part} but not the {needed}")


@cache
def date_reader(text: str) -> Callable[[str], date]:
    """Give the function that reads a date in this format; it raises `ValueError` for any other text."""
    match, parts = _compile(text)
    in_order = itemgetter(*(parts.index(part) for part in _DAY))
    number = _number_or_month if "%b" in text else int

    def read(value: str) -> date:
        found = match(value)
        if found is None:
            raise ValueError
        return date(*map(number, in_order(found.groups())))

    return read


@cache
def timestamp_reader(text: str) -> Callable[[str], datetime]:
    """Give the function that reads a timestamp in this format, without a time zone.

    A format with `%z` gives UTC. The function raises `ValueError` for text that does not match, and
    `OverflowError` where UTC is outside the years 1 to 9999.
    """
    match, parts = _compile(text)
    in_order = itemgetter(*(parts.index(part) for part in (*_DAY, *_TIME) if part in parts))
    number = _number_or_month if "%b" in text else int
    at: Callable[..., datetime] = datetime
    fraction = parts.index("fraction") if "fraction" in parts else None
    offset = parts.index("offset") if "offset" in parts else None

    def read(value: str) -> datetime:
        found = match(value)
        if found is None:
            raise ValueError
        groups = found.groups()
        year, month, day, *time = map(number, in_order(groups))
        timestamp = at(year, month, day, *time)
        if fraction is not None:
            timestamp = timestamp.replace(microsecond=int(groups[fraction].ljust(6, "0")))
        return timestamp if offset is None else timestamp - _east_of_utc(groups[offset])

    return read


@cache
def differs_in_fraction(text: str) -> Callable[[str], bool]:
    """Give the function that tells whether a text would be in this format if its fraction of a second were right.

    It is wrong where it is missing, has no digit or more than six, or is present although the format has none.
    """
    without = text.replace(".%f", "").replace(",%f", "")
    if "%S" not in without or "%f" in without:
        return lambda _: False
    before, _, after = without.partition("%S")
    fraction = re.compile(r"(?<=[0-9])[.,][0-9]*", re.ASCII)
    read = timestamp_reader(f"{before}%S{after}")

    def differs(value: str) -> bool:
        if len(value) > _LONGEST_TIMESTAMP:
            return False
        for found in fraction.finditer(value):
            try:
                read(value[: found.start()] + value[found.end() :])
            except (ValueError, OverflowError):
                continue
            return True
        try:
            read(value)
        except (ValueError, OverflowError):
            return False
        return without != text

    return differs


def _number_or_month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTH_NUMBERS[text.lower()]


def _east_of_utc(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    distance = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return -distance if text[0] == "-" else distance


@cache
def _compile(text: str) -> tuple[Callable[[str], re.Match[str] | None], tuple[str, ...]]:
    pattern: list[str] = []
    parts: list[str] = []
    tokens = _TOKEN.findall(text)
    for token, following in pairwise([*tokens, ""]):
        if token == "%%":
            pattern.append("%")
        elif len(token) == 1 and token != "%":
            pattern.append(re.escape(token))
        else:
            part, piece = _directive(token)
            if part in parts:
                raise FormatError(f"it gives the {part} twice")
            if token in _VARIABLE_WIDTH and (following.isdigit() or following in _STARTS_WITH_DIGIT):
                raise FormatError(f"{token} has no fixed width, so a separator must follow it")
            parts.append(part)
            pattern.append(f"({piece})")
    if missing := [part for part in _DAY if part not in parts]:
        raise FormatError(f"it does not give the {missing[0]}")
    return re.compile("".join(pattern), re.ASCII).fullmatch, tuple(parts)


def _directive(token: str) -> tuple[str, str]:
    if token == "%y":
        raise FormatError("%y does not say which century; use years of four digits and %Y")
    if token not in _DIRECTIVES:
        raise FormatError(f"{token} is not one of {' '.join(_DIRECTIVES)} %%")
    return _DIRECTIVES[token]

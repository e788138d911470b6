"""When a schedule is due: the rate(), cron() and at() of EventBridge Scheduler in their time zones.

The rules are those of https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. Wildcards:
https://docs.amazonaws.cn/en_us/eventbridge/latest/userguide/eb-cron-expressions.html. When clocks go forward, a time
that does not exist is left out; when they go back, a time that comes twice is due once:
https://www.repost.aws/zh-Hans/knowledge-center/eventbridge-scheduler-adjust-dst
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from scripts.common.errors import UserError

_EXPRESSION = re.compile(r"(rate|cron|at)\((.+)\)")
_RATE = re.compile(r"(\d+) (minute|hour|day)s?")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_ITEM = re.compile(r"(?P<first>\*|[0-9A-Z]+)(-(?P<last>[0-9A-Z]+))?(/(?P<step>\d+))?")
_NEAREST_WEEKDAY = re.compile(r"(\d+)W")
_LAST_OF_KIND = re.compile(r"([0-9A-Z]+)L")
_NTH_OF_KIND = re.compile(r"([0-9A-Z]+)#(\d)")
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = dict(zip(_MONTH_NAMES, range(1, 13), strict=True))
_DAYS = dict(zip(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), range(1, 8), strict=True))
_SATURDAY = 7
_LONGEST_SEARCH = timedelta(days=366 * 8)
"""From a leap day to the next across a century; what is not due by then is never due."""


def next_after(expression: str, timezone: str, moment: float) -> float | None:
    """Give the next time after a moment, in seconds since 1970; None if there is none. Raises UserError.

    A rate counts from `moment`: a day has 24 hours, whatever the clocks do.
    """
    found = _EXPRESSION.fullmatch(expression)
    if not found:
        raise UserError(f"{expression!r} is not a schedule: use rate(…), cron(…) or at(…)")
    kind, body = found.groups()
    zone = ZoneInfo(timezone)
    match kind:
        case "rate":
            return moment + _rate_seconds(body)
        case "at":
            due = _instant(datetime.fromisoformat(body), zone)
            return due if due is not None and due > moment else None
    return _cron(body).next_after(moment, zone)


def _rate_seconds(body: str) -> int:
    found = _RATE.fullmatch(body)
    if not found:
        raise UserError(f"rate({body}) needs a whole number and minutes, hours or days")
    return int(found[1]) * _SECONDS[found[2]]


def _instant(local: datetime, zone: ZoneInfo) -> float | None:
    """Give the first instant at which the clocks show a time; None if they skip it."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return instant.timestamp() if instant.astimezone(zone).replace(tzinfo=None) == local else None


@dataclass(frozen=True, slots=True)
class _Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    day_of_month: str
    months: frozenset[int]
    day_of_week: str
    years: frozenset[int]

    def next_after(self, moment: float, zone: ZoneInfo) -> float | None:
        today = datetime.fromtimestamp(moment, zone).date()
        for offset in range(_LONGEST_SEARCH.days):
            day = today + timedelta(days=offset)
            if day.year not in self.years or day.month not in self.months or day.day not in self._days(day):
                continue
            due = [instant for local in self._times(day) if (instant := _instant(local, zone)) and instant > moment]
            if due:
                return min(due)
        return None

    def _times(self, day: date) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                yield datetime(day.year, day.month, day.day, hour, minute)

    def _days(self, day: date) -> frozenset[int]:
        if self.day_of_week == "?":
            return _days_of_month(self.day_of_month, day.year, day.month)
        return _days_of_week(self.day_of_week, day.year, day.month)


@cache
def _cron(body: str) -> _Cron:
    fields = body.split()
    if len(fields) != 6 or [fields[2], fields[4]].count("?") != 1:
        raise UserError(f"cron({body}) needs 6 fields, and a ? for either day-of-month or day-of-week")
    minutes, hours, day_of_month, months, day_of_week, years = fields
    return _Cron(
        minutes=tuple(sorted(_values(minutes, 0, 59))),
        hours=tuple(sorted(_values(hours, 0, 23))),
        day_of_month=day_of_month,
        months=frozenset(_values(months, 1, 12, _MONTHS)),
        day_of_week=day_of_week,
        years=frozenset(_values(years, 1970, 2199)),
    )


def _values(text: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    """Give the values of a field; a range that ends before it begins goes on from the lowest value."""
    known = names or {}
    found: set[int] = set()
    for item in text.split(","):
        parts = _ITEM.fullmatch(item)
        if not parts:
            raise UserError(f"{text!r} is not a field of a cron expression")
        step = int(parts["step"] or 1)
        first = low if parts["first"] == "*" else _number(parts["first"], known)
        if parts["last"]:
            last = _number(parts["last"], known)
        else:
            last = high if parts["first"] == "*" or parts["step"] else first
        if not (low <= first <= high and low <= last <= high):
            raise UserError(f"{text!r} is out of range: use {low} to {high}")
        wide = high - low + 1
        found |= {low + (value - low) % wide for value in range(first, last + 1 + wide * (last < first), step)}
    return found


def _number(text: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not text.isdecimal():
        raise UserError(f"{text!r} is not a number in a cron expression")
    return int(text)


@cache
def _days_of_month(text: str, year: int, month: int) -> frozenset[int]:
    last = calendar.monthrange(year, month)[1]
    if text == "L":
        return frozenset({last})
    if text == "LW":
        return frozenset({_weekday_near(year, month, last)})
    if near := _NEAREST_WEEKDAY.fullmatch(text):
        return frozenset({_weekday_near(year, month, int(near[1]))} if int(near[1]) <= last else ())
    return frozenset(_values(text, 1, 31))


@cache
def _days_of_week(text: str, year: int, month: int) -> frozenset[int]:
    first_weekday, length = calendar.monthrange(year, month)
    # Monday is 0 for Python; Sunday is 1 for AWS.
    kind = {day: (first_weekday + day) % 7 + 1 for day in range(1, length + 1)}
    if text == "L":
        return frozenset(day for day, found in kind.items() if found == _SATURDAY)
    if last := _LAST_OF_KIND.fullmatch(text):
        return frozenset({max(day for day, found in kind.items() if found == _number(last[1], _DAYS))})
    if nth := _NTH_OF_KIND.fullmatch(text):
        return frozenset([day for day, found in kind.items() if found == _number(nth[1], _DAYS)][int(nth[2]) - 1 :][:1])
    wanted = _values(text, 1, 7, _DAYS)
    return frozenset(day for day, found in kind.items() if found in wanted)


def _weekday_near(year: int, month: int, day: int) -> int:
    """Give the weekday closest to a day, within the month."""
    last = calendar.monthrange(year, month)[1]
    weekday = calendar.weekday(year, month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < last else day - 2
    return day

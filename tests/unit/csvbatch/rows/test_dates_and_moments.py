"""What columns of dates and moments take and refuse."""

from datetime import date, datetime

import pytest

from csvbatch.contract.columns import Column, DateColumn, TimestampColumn
from csvbatch.rows.checks import Value
from csvbatch.rows.rules import Rule
from tests.unit.csvbatch.rows.one_field import validate

DAY = DateColumn(name="c", minimum=date(1900, 1, 1), maximum=date(2026, 12, 31))
BRITISH_DAY = DateColumn(name="c", format="%d/%m/%Y", maximum=date(2026, 12, 31))
MOMENT = TimestampColumn(name="c", minimum=datetime(2020, 1, 1))
SPACED_MOMENT = TimestampColumn(name="c", format="%Y-%m-%d %H:%M:%S")
ZONED_MOMENT = TimestampColumn(name="c", format="%Y-%m-%dT%H:%M:%S%z")


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (DAY, "2024-02-29", date(2024, 2, 29)),
        (DAY, "1900-01-01", date(1900, 1, 1)),
        (DAY, "2026-12-31", date(2026, 12, 31)),
        (BRITISH_DAY, "29/02/2024", date(2024, 2, 29)),
        (MOMENT, "2020-01-01T00:00:00", datetime(2020, 1, 1)),
        (SPACED_MOMENT, "2020-01-01 23:59:59", datetime(2020, 1, 1, 23, 59, 59)),
        (ZONED_MOMENT, "2020-01-01T00:30:00+01:00", datetime(2019, 12, 31, 23, 30)),
    ],
)
def test_a_good_text_is_read_as_an_exact_value(column: Column, text: str, value: Value) -> None:
    read = validate(column, text)

    assert read == value
    assert type(read) is type(value)
    assert str(read) == str(value)


@pytest.mark.parametrize(
    ("column", "text", "rules"),
    [
        (DAY, "1899-12-31", [Rule.RANGE]),
        (DAY, "2027-01-01", [Rule.RANGE]),
        (DAY, "2023-02-29", [Rule.TYPE]),
        (DAY, "2024-W05-4", [Rule.TYPE]),
        (DAY, "20240201", [Rule.TYPE]),
        (DAY, "2024-02-1", [Rule.TYPE]),
        (DAY, "2024-02-01T00:00:00", [Rule.TYPE]),
        (DAY, "\N{ARABIC-INDIC DIGIT TWO}024-02-01", [Rule.TYPE]),
        (BRITISH_DAY, "2024-02-29", [Rule.TYPE]),
        (BRITISH_DAY, "01/01/2027", [Rule.RANGE]),
        (MOMENT, "2019-12-31T23:59:59", [Rule.RANGE]),
        (MOMENT, "2020-01-01", [Rule.TYPE]),
        (MOMENT, "2020-01-01 00:00:00", [Rule.TYPE]),
        (MOMENT, "2020-01-01T00:00:00Z", [Rule.TYPE]),
        (MOMENT, "2020-01-01T24:00:00", [Rule.TYPE]),
        (MOMENT, "2020-01-01T10+01:00", [Rule.TYPE]),
        (MOMENT, "2020-01-01T10:11:", [Rule.TYPE]),
        (MOMENT, "2020-01-01T10:11:1", [Rule.TYPE]),
        (MOMENT, "2020-W01-1T10:11:12", [Rule.TYPE]),
        (ZONED_MOMENT, "0001-01-01T00:00:00+01:00", [Rule.RANGE]),
        (ZONED_MOMENT, "2020-01-01T00:00:00", [Rule.TYPE]),
    ],
)
def test_a_bad_text_breaks_the_rules_it_should(column: Column, text: str, rules: list[Rule]) -> None:
    assert validate(column, text) == rules


@pytest.mark.parametrize(
    ("format", "text", "rule"),
    [
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12.", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12.123456789", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12,5", Rule.FRACTION),
        ("%Y-%m-%dT%H:%M:%S", "2024-01-05T10:11:12.5", Rule.FRACTION),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2024-01-05T10:11:12Z", Rule.FRACTION),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-01-05T10:11:12.000+01:00", Rule.FRACTION),
        ("%d.%m.%Y %H:%M:%S.%f", "05.01.2024 10:11:12", Rule.FRACTION),
        ("%d.%m.%Y %H:%M:%S", "05.01.2024 10:11:12.5", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-13-05 10:11:12", Rule.TYPE),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05T10:11:12.5", Rule.TYPE),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12.5x", Rule.TYPE),
        ("%Y-%m-%d %H:%M", "2024-01-05 10:11:12.5", Rule.TYPE),
        ("%d.%m.%Y %H:%M:%S", "05.01 10:11:12", Rule.TYPE),
    ],
)
def test_a_moment_of_which_only_the_fraction_is_wrong_breaks_a_rule_of_its_own(
    format: str, text: str, rule: Rule
) -> None:
    assert validate(TimestampColumn(name="c", format=format), text) == [rule]

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvbatch.contract.formats import (
    FormatError,
    check_date_format,
    check_timestamp_format,
    date_reader,
    timestamp_reader,
)


@pytest.mark.parametrize("text", ["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%b-%Y", "%m.%d.%Y", "%%%Y %m %d", "%-d/%-m/%Y"])
def test_a_format_that_gives_a_day_is_one_for_dates_and_timestamps(text: str) -> None:
    check_date_format(text)
    check_timestamp_format(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not give the year"),
        ("%Y-%m", "does not give the day"),
        ("%d/%m/%y", "%y does not say which century"),
        ("%Y-%m-%d %Y", "gives the year twice"),
        ("%m %b %Y %d", "gives the month twice"),
        ("%Y-%j", "%j is not one of"),
        ("%Y-%m-%d%", "% is not one of"),
        ("%-d%m%Y", "%-d has no fixed width"),
        ("%Y%m%-d7", "%-d has no fixed width"),
    ],
)
def test_a_format_that_leaves_the_day_open_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        check_date_format(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("%Y-%m-%d %M:%S", "gives the minute but not the hour"),
        ("%Y-%m-%d %H:%S", "gives the second but not the minute"),
        ("%Y-%m-%d %H:%M.%f", "gives the fraction but not the second"),
        ("%Y-%m-%d%z", "gives the offset but not the hour"),
    ],
)
def test_a_time_of_day_with_a_gap_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        check_timestamp_format(text)


@pytest.mark.parametrize(
    ("text", "value", "day"),
    [
        ("%Y-%m-%d", "2024-02-29", date(2024, 2, 29)),
        ("%d/%m/%Y", "01/02/2024", date(2024, 2, 1)),
        ("%Y%m%d", "20240201", date(2024, 2, 1)),
        ("%d-%b-%Y", "01-FEB-2024", date(2024, 2, 1)),
        ("%d-%b-%Y", "01-feb-2024", date(2024, 2, 1)),
        ("%-d/%-m/%Y", "1/2/2024", date(2024, 2, 1)),
        ("%-d/%-m/%Y", "01/12/2024", date(2024, 12, 1)),
        ("on %Y.%m.%d (%%)", "on 2024.02.01 (%)", date(2024, 2, 1)),
    ],
)
def test_a_date_is_read_as_its_format_says(text: str, value: str, day: date) -> None:
    assert date_reader(text)(value) == day


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("%Y-%m-%d", "2023-02-29"),
        ("%Y-%m-%d", "0000-01-01"),
        ("%Y-%m-%d", "2024-2-1"),
        ("%Y-%m-%d", " 2024-02-01"),
        ("%Y-%m-%d", "2024-02-01\n"),
        ("%Y-%m-%d", "2024-02-01T00:00"),
        ("%Y-%m-%d", "2024-W05-4"),
        ("%Y-%m-%d", "20240201"),
        ("%Y-%m-%d", "\N{ARABIC-INDIC DIGIT TWO}024-02-01"),
        ("%d/%m/%Y", "2/13/2024"),
        ("%Y.%m.%d", "2024-02-01"),
        ("%d-%b-%Y", "01-MAI-2024"),
        ("%-d/%-m/%Y", "001/2/2024"),
    ],
)
def test_text_in_another_format_is_not_a_date(text: str, value: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        date_reader(text)(value)


@pytest.mark.parametrize(
    ("text", "value", "moment"),
    [
        ("%Y-%m-%dT%H:%M:%S", "2024-02-01T03:04:05", datetime(2024, 2, 1, 3, 4, 5)),
        ("%Y-%m-%d %H:%M", "2024-02-01 03:04", datetime(2024, 2, 1, 3, 4)),
        ("%Y-%m-%d", "2024-02-01", datetime(2024, 2, 1)),
        ("%d-%b-%Y %-H:%M:%S.%f", "01-Feb-2024 3:04:05.5", datetime(2024, 2, 1, 3, 4, 5, 500_000)),
        ("%H:%M %d.%m.%Y", "23:59 01.02.2024", datetime(2024, 2, 1, 23, 59)),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-02-01T03:04:05Z", datetime(2024, 2, 1, 3, 4, 5)),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-02-01T03:04:05+05:30", datetime(2024, 1, 31, 21, 34, 5)),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2024-12-31T23:00:00.000001-0100", datetime(2025, 1, 1, 0, 0, 0, 1)),
    ],
)
def test_a_timestamp_is_read_as_its_format_says_and_stored_in_utc(text: str, value: str, moment: datetime) -> None:
    assert timestamp_reader(text)(value) == moment


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("%Y-%m-%dT%H:%M:%S", "2024-02-01 03:04:05"),
        ("%Y-%m-%dT%H:%M:%S", "2024-02-01T24:00:00"),
        ("%Y-%m-%dT%H:%M:%S", "2016-12-31T23:59:60"),
        ("%Y-%m-%dT%H:%M:%S", "2024-02-01T03:04:05Z"),
        ("%Y-%m-%dT%H:%M:%S", "2024-02-01T03:04:05.0"),
        ("%Y-%m-%dT%H:%M:%S.%f", "2024-02-01T03:04:05.1234567"),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-02-01T03:04:05"),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-02-01T03:04:05+24:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-02-01T03:04:05+01:60"),
    ],
)
def test_text_in_another_format_is_not_a_timestamp(text: str, value: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        timestamp_reader(text)(value)


def test_a_moment_before_the_year_one_in_utc_overflows() -> None:
    with pytest.raises(OverflowError):
        timestamp_reader("%Y-%m-%dT%H:%M%z")("0001-01-01T00:00+01:00")


@settings(deadline=None)
@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%Y%m%d", "%m-%d-%Y"]))
def test_every_day_that_is_written_in_a_format_is_read_back(day: date, text: str) -> None:
    written = day.strftime(text.replace("%Y", f"{day.year:04}"))

    assert date_reader(text)(written) == day


@settings(deadline=None)
@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)),
    st.integers(min_value=-23 * 60 - 59, max_value=23 * 60 + 59),
)
def test_every_moment_in_any_zone_is_read_back_as_utc(moment: datetime, offset_minutes: int) -> None:
    zone = timezone(timedelta(minutes=offset_minutes))
    written = moment.replace(tzinfo=zone).isoformat(timespec="microseconds")

    read = timestamp_reader("%Y-%m-%dT%H:%M:%S.%f%z")(written)

    assert read == moment - timedelta(minutes=offset_minutes)

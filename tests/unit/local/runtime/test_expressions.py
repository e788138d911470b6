"""Schedules are due when AWS's own examples say, in their time zones and through the changes of the clocks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from scripts.common.errors import UserError
from scripts.local.runtime.expressions import next_after

LONDON = "Europe/London"


def due(expression: str, start: str, count: int, timezone: str = "UTC") -> list[str]:
    """The next times in the schedule's zone, with the offset from UTC."""
    zone = ZoneInfo(timezone)
    moment = datetime.fromisoformat(start).replace(tzinfo=zone).timestamp()
    found = []
    for _ in range(count):
        moment = next_after(expression, timezone, moment) or float("nan")
        found.append(datetime.fromtimestamp(moment, zone).strftime("%a %Y-%m-%d %H:%M %z"))
    return found


# The examples are those of
# https://github.com/awsdocs/amazon-eventbridge-user-guide/blob/4ddcc77a1f4b8402e9ea351f8e5ddcdaebded803/doc_source/eb-create-rule-schedule.md
@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("cron(0 10 * * ? *)", ["Sat 2026-01-31 10:00", "Sun 2026-02-01 10:00"]),
        ("cron(15 12 * * ? *)", ["Sat 2026-01-31 12:15", "Sun 2026-02-01 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["Fri 2026-01-30 18:00", "Mon 2026-02-02 18:00"]),
        ("cron(0 8 1 * ? *)", ["Sun 2026-02-01 08:00", "Sun 2026-03-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["Fri 2026-01-30 17:45", "Fri 2026-01-30 18:00"]),
        ("cron(0/10 * ? * MON-FRI *)", ["Fri 2026-01-30 17:40", "Fri 2026-01-30 17:50"]),
        (
            "cron(0/5 8-17 ? * MON-FRI *)",
            [f"Fri 2026-01-30 17:{n}" for n in (35, 40, 45, 50, 55)] + ["Mon 2026-02-02 08:00"],
        ),
        ("cron(0/30 20-2 ? * MON-FRI *)", ["Fri 2026-01-30 20:00", "Fri 2026-01-30 20:30"]),
        ("cron(5,35 14 * * ? *)", ["Sat 2026-01-31 14:05", "Sat 2026-01-31 14:35"]),
        ("cron(15 10 ? * 6L 2019-2026)", ["Fri 2026-02-27 10:15", "Fri 2026-03-27 10:15"]),
        (
            "cron(0 0 3W * ? *)",
            ["Tue 2026-02-03 00:00", "Tue 2026-03-03 00:00", "Fri 2026-04-03 00:00", "Mon 2026-05-04 00:00"],
        ),
        ("cron(0 0 ? * 3#2 *)", ["Tue 2026-02-10 00:00", "Tue 2026-03-10 00:00"]),
        ("cron(0 0 L * ? *)", ["Sat 2026-01-31 00:00", "Sat 2026-02-28 00:00"]),
        ("cron(1/10 3 1-15 JAN,FEB,MAR ? *)", ["Sun 2026-02-01 03:01", "Sun 2026-02-01 03:11"]),
        ("rate(5 minutes)", ["Fri 2026-01-30 17:37", "Fri 2026-01-30 17:42"]),
        ("rate(1 hour)", ["Fri 2026-01-30 18:32"]),
        ("rate(7 days)", ["Fri 2026-02-06 17:32"]),
        ("at(2026-02-01T09:30:00)", ["Sun 2026-02-01 09:30"]),
    ],
)
def test_a_schedule_is_due_when_aws_says(expression: str, wanted: list[str]) -> None:
    assert due(expression, "2026-01-30T17:32", len(wanted)) == [f"{one} +0000" for one in wanted]


def test_a_schedule_follows_its_time_zone() -> None:
    assert due("cron(0 9 * * ? *)", "2026-03-27T12:00", 3, LONDON) == [
        "Sat 2026-03-28 09:00 +0000",
        "Sun 2026-03-29 09:00 +0100",
        "Mon 2026-03-30 09:00 +0100",
    ]


# What Scheduler does when the clocks change:
# https://www.repost.aws/zh-Hans/knowledge-center/eventbridge-scheduler-adjust-dst


def test_a_time_that_does_not_exist_is_left_out() -> None:
    assert due("cron(30 1 * * ? *)", "2026-03-28T00:00", 3, LONDON) == [
        "Sat 2026-03-28 01:30 +0000",
        "Mon 2026-03-30 01:30 +0100",
        "Tue 2026-03-31 01:30 +0100",
    ]


def test_a_time_that_comes_twice_is_due_once() -> None:
    assert due("cron(30 1 * * ? *)", "2026-10-24T12:00", 2, LONDON) == [
        "Sun 2026-10-25 01:30 +0100",
        "Mon 2026-10-26 01:30 +0000",
    ]


def test_nothing_is_due_in_the_hour_that_comes_twice_for_the_second_time() -> None:
    start = datetime(2026, 10, 25, tzinfo=UTC).timestamp()
    times = [start]
    while times[-1] < start + 4 * 3600:
        times.append(next_after("cron(0/5 * * * ? *)", LONDON, times[-1]) or 0)
    assert max(later - earlier for earlier, later in pairwise(times)) == 65 * 60


def test_a_day_of_a_rate_has_24_hours() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo(LONDON))
    after = next_after("rate(1 day)", LONDON, before.timestamp())
    assert after == (before.astimezone(UTC) + timedelta(days=1)).timestamp()


@pytest.mark.parametrize("expression", ["at(2026-01-30T17:32:00)", "cron(0 0 30 FEB ? *)", "cron(0 0 1 1 ? 2025)"])
def test_what_is_over_or_never_comes_is_not_due(expression: str) -> None:
    assert next_after(expression, "UTC", datetime(2026, 1, 30, 17, 32, tzinfo=UTC).timestamp()) is None


@pytest.mark.parametrize(
    "expression",
    [
        "every day",
        "rate(five minutes)",
        "cron(* * * * * *)",
        "cron(0 0 ? * ? *)",
        "cron(61 * * * ? *)",
        "cron(A * * * ? *)",
    ],
)
def test_what_is_not_a_schedule_is_refused(expression: str) -> None:
    with pytest.raises(UserError):
        next_after(expression, "UTC", 0)

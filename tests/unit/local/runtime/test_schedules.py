import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scripts.common.errors import UserError
from scripts.local.runtime.schedules import Schedule, named

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
SCHEDULE = Schedule(
    name="every-quarter-hour",
    arn="arn:aws:scheduler:eu-west-2:123456789012:schedule/csvbatch-dev/every-quarter-hour",
    expression="rate(15 minutes)",
    timezone="Europe/London",
    is_enabled=True,
    function_arn="arn:aws:lambda:eu-west-2:123456789012:function:processor",
    input=None,
)


def test_a_rate_is_due_again_after_its_interval() -> None:
    assert SCHEDULE.next_after(NOON) == NOON + 900


def test_a_moment_is_read_in_the_time_zone_of_its_schedule() -> None:
    once = replace(SCHEDULE, expression="at(2026-06-01T14:00:00)")
    assert once.next_after(NOON) == NOON + 3600


def test_a_moment_that_has_passed_is_never_due_again() -> None:
    assert replace(SCHEDULE, expression="at(2026-06-01T13:00:00)").next_after(NOON) is None


def test_a_cron_expression_is_fired_by_the_clock() -> None:
    cron = replace(SCHEDULE, expression="cron(0/5 * * * ? *)")
    assert cron.next_after(NOON) == NOON + 300


def test_without_an_input_of_its_own_a_schedule_sends_its_arn_and_the_time() -> None:
    event = json.loads(SCHEDULE.event(NOON))
    assert (event["resources"], event["time"]) == ([SCHEDULE.arn], "2026-06-01T12:00:00Z")


def test_an_input_is_sent_as_it_is() -> None:
    assert replace(SCHEDULE, input='{"why": "because"}').event(NOON) == b'{"why": "because"}'


def test_the_only_schedule_needs_no_name() -> None:
    assert named(None, [SCHEDULE]) is SCHEDULE


def test_of_several_schedules_one_has_to_be_named() -> None:
    with pytest.raises(UserError, match="name the one to fire: every-quarter-hour, nightly"):
        named(None, [SCHEDULE, replace(SCHEDULE, name="nightly")])


def test_a_schedule_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UserError, match=r"no schedule 'nightly'.*every-quarter-hour"):
        named("nightly", [SCHEDULE])

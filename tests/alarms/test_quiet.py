"""No alarm rings while nothing is wrong, whatever the clocks do."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scripts.common import environments
from tests.alarms.world import World

ENVIRONMENTS = environments.names()
WEEK = 7 * 24 * 60
WEEKS = {
    "ordinary": datetime(2026, 11, 9, tzinfo=UTC),
    "clocks go back": datetime(2026, 10, 22, tzinfo=UTC),
    "clocks go forward": datetime(2027, 3, 25, tzinfo=UTC),
}


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_alarm_rings_in_a_quiet_week(world: Callable[..., World], environment: str, week: str) -> None:
    there = world(environment, WEEKS[week])
    there.run(WEEK)
    rang = {change.alarm.name for watch in (there.watch, *there.others) for change in watch.rang(watch.states)}
    assert rang == set()
    assert there.files == 28

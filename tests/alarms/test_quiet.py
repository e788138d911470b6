"""No alarm rings while nothing is wrong, whatever the clocks do."""

from collections.abc import Callable

import pytest

from tests.alarms.quiet import WEEK_MINUTES, WEEKS, quiet_week
from tests.alarms.slow import environments
from tests.alarms.world import World


@pytest.mark.parametrize("environment", environments())
def test_no_alarm_rings_in_a_quiet_week(world: Callable[..., World], environment: str) -> None:
    there = world(environment, WEEKS["ordinary"])
    assert quiet_week(there) == set()
    assert there.files == WEEK_MINUTES // 360


@pytest.mark.slow
@pytest.mark.parametrize("week", WEEKS.keys() - {"ordinary"})
@pytest.mark.parametrize("environment", environments())
def test_no_alarm_rings_when_the_clocks_change(world: Callable[..., World], environment: str, week: str) -> None:
    assert quiet_week(world(environment, WEEKS[week])) == set()

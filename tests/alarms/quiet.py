"""Weeks in which nothing is wrong."""

from datetime import UTC, datetime

from tests.alarms.world import World

WEEK_MINUTES = 7 * 24 * 60
WEEKS = {
    "ordinary": datetime(2026, 11, 9, tzinfo=UTC),
    "clocks go back": datetime(2026, 10, 22, tzinfo=UTC),
    "clocks go forward": datetime(2027, 3, 25, tzinfo=UTC),
}
FIRST_HOUR_MINUTES = 60
"""Until the first run of a schedule that was just switched on, the alarm on its silence rings (modules/monitoring)."""


def quiet_week(world: World) -> set[str]:
    """Let a week pass, and give the alarms that rang after the first hour, however far they looked back."""
    world.run(FIRST_HOUR_MINUTES)
    begins = world.now
    world.run(WEEK_MINUTES - FIRST_HOUR_MINUTES)
    return {
        change.alarm.name for watch in (world.watch, *world.others) for change in watch.rang(watch.states, since=begins)
    }

"""Weeks in which nothing is wrong."""

from datetime import UTC, datetime

WEEK_MINUTES = 7 * 24 * 60
WEEKS = {
    "ordinary": datetime(2026, 11, 9, tzinfo=UTC),
    "clocks go back": datetime(2026, 10, 22, tzinfo=UTC),
    "clocks go forward": datetime(2027, 3, 25, tzinfo=UTC),
}

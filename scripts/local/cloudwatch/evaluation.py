"""The state of an alarm by its data points, as "Evaluating an alarm" and "missing data" of CloudWatch describe it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html; its text and its tables of
examples, of which the tests are made, are also in
https://github.com/awsdocs/amazon-cloudwatch-user-guide/blob/05fd32f63861ca6646c8aa5c94334fd6e0dfdbf5/doc_source/AlarmThatSendsEmail.md
"""

from collections.abc import Sequence
from enum import StrEnum


class State(StrEnum):
    """The states of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class MissingData(StrEnum):
    """How an alarm treats data points that are missing."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


def next_state(
    points: Sequence[bool | None], current: State, *, periods: int, to_alarm: int, missing: MissingData
) -> State:
    """Give the state after an evaluation.

    `points` are those of the evaluation range, oldest first: whether each is breaching, None if it is missing. There
    are at least `periods`, of which `to_alarm` have to be breaching. Real data points come first, however old; missing
    ones are filled in only as far as there are too few.
    """
    there = [point for point in points if point is not None]
    if len(there) >= periods:
        return _decided(sum(there[-periods:]) >= to_alarm)
    breaching, absent = sum(there), periods - len(there)
    match missing:
        case MissingData.BREACHING:
            return _decided(breaching + absent >= to_alarm)
        case MissingData.NOT_BREACHING:
            return _decided(breaching >= to_alarm)
    if breaching >= to_alarm:
        return State.ALARM
    if not all(there):
        return State.OK
    if missing is MissingData.IGNORE:
        return current
    # Too few points, all of them breaching: an alarm if the oldest is at least as old as the points to alarm. That is
    # in "Why did my CloudWatch alarm send me a notification after a single breached data point?" of AWS's knowledge
    # center.
    age = len(points) - points.index(True) if there else 0
    return State.ALARM if age >= to_alarm else State.INSUFFICIENT_DATA


def _decided(is_breaching: bool) -> State:
    return State.ALARM if is_breaching else State.OK

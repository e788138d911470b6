"""Alarms are evaluated as CloudWatch's own examples say; statistics and embedded metrics are read as AWS has them."""

import json
from typing import Any

import pytest

from scripts.common.errors import UserError
from scripts.local.cloudwatch import embedded
from scripts.local.cloudwatch.alarms import Alarm, AlarmWatch
from scripts.local.cloudwatch.evaluation import MissingData, State, next_state
from scripts.local.cloudwatch.metrics import Metric, Metrics, statistic

ORDER = (MissingData.MISSING, MissingData.IGNORE, MissingData.BREACHING, MissingData.NOT_BREACHING)
POINTS = {"0": False, "X": True, "-": None}
STATES = {"OK": State.OK, "ALARM": State.ALARM, "INSUFFICIENT": State.INSUFFICIENT_DATA}
RETAIN = "RETAIN"

# The tables of the page, which give the state for each treatment of missing data, in the order above:
# https://github.com/awsdocs/amazon-cloudwatch-user-guide/blob/05fd32f63861ca6646c8aa5c94334fd6e0dfdbf5/doc_source/AlarmThatSendsEmail.md
THREE_OF_THREE = {
    "0 - X - X": "OK OK OK OK",
    "0 - - - -": "OK OK OK OK",
    "- - - - -": "INSUFFICIENT RETAIN ALARM OK",
    "0 X X - X": "ALARM ALARM ALARM ALARM",
    "- - - - X": "INSUFFICIENT RETAIN ALARM OK",
    "X - - - -": "ALARM RETAIN ALARM OK",
}
TWO_OF_THREE = {
    "0 - X - X": "ALARM ALARM ALARM ALARM",
    "0 0 X 0 X": "ALARM ALARM ALARM ALARM",
    "0 - X - -": "OK OK ALARM OK",
    "- - - - 0": "OK OK ALARM OK",
    "- - - - X": "INSUFFICIENT RETAIN ALARM OK",
}
EXAMPLES = [
    pytest.param(pattern, to_alarm, missing, wanted, current, id=f"{pattern}, {to_alarm} of 3, {missing}, {current}")
    for to_alarm, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
    for pattern, states in table.items()
    for missing, wanted in zip(ORDER, states.split(), strict=True)
    for current in State
]


@pytest.mark.parametrize(("pattern", "to_alarm", "missing", "wanted", "current"), EXAMPLES)
def test_a_state_is_that_of_the_examples_of_aws(
    pattern: str, to_alarm: int, missing: MissingData, wanted: str, current: State
) -> None:
    points = [POINTS[point] for point in pattern.split()]
    found = next_state(points, current, periods=3, to_alarm=to_alarm, missing=missing)
    assert found is (current if wanted == RETAIN else STATES[wanted])


def answer(**changed: Any) -> dict[str, Any]:
    return {
        "AlarmName": "late",
        "Namespace": "Test",
        "MetricName": "Seconds",
        "Dimensions": [{"Name": "Queue", "Value": "q"}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        **changed,
    }


def watch_of(metrics: Metrics, **changed: Any) -> AlarmWatch:
    return AlarmWatch((Alarm.from_answer(answer(**changed)),), metrics)


SECONDS = Metric.of("Test", "Seconds", {"Queue": "q"})


def test_an_alarm_begins_without_data_and_tells_each_change_once() -> None:
    metrics = Metrics()
    changes = []
    watch = AlarmWatch((Alarm.from_answer(answer()),), metrics, changes.append)
    watch.evaluate(60)
    metrics.put(SECONDS, 70, 11)
    for now in (120, 180, 240, 300, 360):
        watch.evaluate(now)
    assert [(change.at, change.before, change.after) for change in changes] == [
        (60, State.INSUFFICIENT_DATA, State.OK),
        (120, State.OK, State.ALARM),
        (300, State.ALARM, State.OK),
    ]


def test_the_window_moves_with_each_evaluation() -> None:
    metrics = Metrics()
    watch = watch_of(metrics, Period=300, Statistic="Sum")
    for minute in (4, 5):
        metrics.put(SECONDS, minute * 60, 6)
    watch.evaluate(6 * 60)
    assert watch.ringing() == {"late"}


def test_data_with_other_dimensions_are_another_metric() -> None:
    metrics = Metrics()
    watch = watch_of(metrics)
    metrics.put(Metric.of("Test", "Seconds", {"Queue": "other"}), 0, 99)
    watch.evaluate(60)
    assert watch.ringing() == set()


def test_a_value_that_comes_late_belongs_to_its_own_minute() -> None:
    metrics = Metrics()
    watch = watch_of(metrics)
    for minute in range(10):
        metrics.put(SECONDS, minute * 60, 1)
    metrics.put(SECONDS, 0, 99)
    watch.evaluate(600)
    assert watch.ringing() == set()


def test_a_percentile_of_few_values_is_not_evaluated_where_the_alarm_says_so() -> None:
    settings: dict[str, Any] = {"Statistic": None, "ExtendedStatistic": "p90"}
    for few, rings in (("evaluate", {"late"}), ("ignore", set())):
        metrics = Metrics()
        watch = watch_of(metrics, **settings, EvaluateLowSampleCountPercentile=few)
        for value in range(99):
            metrics.put(SECONDS, 0, value)
        watch.evaluate(60)
        assert watch.ringing() == rings
        metrics.put(SECONDS, 0, 99)
        watch.evaluate(60)
        assert watch.ringing() == {"late"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("Sum", 10), ("Maximum", 4), ("Minimum", 1), ("Average", 2.5), ("SampleCount", 4), ("p50", 2), ("p99.9", 4)],
)
def test_a_statistic_is_that_of_the_values(name: str, wanted: float) -> None:
    assert statistic(name, [4, 1, 3, 2]) == wanted
    assert statistic(name, []) is None


def test_what_cannot_be_evaluated_is_refused() -> None:
    with pytest.raises(UserError, match="only alarms on one metric"):
        Alarm.from_answer({"AlarmName": "late", "Metrics": [{"Id": "m1"}]})
    with pytest.raises(UserError, match="whole minutes"):
        Alarm.from_answer(answer(Period=10))
    with pytest.raises(UserError, match="not known"):
        statistic("Mode", [1])


def test_embedded_metrics_are_published_for_each_set_of_dimensions() -> None:
    about = {
        "Timestamp": 90_000,
        "CloudWatchMetrics": [
            {"Namespace": "n", "Dimensions": [["a"], ["a", "b"]], "Metrics": [{"Name": "One"}, {"Name": "Two"}]}
        ],
    }
    line = json.dumps({"_aws": about, "a": "x", "b": "y", "One": 1, "Two": [2, 3]})
    metrics = Metrics()
    assert embedded.publish(f'a log line\n{line}\n{{"level": "INFO"}}\n{{broken\n', metrics) == 6
    assert metrics.values(Metric.of("n", "Two", {"a": "x", "b": "y"}), 1, 2) == [2, 3]

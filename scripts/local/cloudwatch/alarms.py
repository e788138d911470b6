"""Alarms as they were created, evaluated each minute."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from scripts.common.errors import UserError
from scripts.local.cloudwatch.evaluation import MissingData, State, next_state
from scripts.local.cloudwatch.metrics import MINUTE_SECONDS, Metric, Metrics, statistic

EXTRA_POINTS = 2
"""How many more data points than its evaluation periods an alarm looks at.

AWS says that there are more and not how many; in its examples, 5 for 3 periods:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
_SAMPLES_OF_A_PERCENTILE = 10
_IGNORES_FEW_SAMPLES = "ignore"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm on one metric; `actions` are by the state that starts them."""

    name: str
    description: str
    metric: Metric
    statistic: str
    period_seconds: int
    periods: int
    to_alarm: int
    threshold: float
    comparison: str
    missing: MissingData
    few_samples: str
    actions: Mapping[State, tuple[str, ...]]

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> Self:
        """Read an alarm of DescribeAlarms; raises UserError if it is not on one metric, or its period is odd."""
        name = answer["AlarmName"]
        if not answer.get("MetricName"):
            raise UserError(f"alarm {name} is on an expression, and only alarms on one metric are evaluated here")
        if answer["Period"] % MINUTE_SECONDS or answer["ComparisonOperator"] not in _COMPARISONS:
            raise UserError(
                f"alarm {name} has period {answer['Period']} and comparison {answer['ComparisonOperator']}: use whole "
                f"minutes, and one of {', '.join(_COMPARISONS)}"
            )
        enabled = answer.get("ActionsEnabled", True)
        return cls(
            name=name,
            description=answer.get("AlarmDescription", ""),
            metric=Metric.of(
                answer["Namespace"],
                answer["MetricName"],
                {one["Name"]: one["Value"] for one in answer.get("Dimensions", [])},
            ),
            statistic=answer.get("Statistic") or answer["ExtendedStatistic"],
            period_seconds=answer["Period"],
            periods=answer["EvaluationPeriods"],
            to_alarm=answer.get("DatapointsToAlarm") or answer["EvaluationPeriods"],
            threshold=answer["Threshold"],
            comparison=answer["ComparisonOperator"],
            missing=MissingData(answer.get("TreatMissingData") or MissingData.MISSING),
            few_samples=answer.get("EvaluateLowSampleCountPercentile") or "evaluate",
            actions={
                state: tuple(answer.get(key, [])) if enabled else ()
                for state, key in (
                    (State.ALARM, "AlarmActions"),
                    (State.OK, "OKActions"),
                    (State.INSUFFICIENT_DATA, "InsufficientDataActions"),
                )
            },
        )

    def points(self, metrics: Metrics, now: float, extra: int) -> list[bool | None]:
        """Tell which data points before `now` are breaching, oldest first.

        The periods end with the last full minute and move with each evaluation, which is the default:
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html
        """
        end, minutes = int(now // MINUTE_SECONDS), self.period_seconds // MINUTE_SECONDS
        breaches = _COMPARISONS[self.comparison]
        length = self.periods + extra
        found: list[bool | None] = [None] * length
        if not metrics.values(self.metric, end - length * minutes, end):
            return found
        for index in range(length):
            first = end - (length - index) * minutes
            value = statistic(self.statistic, metrics.values(self.metric, first, first + minutes))
            found[index] = None if value is None else breaches(value, self.threshold)
        return found

    def has_too_few_samples(self, metrics: Metrics, now: float) -> bool:
        """Whether the alarm is not evaluated, because its percentile would be of too few values.

        https://github.com/awsdocs/amazon-cloudwatch-user-guide/blob/05fd32f63861ca6646c8aa5c94334fd6e0dfdbf5/doc_source/AlarmThatSendsEmail.md
        """
        if self.few_samples != _IGNORES_FEW_SAMPLES or not self.statistic.startswith("p"):
            return False
        percent = float(self.statistic[1:])
        end, minutes = int(now // MINUTE_SECONDS), self.period_seconds // MINUTE_SECONDS
        found = len(metrics.values(self.metric, end - self.periods * minutes, end))
        tail = 100 - percent if percent >= 50 else percent
        return found * tail < _SAMPLES_OF_A_PERCENTILE * 100


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an alarm's state, at a time in seconds since 1970."""

    at: float
    alarm: Alarm
    before: State
    after: State


@dataclass(slots=True)
class AlarmWatch:
    """Evaluates alarms, and keeps the history of their states. A new alarm has no data yet.

    `on_change` is called with each change, as CloudWatch starts the actions of the new state once.
    """

    alarms: tuple[Alarm, ...]
    metrics: Metrics
    on_change: Callable[[Change], object] = lambda _: None
    extra_points: int = EXTRA_POINTS
    history: list[Change] = field(default_factory=list, init=False)
    states: dict[str, State] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Begin without data."""
        self.states = {alarm.name: State.INSUFFICIENT_DATA for alarm in self.alarms}

    def evaluate(self, now: float) -> None:
        """Evaluate every alarm once."""
        for alarm in self.alarms:
            before = self.states[alarm.name]
            if alarm.has_too_few_samples(self.metrics, now):
                continue
            points = alarm.points(self.metrics, now, self.extra_points)
            after = next_state(points, before, periods=alarm.periods, to_alarm=alarm.to_alarm, missing=alarm.missing)
            if after is not before:
                self.states[alarm.name] = after
                self.history.append(change := Change(now, alarm, before, after))
                self.on_change(change)

    def ringing(self) -> set[str]:
        """Give the names of the alarms that ring."""
        return {name for name, state in self.states.items() if state is State.ALARM}

    def rang(self, names: Iterable[str], since: float = 0.0) -> list[Change]:
        """Give each time that one of these alarms began to ring."""
        wanted = set(names)
        return [
            one for one in self.history if one.alarm.name in wanted and one.after is State.ALARM and one.at >= since
        ]

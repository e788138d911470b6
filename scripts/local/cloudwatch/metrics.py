"""Metrics by the minute, and the statistics over any number of minutes.

CloudWatch keeps data points with a period of 60 seconds for 15 days; the services that this project uses publish no
finer ones: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scripts.common.errors import UserError

MINUTE_SECONDS = 60
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's identity: data with other dimensions are another metric, even if the name is the same."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[str, str]) -> "Metric":
        """Give the metric with these dimensions, in whatever order they are."""
        return cls(namespace, name, tuple(sorted(dimensions.items())))


@dataclass(slots=True)
class _Series:
    minutes: list[int] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)

    def put(self, minute: int, value: float) -> None:
        at = bisect_left(self.minutes, minute)
        if at == len(self.minutes) or self.minutes[at] != minute:
            self.minutes.insert(at, minute)
            self.values.insert(at, [])
        self.values[at].append(value)

    def within(self, first: int, end: int) -> list[float]:
        start, stop = bisect_left(self.minutes, first), bisect_left(self.minutes, end)
        return [value for values in self.values[start:stop] for value in values]


@dataclass(slots=True)
class Metrics:
    """Every value that was published, by metric and minute."""

    _series: dict[Metric, _Series] = field(default_factory=dict, init=False)

    def put(self, metric: Metric, timestamp: float, value: float) -> None:
        """Add a value with its timestamp, in seconds since 1970; it may be older than values that came before."""
        self._series.setdefault(metric, _Series()).put(int(timestamp // MINUTE_SECONDS), value)

    def values(self, metric: Metric, first: int, end: int) -> list[float]:
        """Give the values of the minutes [first, end), counted from 1970."""
        series = self._series.get(metric)
        return series.within(first, end) if series else []

    def published(self) -> set[Metric]:
        """Give the metrics that have any value."""
        return set(self._series)


def statistic(name: str, values: Sequence[float]) -> float | None:
    """Give a statistic of the values, None if there are none; raises UserError for one that is not known.

    A percentile is the smallest value that at least so many percent of the values do not exceed. AWS does not say how
    it interpolates.
    """
    if not values:
        return None
    if found := _PERCENTILE.fullmatch(name):
        rank = math.ceil(float(found[1]) / 100 * len(values))
        return sorted(values)[max(rank, 1) - 1]
    match name:
        case "Sum":
            return math.fsum(values)
        case "Maximum":
            return max(values)
        case "Minimum":
            return min(values)
        case "Average":
            return math.fsum(values) / len(values)
        case "SampleCount":
            return float(len(values))
    raise UserError(f"statistic {name!r} is not known: use Sum, Maximum, Minimum, Average, SampleCount or p0 to p100")

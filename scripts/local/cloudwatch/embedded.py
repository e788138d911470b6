"""Metrics in log lines: the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator
from typing import Any

from scripts.local.cloudwatch.metrics import Metric, Metrics

_MILLISECONDS = 1000


def publish(printed: str, metrics: Metrics) -> int:
    """Publish what the lines of a log embed, and give the number of values; all other lines are left alone.

    A target member may be a list of values, and each set of dimensions is a metric of its own.
    """
    count = 0
    for line in printed.splitlines():
        for metric, timestamp, value in _embedded(line):
            metrics.put(metric, timestamp, value)
            count += 1
    return count


def _embedded(line: str) -> Iterator[tuple[Metric, float, float]]:
    if not line.startswith("{"):
        return
    try:
        document = json.loads(line)
    except ValueError:
        return
    about = document.get("_aws") if isinstance(document, dict) else None
    if not isinstance(about, dict):
        return
    for directive in about.get("CloudWatchMetrics", []):
        yield from _directed(document, directive, about["Timestamp"] / _MILLISECONDS)


def _directed(
    document: dict[str, Any], directive: dict[str, Any], timestamp: float
) -> Iterator[tuple[Metric, float, float]]:
    for names in directive["Dimensions"]:
        dimensions = {name: str(document[name]) for name in names}
        for definition in directive["Metrics"]:
            values = document[definition["Name"]]
            for value in values if isinstance(values, list) else [values]:
                yield Metric.of(directive["Namespace"], definition["Name"], dimensions), timestamp, float(value)

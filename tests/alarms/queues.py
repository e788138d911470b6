"""What SQS publishes of each queue once a minute, measured at the queues themselves.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scripts.local.cloudwatch.metrics import MINUTE_SECONDS, Metric, Metrics
from tests.alarms.account import Account

_ACTIVE_SECONDS = 6 * 3600
"""A queue is active while it has messages or is used, and for six hours after that; then it reports nothing:
https://docs.aws.amazon.com/ja_jp/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html"""

_AWAKENING_SECONDS = 15 * 60
"""Up to so long after it was inactive, a queue reports nothing yet (the same page). The longest is taken here."""

_POISON_RECEIVES = 3
"""A message that was received so often without being deleted no longer counts as the oldest."""


@dataclass(slots=True)
class QueueMetrics:
    account: Account
    metrics: Metrics
    now: Callable[[], float]
    _woke: dict[str, float] = field(default_factory=dict)
    _used: dict[str, float] = field(default_factory=dict)

    def publish(self, polled: set[str]) -> None:
        """Publish the minute that ends now; `polled` are the queues that somebody receives from all the time."""
        for name in self.account.queue_names():
            queue = self.account.queue(name)
            if queue._messages or name in polled:
                if self.now() - self._used.get(name, float("-inf")) > _ACTIVE_SECONDS:
                    self._woke[name] = self.now()
                self._used[name] = self.now()
            if self._reports(name):
                self._publish(name, queue)

    def _reports(self, name: str) -> bool:
        if name not in self._used or self.now() - self._used[name] > _ACTIVE_SECONDS:
            return False
        return self.now() - self._woke[name] >= _AWAKENING_SECONDS

    def _publish(self, name: str, queue: Any) -> None:
        waiting = queue._messages
        visible = sum(message.visible and not message.delayed for message in waiting)
        self._put(name, "ApproximateNumberOfMessagesVisible", visible)
        if hidden := sum(not message.visible for message in waiting):
            self._put(name, "ApproximateNumberOfMessagesNotVisible", hidden)
        sent = [one.sent_timestamp for one in waiting if one.approximate_receive_count < _POISON_RECEIVES]
        if sent:
            self._put(name, "ApproximateAgeOfOldestMessage", self.now() - min(sent) / 1000)

    def _put(self, name: str, metric: str, value: float) -> None:
        self.metrics.put(Metric.of("AWS/SQS", metric, {"QueueName": name}), self.now() - MINUTE_SECONDS, value)

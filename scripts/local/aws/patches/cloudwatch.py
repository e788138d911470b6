"""Patches of moto's CloudWatch."""

from typing import Any

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse

from scripts.local.aws.patches.registry import Replacements, patch


@patch
def has_composite_alarms(moto: Replacements) -> None:
    """PutCompositeAlarm is missing, although the model supports it."""
    moto.add(CloudWatchResponse, "put_composite_alarm", CloudWatchResponse.put_metric_alarm)
    moto.add(Alarm, "alarm_rule", property(lambda self: self.rule))


@patch
def begins_alarms_without_data(moto: Replacements) -> None:
    """A new alarm is `OK`, before anything was measured."""
    original = Alarm.__init__

    def init(self: Alarm, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        self.state_value = "INSUFFICIENT_DATA"

    moto.replace(Alarm, "__init__", init)

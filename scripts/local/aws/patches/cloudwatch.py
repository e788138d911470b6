"""Patches of moto's CloudWatch."""

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse

from scripts.local.aws.patches.registry import Replacements, patch


@patch
def has_composite_alarms(moto: Replacements) -> None:
    """PutCompositeAlarm is missing, although the model supports it."""
    moto.add(CloudWatchResponse, "put_composite_alarm", CloudWatchResponse.put_metric_alarm)
    moto.add(Alarm, "alarm_rule", property(lambda self: self.rule))

from typing import Any

from scripts.local.aws.patches import cloudwatch
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import Aws, refusal

RULE = 'ALARM("dead-letters") OR ALARM("errors")'


def test_composite_alarm_is_stored(compare: Compare) -> None:
    def rule_of_alarm(aws: Aws) -> Any:
        client = aws("cloudwatch")
        refused = refusal(lambda: client.put_composite_alarm(AlarmName="unhealthy", AlarmRule=RULE))
        alarms = client.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        return refused or [(alarm["AlarmName"], alarm["AlarmRule"]) for alarm in alarms]

    bad, good = compare(cloudwatch.has_composite_alarms, rule_of_alarm)

    assert bad == "NotImplementedByLocalAws"
    assert good == [("unhealthy", RULE)]


def test_a_new_alarm_has_no_data(compare: Compare) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""

    def state_of_alarm(aws: Aws) -> Any:
        client = aws("cloudwatch")
        client.put_metric_alarm(
            AlarmName="errors",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )
        return client.describe_alarms()["MetricAlarms"][0]["StateValue"]

    assert compare(cloudwatch.begins_alarms_without_data, state_of_alarm) == ("OK", "INSUFFICIENT_DATA")

"""A start that a schedule or a rule fails to deliver is retried, and then kept as a dead letter."""

from checkov.common.models.enums import CheckCategories

from scripts.scan.checks.check import Check, check
from scripts.scan.checks.confs import Conf, block, number, value


@check(
    "CKV_CSV_3",
    "Schedule or event target has a retry policy and dead letters",
    CheckCategories.BACKUP_AND_RECOVERY,
    ["aws_scheduler_schedule", "aws_cloudwatch_event_target"],
)
def retries_and_keeps(conf: Conf, running: Check) -> bool:
    """Pass where at least one retry is stated and a dead-letter queue is set.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """
    target = block(conf, "target") if running.entity_type == "aws_scheduler_schedule" else conf
    retry = block(target, "retry_policy")
    stated = all(value(retry, name) is not None for name in ("maximum_retry_attempts", "maximum_event_age_in_seconds"))
    retries = stated and number(retry, "maximum_retry_attempts") != 0
    return retries and value(block(target, "dead_letter_config"), "arn") is not None

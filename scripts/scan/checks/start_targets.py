"""A start that a schedule or a rule fails to deliver is retried, and then kept as a dead letter."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf, block, number, value


class RetryAndDeadLetters(BaseResourceCheck):
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html."""

    def __init__(self) -> None:
        super().__init__(
            "Schedule or event target has a retry policy and dead letters",
            "CKV_CSV_3",
            [CheckCategories.BACKUP_AND_RECOVERY],
            ["aws_scheduler_schedule", "aws_cloudwatch_event_target"],
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Pass where at least one retry is stated and a dead-letter queue is set."""
        target = block(conf, "target") if self.entity_type == "aws_scheduler_schedule" else conf
        retry = block(target, "retry_policy")
        stated = all(
            value(retry, name) is not None for name in ("maximum_retry_attempts", "maximum_event_age_in_seconds")
        )
        tries = stated and number(retry, "maximum_retry_attempts") != 0
        kept = value(block(target, "dead_letter_config"), "arn") is not None
        return CheckResult.PASSED if tries and kept else CheckResult.FAILED


RetryAndDeadLetters()

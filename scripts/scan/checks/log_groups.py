"""Logs have a retention, and are encrypted with the platform's key."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf, value


class RetentionAndKey(BaseResourceCheck):
    """Without a retention CloudWatch Logs keeps events for ever, as with 0."""

    def __init__(self) -> None:
        super().__init__(
            "Log group has a retention and a key", "CKV_CSV_10", [CheckCategories.LOGGING], ["aws_cloudwatch_log_group"]
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Pass where both are set."""
        kept = value(conf, "retention_in_days") not in (None, 0, "0")
        return CheckResult.PASSED if kept and value(conf, "kms_key_id") is not None else CheckResult.FAILED


RetentionAndKey()

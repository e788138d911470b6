"""Logs have a retention, and are encrypted with the platform's key."""

from checkov.common.models.enums import CheckCategories

from scripts.scan.checks.check import Check, check
from scripts.scan.checks.confs import Conf, value


@check("CKV_CSV_10", "Log group has a retention and a key", CheckCategories.LOGGING, ["aws_cloudwatch_log_group"])
def has_retention_and_key(conf: Conf, _: Check) -> bool:
    """Pass where both are set; without a retention CloudWatch Logs keeps events for ever, as with 0."""
    return value(conf, "retention_in_days") not in (None, 0, "0") and value(conf, "kms_key_id") is not None

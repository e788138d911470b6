"""An event source mapping reports which messages failed, and limits how many functions it starts at once."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf, block, value, values


class PartialResponsesAndConcurrency(BaseResourceCheck):
    """Without the report Lambda deletes failed messages; without the limit throttling makes healthy ones dead letters.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """

    def __init__(self) -> None:
        super().__init__(
            "Event source mapping reports batch item failures and has a maximum concurrency",
            "CKV_CSV_1",
            [CheckCategories.BACKUP_AND_RECOVERY],
            ["aws_lambda_event_source_mapping"],
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Pass where both are set; sources other than queues have neither."""
        source = str(value(conf, "event_source_arn") or "")
        if any(f":{service}:" in source for service in ("kinesis", "dynamodb", "kafka", "mq")):
            return CheckResult.UNKNOWN
        reports = "ReportBatchItemFailures" in values(conf, "function_response_types")
        limited = value(block(conf, "scaling_config"), "maximum_concurrency") is not None
        return CheckResult.PASSED if reports and limited else CheckResult.FAILED


PartialResponsesAndConcurrency()

"""An event source mapping reports which messages failed, and limits how many functions it starts at once."""

from checkov.common.models.enums import CheckCategories

from scripts.scan.checks.check import Check, check
from scripts.scan.checks.confs import Conf, block, value, values


@check(
    "CKV_CSV_1",
    "Event source mapping reports batch item failures and has a maximum concurrency",
    CheckCategories.BACKUP_AND_RECOVERY,
    ["aws_lambda_event_source_mapping"],
)
def reports_failures_and_is_limited(conf: Conf, _: Check) -> bool | None:
    """Pass where both are set; sources other than queues have neither.

    Without the report Lambda deletes failed messages; without the limit throttling makes healthy ones dead letters.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    source = str(value(conf, "event_source_arn") or "")
    if any(f":{service}:" in source for service in ("kinesis", "dynamodb", "kafka", "mq")):
        return None
    reports = "ReportBatchItemFailures" in values(conf, "function_response_types")
    return reports and value(block(conf, "scaling_config"), "maximum_concurrency") is not None

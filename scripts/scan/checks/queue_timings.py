"""A queue hides a message for six function timeouts, and its dead letters are kept longer than its messages."""

import re

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf, in_plan, neighbours, number, preconditions, value

TIMES = 6
DEFAULT_VISIBILITY, DEFAULT_TIMEOUT, DEFAULT_RETENTION = 30, 3, 345_600
_QUEUE = re.compile(r"aws_sqs_queue\.(\w+)")
_FUNCTION = re.compile(r"aws_lambda_function\.(\w+)")
_FACTOR = re.compile(r"\b(\d+)\s*\*")
_OUTLIVES = re.compile(r"retention\w*\s*>\s*[\w.]*retention|retention\w*\s*<\s*[\w.]*retention")


class VisibilityTimeout(BaseResourceCheck):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.

    Compared where both values are known. Where they come from variables, a precondition has to compare them: Terraform
    then does so in every plan.
    """

    def __init__(self) -> None:
        super().__init__(
            f"Queue hides a message for at least {TIMES} times the timeout of the function that takes it",
            "CKV_CSV_2",
            [CheckCategories.BACKUP_AND_RECOVERY],
            ["aws_lambda_event_source_mapping", "aws_sqs_queue"],
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Judge a mapping by its queue and function, and a queue with a variable visibility by its preconditions."""
        if self.entity_type == "aws_sqs_queue":
            if in_plan(conf) or value(conf, "redrive_policy") is None:
                return CheckResult.UNKNOWN
            known = number(conf, "visibility_timeout_seconds", DEFAULT_VISIBILITY) is not None
            return CheckResult.UNKNOWN if known else _passed(_stated(conf))
        compared = self._compare(conf)
        if compared is not None:
            return _passed(compared)
        return CheckResult.UNKNOWN if in_plan(conf) else _passed(_stated(conf))

    def _compare(self, conf: Conf) -> bool | None:
        queue = _referred(self, conf, "aws_sqs_queue", _QUEUE.search(str(value(conf, "event_source_arn"))))
        function = _referred(self, conf, "aws_lambda_function", _FUNCTION.search(str(value(conf, "function_name"))))
        if queue is None or function is None:
            return None
        visibility = number(queue, "visibility_timeout_seconds", DEFAULT_VISIBILITY)
        timeout = number(function, "timeout", DEFAULT_TIMEOUT)
        window = number(conf, "maximum_batching_window_in_seconds", 0)
        if visibility is None or timeout is None or window is None:
            return None
        return visibility >= TIMES * timeout + window


class DeadLettersOutliveMessages(BaseResourceCheck):
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html.

    A dead letter keeps its age: with the same retention as its source, it may expire on arrival.
    """

    def __init__(self) -> None:
        super().__init__(
            "Dead-letter queue keeps messages longer than its source",
            "CKV_CSV_6",
            [CheckCategories.BACKUP_AND_RECOVERY],
            ["aws_sqs_queue"],
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Judge a queue that has dead letters in the same module."""
        redrive = value(conf, "redrive_policy")
        dead_letters = _referred(self, conf, "aws_sqs_queue", _QUEUE.search(str(redrive)))
        if redrive is None or dead_letters is None:
            return CheckResult.UNKNOWN
        source, dead = (number(queue, "message_retention_seconds", DEFAULT_RETENTION) for queue in (conf, dead_letters))
        if source is not None and dead is not None:
            return _passed(dead > source)
        if in_plan(conf):
            return CheckResult.UNKNOWN
        # A condition that does not name what the queues are given proves nothing.
        taken = [str(value(queue, "message_retention_seconds")) for queue in (conf, dead_letters)]
        return _passed(
            any(
                _OUTLIVES.search(condition) and all(text in condition for text in taken)
                for condition in preconditions(conf) + preconditions(dead_letters)
            )
        )


def _stated(conf: Conf) -> bool:
    """Whether a precondition compares the visibility timeout with six or more times another time."""
    factors = [
        int(factor)
        for condition in preconditions(conf)
        if "visibility_timeout" in condition and ">=" in condition
        for factor in _FACTOR.findall(condition)
    ]
    return any(factor >= TIMES for factor in factors)


def _referred(check: BaseResourceCheck, conf: Conf, kind: str, found: re.Match[str] | None) -> Conf | None:
    return neighbours(check, conf, kind).get(found[1]) if found else None


def _passed(holds: bool) -> CheckResult:
    return CheckResult.PASSED if holds else CheckResult.FAILED


VisibilityTimeout()
DeadLettersOutliveMessages()

"""A queue hides a message for six function timeouts, and its dead letters are kept longer than its messages."""

import re

from checkov.common.models.enums import CheckCategories

from scripts.scan.checks.check import Check, check
from scripts.scan.checks.confs import Conf, in_plan, neighbours, number, preconditions, value

TIMES = 6
DEFAULT_VISIBILITY, DEFAULT_TIMEOUT, DEFAULT_RETENTION = 30, 3, 345_600
_QUEUE = re.compile(r"aws_sqs_queue\.(\w+)")
_FUNCTION = re.compile(r"aws_lambda_function\.(\w+)")
_FACTOR = re.compile(r"\b(\d+)\s*\*")
_OUTLIVES = re.compile(r"retention\w*\s*>\s*[\w.]*retention|retention\w*\s*<\s*[\w.]*retention")


@check(
    "CKV_CSV_2",
    f"Queue hides a message for at least {TIMES} times the timeout of the function that takes it",
    CheckCategories.BACKUP_AND_RECOVERY,
    ["aws_lambda_event_source_mapping", "aws_sqs_queue"],
)
def hides_messages_long_enough(conf: Conf, running: Check) -> bool | None:
    """Judge a mapping by its queue and function, and a queue with a variable visibility by its preconditions.

    Compared where both values are known. Where they come from variables, a precondition has to compare them: Terraform
    then does so in every plan. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    if running.entity_type == "aws_sqs_queue":
        if in_plan(conf) or value(conf, "redrive_policy") is None:
            return None
        known = number(conf, "visibility_timeout_seconds", DEFAULT_VISIBILITY) is not None
        return None if known else _stated(conf)
    compared = _compared(conf, running)
    if compared is None and not in_plan(conf):
        return _stated(conf)
    return compared


@check(
    "CKV_CSV_6",
    "Dead-letter queue keeps messages longer than its source",
    CheckCategories.BACKUP_AND_RECOVERY,
    ["aws_sqs_queue"],
)
def keeps_dead_letters_longer(conf: Conf, running: Check) -> bool | None:
    """Judge a queue that has dead letters in the same module.

    A dead letter keeps its age: with the same retention as its source, it may expire on arrival.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    redrive = value(conf, "redrive_policy")
    dead_letters = _referred(running, conf, "aws_sqs_queue", _QUEUE.search(str(redrive)))
    if redrive is None or dead_letters is None:
        return None
    source, dead = (number(queue, "message_retention_seconds", DEFAULT_RETENTION) for queue in (conf, dead_letters))
    if source is not None and dead is not None:
        return dead > source
    if in_plan(conf):
        return None
    # A condition that does not name what the queues are given proves nothing.
    given = [str(value(queue, "message_retention_seconds")) for queue in (conf, dead_letters)]
    return any(
        _OUTLIVES.search(condition) and all(text in condition for text in given)
        for condition in preconditions(conf) + preconditions(dead_letters)
    )


def _compared(conf: Conf, running: Check) -> bool | None:
    queue = _referred(running, conf, "aws_sqs_queue", _QUEUE.search(str(value(conf, "event_source_arn"))))
    function = _referred(running, conf, "aws_lambda_function", _FUNCTION.search(str(value(conf, "function_name"))))
    if queue is None or function is None:
        return None
    visibility = number(queue, "visibility_timeout_seconds", DEFAULT_VISIBILITY)
    timeout = number(function, "timeout", DEFAULT_TIMEOUT)
    window = number(conf, "maximum_batching_window_in_seconds", 0)
    if visibility is None or timeout is None or window is None:
        return None
    return visibility >= TIMES * timeout + window


def _stated(conf: Conf) -> bool:
    """Whether a precondition compares the visibility timeout with six or more times another time."""
    factors = [
        int(factor)
        for condition in preconditions(conf)
        if "visibility_timeout" in condition and ">=" in condition
        for factor in _FACTOR.findall(condition)
    ]
    return any(factor >= TIMES for factor in factors)


def _referred(running: Check, conf: Conf, kind: str, found: re.Match[str] | None) -> Conf | None:
    return neighbours(running, conf, kind).get(found[1]) if found else None

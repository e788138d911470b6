"""Rules that compare a request with existing resources."""

from collections.abc import Iterator
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.sqs.models import sqs_backends

from scripts.local.aws import request_context
from scripts.local.aws.operation_call import OperationCall
from scripts.local.aws.validation.documented import DocumentedRule, broken
from scripts.local.aws.validation.shapes import Violation

_CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html"
_QUEUE_TIMEOUT = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"

CONCURRENT_EXECUTIONS = 1_000
"""The default quota of an account and region: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

_LEAST_UNRESERVED = 100


def violations(call: OperationCall) -> Iterator[Violation]:
    """Every rule of this module that a call breaks."""
    return broken(RULES, call)


def _reserved_concurrency(call: OperationCall) -> Iterator[Violation]:
    wanted = call.parameters.get("ReservedConcurrentExecutions")
    if wanted is None:
        return
    name = _function_name(call)
    others = sum(
        int(function.reserved_concurrency)
        for function in _lambda_backend().list_functions()
        if function.function_name != name and function.reserved_concurrency
    )
    if CONCURRENT_EXECUTIONS - others - int(wanted) < _LEAST_UNRESERVED:
        yield Violation(
            "ReservedConcurrentExecutions",
            f"Member must leave the account's unreserved concurrent executions at {_LEAST_UNRESERVED} or more",
        )


def _visibility_timeout(call: OperationCall) -> Iterator[Violation]:
    arn = str(call.parameters.get("EventSourceArn") or "")
    if ":sqs:" not in arn:
        return
    signed = request_context.credential()
    queue: Any = sqs_backends[request_context.account_id()][signed.region].queues.get(arn.rpartition(":")[2])
    function: Any = _lambda_backend().get_function(_function_name(call))
    if queue is not None and int(queue.visibility_timeout) < int(function.timeout):
        yield Violation(
            "EventSourceArn",
            f"Member must name a queue whose visibility timeout ({queue.visibility_timeout} s) is not less than the "
            f"function's timeout ({function.timeout} s)",
        )


def _function_name(call: OperationCall) -> str:
    return str(call.parameters.get("FunctionName") or "").rpartition(":function:")[2].partition(":")[0]


def _lambda_backend() -> Any:
    return lambda_backends[request_context.account_id()][request_context.credential().region]


RULES = (
    DocumentedRule(frozenset({"lambda.PutFunctionConcurrency"}), _CONCURRENCY, _reserved_concurrency),
    DocumentedRule(frozenset({"lambda.CreateEventSourceMapping"}), _QUEUE_TIMEOUT, _visibility_timeout),
)

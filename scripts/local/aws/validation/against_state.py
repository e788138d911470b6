"""Rules that compare a request with existing resources."""

import json
from collections.abc import Iterator
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.sqs.models import sqs_backends

from scripts.local.aws import lambda_interfaces, request_context
from scripts.local.aws.authorization import execution_roles
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.operation_call import OperationCall
from scripts.local.aws.validation import quotas
from scripts.local.aws.validation.documented import DocumentedRule, broken
from scripts.local.aws.validation.parameters import without_white_space
from scripts.local.aws.validation.shapes import Violation

_CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html"
_QUEUE_TIMEOUT = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
_NETWORK_PERMISSIONS = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"

_IAM_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"

_INLINE_POLICIES = 10_240
_QUEUE_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


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
    least = quotas.least_unreserved()
    if quotas.concurrent_executions() - others - int(wanted) < least:
        yield Violation(
            "ReservedConcurrentExecutions",
            f"Member must leave the account's unreserved concurrent executions at {least} or more",
            message="Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{least}].",
        )


def _visibility_timeout(call: OperationCall) -> Iterator[Violation]:
    queue = _queue(call)
    if queue is None:
        return
    timeout = int(_function(call).timeout)
    if int(queue.visibility_timeout) < timeout:
        hidden = f"Queue visibility timeout: {queue.visibility_timeout} seconds"
        message = f"{hidden} is less than Function timeout: {timeout} seconds"
        yield Violation("EventSourceArn", "Member must hide messages for the function's timeout", message=message)


def _role_of_queue(call: OperationCall) -> Iterator[Violation]:
    queue = _queue(call)
    if queue is None:
        return
    policy = json.loads(queue.policy) if isinstance(queue.policy, str) else queue.policy
    for action in _QUEUE_ACTIONS:
        permission = RequiredPermission(f"sqs:{action}", queue.queue_arn, resource_policy=policy or None)
        if not execution_roles.allows(_function(call).role, permission, _place()):
            yield _without_permission(action, "SQS")


def _role_in_network(call: OperationCall) -> Iterator[Violation]:
    network = call.parameters.get("VpcConfig") or {}
    subnets = network.get("SubnetIds") or []
    if not subnets:
        return
    role, place = call.text("Role") or _function(call).role, _place()
    if not execution_roles.exists(role, place):
        return  # Lambda cannot assume it, which moto answers.
    for permission in _network_permissions(place, subnets, network.get("SecurityGroupIds") or []):
        if not execution_roles.allows(role, permission, place):
            yield _without_permission(permission.action.partition(":")[2], "EC2")


def _network_permissions(place: Location, subnets: list[str], groups: list[str]) -> Iterator[RequiredPermission]:
    """Those that Lambda checks before it makes an interface; AWS's answers name each of the three actions."""
    places = [f"subnet/{one}" for one in subnets] + [f"security-group/{one}" for one in groups]
    for resource in ("network-interface/*", *places):
        yield RequiredPermission("ec2:CreateNetworkInterface", place.arn("ec2", resource))
    yield RequiredPermission("ec2:DescribeNetworkInterfaces", "*")
    yield lambda_interfaces.deletion(place)


def _inline_policies(call: OperationCall) -> Iterator[Violation]:
    """The inline policies of a role count together: https://github.com/aws/copilot-cli/issues/5917."""
    role = iam_backends[request_context.account_id()][_place().partition].roles
    name = call.text("RoleName")
    policies = next((dict(one.policies) for one in role.values() if one.name == name), {})
    policies[call.text("PolicyName")] = call.text("PolicyDocument")
    if sum(map(without_white_space, policies.values())) > _INLINE_POLICIES:
        rule = f"Member must, with the role's other inline policies, have at most {_INLINE_POLICIES} characters"
        message = f"Maximum policy size of {_INLINE_POLICIES} bytes exceeded for role {name}"
        yield Violation("PolicyDocument", rule, code="LimitExceeded", message=message)


def _without_permission(action: str, service: str) -> Violation:
    message = f"The provided execution role does not have permissions to call {action} on {service}"
    return Violation("Role", f"Member must be a role that may call {action} on {service}", message=message)


def _queue(call: OperationCall) -> Any:
    arn = call.text("EventSourceArn")
    if ":sqs:" not in arn:
        return None
    return sqs_backends[request_context.account_id()][_place().region].queues.get(arn.rpartition(":")[2])


def _function(call: OperationCall) -> Any:
    return _lambda_backend().get_function(call.text("FunctionName"))


def _function_name(call: OperationCall) -> str:
    return call.text("FunctionName").rpartition(":function:")[2].partition(":")[0]


def _lambda_backend() -> Any:
    return lambda_backends[request_context.account_id()][_place().region]


def _place() -> Location:
    return execution_roles.location(request_context.account_id(), request_context.credential().region)


_ROLE_OF_QUEUE = frozenset({"lambda.CreateEventSourceMapping"})
_ROLE_IN_NETWORK = frozenset({"lambda.CreateFunction", "lambda.UpdateFunctionConfiguration"})

RULES = (
    DocumentedRule(frozenset({"iam.PutRolePolicy"}), _IAM_QUOTAS, _inline_policies),
    DocumentedRule(frozenset({"lambda.PutFunctionConcurrency"}), _CONCURRENCY, _reserved_concurrency),
    DocumentedRule(frozenset({"lambda.CreateEventSourceMapping"}), _QUEUE_TIMEOUT, _visibility_timeout),
    DocumentedRule(_ROLE_OF_QUEUE, _QUEUE_TIMEOUT, _role_of_queue),
    DocumentedRule(_ROLE_IN_NETWORK, _NETWORK_PERMISSIONS, _role_in_network),
)

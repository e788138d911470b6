"""What Lambda may do with the role of a function, where Lambda itself uses the role and not the function's code."""

from moto.iam.models import iam_backends

from scripts.local.aws import policy_document, policy_evaluation, request_context
from scripts.local.aws.authorization import callers
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission

_ABSENT = frozenset({"ec2:*", "kms:*", "lambda:*", "sqs:*"})
"""Lambda checks without keys of the resource: a condition on `ec2:Vpc` makes it refuse the role
(https://github.com/METR/inspect-action/pull/138)."""


def location(account_id: str, region: str) -> Location:
    """The place of a function."""
    return Location(request_context.partition(region), region, account_id)


def exists(role_arn: str, place: Location) -> bool:
    """Whether there is such a role."""
    roles = iam_backends[place.account_id][place.partition].roles
    return any(one.arn == role_arn for one in roles.values())


def allows(role_arn: str, permission: RequiredPermission, place: Location) -> bool:
    """Whether the role has a permission; one that does not exist has none."""
    caller = callers.of_role(role_arn, place)
    known = request_context.current_context(caller.principal)
    context = policy_document.RequestContext({**known.values, **permission.context}, known.absent | _ABSENT)
    policies = policy_evaluation.Policies(caller.identity, caller.limits, permission.resource_policy)
    request = policy_document.Request(permission.action, permission.resource, caller.principal, context)
    return policy_evaluation.evaluate(policies, request).allowed

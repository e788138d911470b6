"""Roles that a call gives to a service: `iam:PassRole`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from collections.abc import Iterator

from scripts.local.aws.authorization.required_permissions import RequiredPermission
from scripts.local.aws.operation_call import OperationCall

_SERVICES = {
    "ec2.CreateFlowLogs": "vpc-flow-logs.amazonaws.com",
    "lambda.CreateFunction": "lambda.amazonaws.com",
    "lambda.UpdateFunctionConfiguration": "lambda.amazonaws.com",
    "scheduler.CreateSchedule": "scheduler.amazonaws.com",
    "scheduler.UpdateSchedule": "scheduler.amazonaws.com",
}


def required_permissions(call: OperationCall) -> Iterator[RequiredPermission]:
    """One permission for the role that the call passes, if it passes one."""
    service = _SERVICES.get(call.name)
    target = call.parameters.get("Target") or {}
    role = call.text("Role", "DeliverLogsPermissionArn") or (target.get("RoleArn") if call.service != "ec2" else None)
    if service and role:
        yield RequiredPermission("iam:PassRole", role, {"iam:passedtoservice": service})

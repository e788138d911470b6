"""The permissions that calls need, for each service except S3; an unknown resource is matched only by `*`."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.sqs.models import sqs_backends

from scripts.local.aws.authorization import arns, ec2, keys, passed_roles
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.operation_call import OperationCall
from scripts.local.aws.policy_evaluation import Document

_BATCHES = re.compile(r"(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch")
_QUEUE_KEY_USE = {
    "SendMessage": ("GenerateDataKey", "Decrypt"),
    "ReceiveMessage": ("Decrypt",),
}
_SECRET_KEY_USE = {
    "GetSecretValue": ("Decrypt",),
    "PutSecretValue": ("GenerateDataKey", "Decrypt"),
    "UpdateSecret": ("GenerateDataKey", "Decrypt"),
}
_IAM_RESOURCES = {
    "RoleName": "role/{}",
    "UserName": "user/{}",
    "GroupName": "group/{}",
    "InstanceProfileName": "instance-profile/{}",
}


def required_permissions(call: OperationCall, location: Location) -> list[RequiredPermission]:
    """Every permission the call needs, including KMS for encrypted resources."""
    of_service = _SPECIAL.get(call.service, arns.required_permissions)
    return [*of_service(call, location), *passed_roles.required_permissions(call)]


def _of_sqs(call: OperationCall, location: Location) -> list[RequiredPermission]:
    batch = _BATCHES.fullmatch(call.operation.name)
    operation = batch[1] if batch else call.operation.name
    name = call.text("QueueUrl").rstrip("/").rpartition("/")[2] or call.text("QueueName")
    arn = call.text("SourceArn") or (location.arn("sqs", name) if name else "*")
    queue = sqs_backends[location.account_id][location.region].queues.get(name)
    action = f"sqs:{operation}"
    if queue is None:
        return [RequiredPermission(action, arn)]
    key: str | None = getattr(queue, "kms_master_key_id", None)  # Only set if the attributes name a key.
    return [
        RequiredPermission(action, arn, resource_policy=_document(queue.policy)),
        *keys.used_through("sqs", key, {"aws:sqs:arn": arn}, _QUEUE_KEY_USE.get(operation, ()), location),
    ]


def _of_secrets_manager(call: OperationCall, location: Location) -> list[RequiredPermission]:
    action = f"secretsmanager:{call.operation.name}"
    wanted = call.text("SecretId")
    secret = secretsmanager_backends[location.account_id][location.region].secrets.get(wanted) if wanted else None
    if not isinstance(secret, FakeSecret):
        name = wanted or call.text("Name")
        arn = name if name.startswith("arn:") else location.arn("secretsmanager", f"secret:{name}")
        return [RequiredPermission(action, arn if name else "*")]
    encryption_context = {"SecretARN": secret.arn}
    return [
        RequiredPermission(action, secret.arn, {"secretsmanager:secretid": secret.arn}, _document(secret.policy)),
        *keys.used_through(
            "secretsmanager",
            secret.kms_key_id,
            encryption_context,
            _SECRET_KEY_USE.get(call.operation.name, ()),
            location,
        ),
    ]


def _of_lambda(call: OperationCall, location: Location) -> list[RequiredPermission]:
    operation = {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}.get(
        call.operation.name, call.operation.name
    )
    action, mapping = f"lambda:{operation}", call.text("UUID")
    name = call.text("FunctionName").rpartition(":function:")[2]
    function = location.arn("lambda", f"function:{name}") if name else ""
    if mapping or operation == "CreateEventSourceMapping":
        found = lambda_backends[location.account_id][location.region].get_event_source_mapping(mapping)
        context = {"lambda:functionarn": found.function_arn if found else function}
        arn = location.arn("lambda", f"event-source-mapping:{mapping}") if mapping else "*"
        return [RequiredPermission(action, arn, context)]
    return [RequiredPermission(action, function or call.text("Resource", "CodeSigningConfigArn") or "*")]


def _of_logs(call: OperationCall, location: Location) -> list[RequiredPermission]:
    group = (
        call.text("logGroupName", "logGroupIdentifier", "resourceArn").rpartition(":log-group:")[2].removesuffix(":*")
    )
    arn = location.arn("logs", f"log-group:{group}:log-stream:{call.text('logStreamName')}") if group else "*"
    return [RequiredPermission(f"logs:{call.operation.name}", arn)]


def _of_iam(call: OperationCall, location: Location) -> list[RequiredPermission]:
    named = [
        location.global_arn("iam", form.format(call.text(name)))
        for name, form in _IAM_RESOURCES.items()
        if call.text(name)
    ]
    named += [call.text("PolicyArn", "OpenIDConnectProviderArn")]
    named += [location.global_arn("iam", f"policy/{call.text('PolicyName')}")] if call.text("PolicyName") else []
    named += [location.global_arn("iam", f"oidc-provider/{call.text('Url').removeprefix('https://')}")]
    arn = next(one for one in named if one)
    resource = "*" if arn.endswith("oidc-provider/") else arn
    return [RequiredPermission(f"iam:{call.operation.name}", resource, _boundary(call, location))]


def _boundary(call: OperationCall, location: Location) -> Mapping[str, str]:
    """The permissions boundary that the call sets, or that the role has."""
    roles = iam_backends[location.account_id][location.partition].roles.values()
    role = next((one for one in roles if one.name == call.text("RoleName")), None)
    boundary = call.text("PermissionsBoundary") or (role.permissions_boundary_arn if role else "")
    return {"iam:permissionsboundary": boundary} if boundary else {}


def _of_sts(call: OperationCall, location: Location) -> list[RequiredPermission]:
    if call.operation.name == "GetCallerIdentity":
        return []  # Needs no permission: API reference of STS.
    arn = call.text("RoleArn")
    role = next(
        (one for one in iam_backends[location.account_id][location.partition].roles.values() if one.arn == arn), None
    )
    trust = _document(role.assume_role_policy_document) if role else {}
    return [
        RequiredPermission(
            f"sts:{call.operation.name}", arn or "*", resource_policy=trust, requires_resource_policy=True
        )
    ]


def _document(text: Any) -> Document | None:
    if isinstance(text, Mapping):
        return text
    return dict(json.loads(text)) if text else None


_SPECIAL: Mapping[str, Callable[[OperationCall, Location], list[RequiredPermission]]] = {
    "ec2": ec2.required_permissions,
    "iam": _of_iam,
    "kms": keys.required_permissions,
    "lambda": _of_lambda,
    "logs": _of_logs,
    "secretsmanager": _of_secrets_manager,
    "sqs": _of_sqs,
    "sts": _of_sts,
}

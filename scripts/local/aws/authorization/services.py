"""The permissions that calls need, for each service except S3; an unknown resource is matched only by `*`."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.sqs.models import sqs_backends

from scripts.local.aws.authorization import keys
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
    special = _SPECIAL.get(call.service)
    if special:
        return special(call, location)
    return [RequiredPermission(f"{call.service}:{call.operation.name}", "*")]


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
        return [RequiredPermission(action, location.arn("secretsmanager", f"secret:{name}") if name else "*")]
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
    name = call.text("FunctionName").rpartition(":function:")[2]
    return [RequiredPermission(f"lambda:{operation}", location.arn("lambda", f"function:{name}") if name else "*")]


def _of_logs(call: OperationCall, location: Location) -> list[RequiredPermission]:
    group = call.text("logGroupName", "logGroupIdentifier").rpartition(":log-group:")[2].removesuffix(":*")
    arn = location.arn("logs", f"log-group:{group}:log-stream:{call.text('logStreamName')}") if group else "*"
    return [RequiredPermission(f"logs:{call.operation.name}", arn)]


def _of_iam(call: OperationCall, location: Location) -> list[RequiredPermission]:
    named = [
        location.global_arn("iam", form.format(call.text(name)))
        for name, form in _IAM_RESOURCES.items()
        if call.text(name)
    ]
    return [RequiredPermission(f"iam:{call.operation.name}", (named or [call.text("PolicyArn") or "*"])[0])]


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
    "iam": _of_iam,
    "kms": keys.required_permissions,
    "lambda": _of_lambda,
    "logs": _of_logs,
    "secretsmanager": _of_secrets_manager,
    "sqs": _of_sqs,
    "sts": _of_sts,
}

"""What calls permission of each service but S3; where a resource is not worked out here, only `*` concerns the call."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.sqs.models import sqs_backends

from scripts.local.aws.authorization import keys
from scripts.local.aws.authorization.calls import Call
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.policy_evaluation import Document

_PREFIXES = {"monitoring": "cloudwatch"}
"""Where the service's name in an action is not the one it signs with."""

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


def required_permissions(call: Call, location: Location) -> list[RequiredPermission]:
    """Every action the call needs, that of KMS behind an encrypted resource included."""
    special = _SPECIAL.get(call.service)
    if special:
        return special(call, location)
    return [RequiredPermission(f"{_PREFIXES.get(call.service, call.service)}:{call.operation}", "*")]


def _of_sqs(call: Call, location: Location) -> list[RequiredPermission]:
    batch = _BATCHES.fullmatch(call.operation)
    operation = batch[1] if batch else call.operation
    name = call.text("QueueUrl").rstrip("/").rpartition("/")[2] or call.text("QueueName")
    arn = call.text("SourceArn") or (location.arn("sqs", name) if name else "*")
    queue = sqs_backends[location.account_id][location.region].queues.get(name)
    action = f"sqs:{operation}"
    if queue is None:
        return [RequiredPermission(action, arn)]
    key: str | None = getattr(queue, "kms_master_key_id", None)  # Set from attributes, where they name one.
    return [
        RequiredPermission(action, arn, resource_policy=_document(queue.policy)),
        *keys.used_through("sqs", key, {"aws:sqs:arn": arn}, _QUEUE_KEY_USE.get(operation, ()), location),
    ]


def _of_secrets_manager(call: Call, location: Location) -> list[RequiredPermission]:
    action = f"secretsmanager:{call.operation}"
    wanted = call.text("SecretId")
    secret = secretsmanager_backends[location.account_id][location.region].secrets.get(wanted) if wanted else None
    if not isinstance(secret, FakeSecret):
        name = wanted or call.text("Name")
        return [RequiredPermission(action, location.arn("secretsmanager", f"secret:{name}") if name else "*")]
    encryption_context = {"SecretARN": secret.arn}
    return [
        RequiredPermission(action, secret.arn, {"secretsmanager:secretid": secret.arn}, _document(secret.policy)),
        *keys.used_through(
            "secretsmanager", secret.kms_key_id, encryption_context, _SECRET_KEY_USE.get(call.operation, ()), location
        ),
    ]


def _of_lambda(call: Call, location: Location) -> list[RequiredPermission]:
    operation = {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}.get(
        call.operation, call.operation
    )
    name = call.text("FunctionName").rpartition(":function:")[2]
    return [RequiredPermission(f"lambda:{operation}", location.arn("lambda", f"function:{name}") if name else "*")]


def _of_logs(call: Call, location: Location) -> list[RequiredPermission]:
    group = call.text("logGroupName", "logGroupIdentifier").rpartition(":log-group:")[2].removesuffix(":*")
    arn = location.arn("logs", f"log-group:{group}:log-stream:{call.text('logStreamName')}") if group else "*"
    return [RequiredPermission(f"logs:{call.operation}", arn)]


def _of_iam(call: Call, location: Location) -> list[RequiredPermission]:
    named = [
        location.global_arn("iam", form.format(call.text(name)))
        for name, form in _IAM_RESOURCES.items()
        if call.text(name)
    ]
    return [RequiredPermission(f"iam:{call.operation}", (named or [call.text("PolicyArn") or "*"])[0])]


def _of_sts(call: Call, location: Location) -> list[RequiredPermission]:
    if call.operation == "GetCallerIdentity":
        return []  # Whoever has credentials may ask whose they are: API reference of STS.
    arn = call.text("RoleArn")
    role = next(
        (one for one in iam_backends[location.account_id][location.partition].roles.values() if one.arn == arn), None
    )
    trust = _document(role.assume_role_policy_document) if role else {}
    return [
        RequiredPermission(f"sts:{call.operation}", arn or "*", resource_policy=trust, requires_resource_policy=True)
    ]


def _document(text: Any) -> Document | None:
    if isinstance(text, Mapping):
        return text
    return dict(json.loads(text)) if text else None


_SPECIAL: Mapping[str, Callable[[Call, Location], list[RequiredPermission]]] = {
    "iam": _of_iam,
    "kms": keys.required_permissions,
    "lambda": _of_lambda,
    "logs": _of_logs,
    "secretsmanager": _of_secrets_manager,
    "sqs": _of_sqs,
    "sts": _of_sts,
}

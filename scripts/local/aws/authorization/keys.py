"""The permissions on the KMS key of a resource."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from moto.kms.models import kms_backends
from moto.kms.utils import _deserialize_ciphertext_blob

from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.operation_call import OperationCall


def used_through(
    service: str, key: str | None, encryption_context: Mapping[str, str], actions: tuple[str, ...], location: Location
) -> list[RequiredPermission]:
    """The permissions that a caller needs when a service uses a key on the caller's behalf.

    AWS managed keys, and keys that do not exist, need none.
    """
    found = _find(key or "", location)
    if found is None or (key or "").startswith("alias/aws/"):
        return []
    context = {
        "kms:viaservice": f"{service}.{location.region}.amazonaws.com",
        "kms:calleraccount": location.account_id,
        **{f"kms:encryptioncontext:{name}".lower(): value for name, value in encryption_context.items()},
    }
    return [_permission(action, found, context) for action in actions]


def required_permissions(call: OperationCall, location: Location) -> list[RequiredPermission]:
    """The permission that a call to KMS needs; a ciphertext names its key."""
    context = {"kms:calleraccount": location.account_id}
    for name, value in (call.parameters.get("EncryptionContext") or {}).items():
        context[f"kms:encryptioncontext:{name}".lower()] = value
    found = _find(call.text("KeyId") or _key_of_ciphertext(call.parameters.get("CiphertextBlob")), location)
    if found is None:
        return [RequiredPermission(f"kms:{call.operation.name}", "*", context)]
    return [_permission(call.operation.name, found, context)]


def _permission(action: str, key: Any, context: Mapping[str, str]) -> RequiredPermission:
    return RequiredPermission(f"kms:{action}", key.arn, context, json.loads(key.policy), requires_resource_policy=True)


def _find(key: str, location: Location) -> Any:
    backend = kms_backends[location.account_id][location.region]
    name = backend.get_key_id(key)
    if "alias/" in key:
        alias = backend.get_alias_name(key)
        return next((one for one in backend.keys.values() if alias in one.aliases), None)
    return backend.keys.get(name)


def _key_of_ciphertext(blob: Any) -> str:
    with suppress(Exception):
        return str(_deserialize_ciphertext_blob(blob).key_id)
    return ""

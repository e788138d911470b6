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
    for tag in call.parameters.get("Tags") or []:
        context[f"aws:requesttag/{tag['TagKey']}".lower()] = tag["TagValue"]
    action, alias = call.operation.name, call.text("AliasName")
    of_alias = [RequiredPermission(f"kms:{action}", location.arn("kms", alias), context)] if alias else []
    named = call.text("KeyId", "TargetKeyId") or alias or _key_of_ciphertext(call.parameters.get("CiphertextBlob"))
    found = _find(named, location)
    if found is not None:
        return [*of_alias, _permission(action, found, {**context, **_tags(found, location)})]
    # With tags, a creation needs one more permission: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
    actions = (action, "TagResource") if action == "CreateKey" and call.parameters.get("Tags") else (action,)
    return of_alias or [RequiredPermission(f"kms:{one}", "*", context) for one in actions]


def _tags(key: Any, location: Location) -> Mapping[str, str]:
    tags = kms_backends[location.account_id][location.region].tagger.get_tag_dict_for_resource(key.id)
    return {f"aws:resourcetag/{name}".lower(): str(value) for name, value in tags.items()}


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

"""The KMS key behind a resource, and what a service asks of it on a caller's behalf."""

import json
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from moto.kms.models import kms_backends
from moto.kms.utils import _deserialize_ciphertext_blob

from scripts.local.aws.authorization.calls import Call
from scripts.local.aws.authorization.demands import Demand, Place


def used_through(
    service: str, key: str | None, context: Mapping[str, str], actions: tuple[str, ...], place: Place
) -> list[Demand]:
    """What the caller needs for a service to use a key for him.

    A key that AWS manages, or that is not there, demands nothing: the account has no say in it.
    """
    found = _find(key or "", place)
    if found is None or (key or "").startswith("alias/aws/"):
        return []
    facts = {
        "kms:viaservice": f"{service}.{place.region}.amazonaws.com",
        "kms:calleraccount": place.account_id,
        **{f"kms:encryptioncontext:{name}".lower(): value for name, value in context.items()},
    }
    return [_demand(action, found, facts) for action in actions]


def demands(call: Call, place: Place) -> list[Demand]:
    """What a call to KMS itself demands; a ciphertext names its key."""
    facts = {"kms:calleraccount": place.account_id}
    for name, value in (call.parameters.get("EncryptionContext") or {}).items():
        facts[f"kms:encryptioncontext:{name}".lower()] = value
    found = _find(call.text("KeyId") or _key_of_ciphertext(call.text("CiphertextBlob")), place)
    if found is None:
        return [Demand(f"kms:{call.operation}", "*", facts)]
    return [_demand(call.operation, found, facts)]


def _demand(action: str, key: Any, facts: Mapping[str, str]) -> Demand:
    return Demand(f"kms:{action}", key.arn, facts, json.loads(key.policy), rests_on_resource=True)


def _find(key: str, place: Place) -> Any:
    backend = kms_backends[place.account_id][place.region]
    name = backend.get_key_id(key)
    if "alias/" in key:
        alias = backend.get_alias_name(key)
        return next((one for one in backend.keys.values() if alias in one.aliases), None)
    return backend.keys.get(name)


def _key_of_ciphertext(text: str) -> str:
    with suppress(Exception):
        return str(_deserialize_ciphertext_blob(b64decode(text)).key_id)
    return ""

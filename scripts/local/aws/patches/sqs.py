"""Patches of moto's SQS."""

from typing import Any

from moto.sqs.models import Queue

from scripts.local.aws.patches.registry import Replacements, patch
from scripts.local.aws.request_lock import REQUEST_LOCK

_TEXTS = "local_aws_policy_texts"
_SQS_KEY = "SqsManagedSseEnabled"


@patch
def keeps_policy_texts(moto: Replacements) -> None:
    """`Policy` and `RedrivePolicy` come back reformatted, and an update of another attribute removes `Policy`."""
    original_set, original_attributes = Queue._set_attributes, vars(Queue)["attributes"]

    def _set_attributes(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
        texts = vars(self).setdefault(_TEXTS, {})
        for name in ("Policy", "RedrivePolicy"):
            if name in attributes:
                texts[name] = attributes[name]
        original_set(self, {**attributes, "Policy": texts.get("Policy")}, now)

    def attributes(self: Queue) -> dict[str, Any]:
        given = {name: text for name, text in vars(self).get(_TEXTS, {}).items() if text}
        return {**original_attributes.__get__(self), **given}

    moto.replace(Queue, "_set_attributes", _set_attributes)
    moto.replace(Queue, "attributes", property(attributes))


@patch
def knows_redrive_allow_policy(moto: Replacements) -> None:
    """`RedriveAllowPolicy` is accepted and dropped; reading it is an error."""
    original = Queue._set_attributes

    def _set_attributes(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
        vars(self).setdefault("redrive_allow_policy", None)
        original(self, attributes, now)

    moto.replace(Queue, "BASE_ATTRIBUTES", [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"])
    moto.replace(Queue, "_set_attributes", _set_attributes)


@patch
def has_one_encryption(moto: Replacements) -> None:
    """A queue with a key of KMS says that it is encrypted with the key of SQS as well."""
    original = vars(Queue)["attributes"]

    def attributes(self: Queue) -> dict[str, Any]:
        found: dict[str, Any] = original.__get__(self)
        return {**found, _SQS_KEY: "false"} if found.get("KmsMasterKeyId") and _SQS_KEY in found else found

    moto.replace(Queue, "attributes", property(attributes))


@patch
def waits_without_the_request_lock(moto: Replacements) -> None:
    """A long poll would hold the request lock, and block all others, for up to 20 seconds."""
    original = Queue.wait_for_messages

    def wait_for_messages(self: Queue, timeout: int) -> None:
        with REQUEST_LOCK.released():
            original(self, timeout)

    moto.replace(Queue, "wait_for_messages", wait_for_messages)

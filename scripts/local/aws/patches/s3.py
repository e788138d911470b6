"""Patches of moto's S3."""

import json
from collections.abc import Callable
from typing import Any

from flask import has_request_context, request
from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from scripts.local.aws import policy_document
from scripts.local.aws.patches.registry import Replacements, patch
from scripts.local.aws.s3_actions import object_action

_SIZES = "local_aws_object_sizes"
_OBJECT_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


@patch
def evaluates_parts_by_their_upload(moto: Replacements) -> None:
    """A part of an upload has no encryption headers, and is evaluated as if it were unencrypted."""
    original = FakeBucket.get_permission

    def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
        upload = self.multiparts.get(request.args.get("uploadId", "")) if has_request_context() else None
        if upload is None or self.policy is None:
            return original(self, action, resource)
        given = {
            "s3:x-amz-server-side-encryption": upload.sse_encryption,
            "s3:x-amz-server-side-encryption-aws-kms-key-id": upload.kms_key_id,
        }
        return IAMPolicy(self.policy.decode()).is_action_permitted(
            action, resource, incoming_condition_values={key: value for key, value in given.items() if value}
        )

    moto.replace(FakeBucket, "get_permission", get_permission)


@patch
def names_object_actions(moto: Replacements) -> None:
    """Tagging an object is checked as PutObject, reading the tags of a version as GetObjectVersion."""
    original_permission, original_action = FakeBucket.get_permission, S3Response._set_action

    def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
        if has_request_context() and "delete" not in request.args:
            action = f"s3:{object_action(request.method, request.args)}"
        return original_permission(self, action, resource)

    def _set_action(self: S3Response, kind: str, method: str, query: dict[str, Any]) -> None:
        original_action(self, kind, method, query)
        if kind == "KEY":
            self.data["Action"] = object_action(method, query)

    moto.replace(FakeBucket, "get_permission", get_permission)
    moto.replace(S3Response, "_set_action", _set_action)


@patch
def lets_logs_be_delivered(moto: Replacements) -> None:
    """PutBucketLogging fails or is refused unless the target's policy has one exact form."""

    def _log_permissions_enabled_policy(self: FakeBucket, target_bucket: FakeBucket, target_prefix: str | None) -> bool:
        if target_bucket.policy is None:
            return False
        delivery = policy_document.Request(
            action="s3:PutObject",
            resource=f"{target_bucket.arn}/{target_prefix or ''}2000-01-01-00-00-00-0123456789ABCDEF",
            principal=policy_document.Principal(service="logging.s3.amazonaws.com"),
            context=policy_document.RequestContext(
                {
                    "aws:securetransport": "true",
                    "aws:sourceaccount": self.account_id,
                    "aws:sourcearn": self.arn,
                    "aws:principalisawsservice": "true",
                    "aws:principalservicename": "logging.s3.amazonaws.com",
                },
                absent=frozenset({"aws:principal*", "s3:x-amz-*"}),
            ),
        )
        return policy_document.decide(json.loads(target_bucket.policy), delivery) is policy_document.Decision.ALLOW

    moto.replace(FakeBucket, "_log_permissions_enabled_policy", _log_permissions_enabled_policy)


@patch
def tells_eventbridge_notification(moto: Replacements) -> None:
    """GetBucketNotificationConfiguration lacks EventBridgeConfiguration: each plan shows a change."""
    original = S3Response.get_bucket_notification

    def get_bucket_notification(self: S3Response) -> TYPE_RESPONSE:
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration and configuration.event_bridge is not None:
            _change_result(self, lambda result: {**result, "EventBridgeConfiguration": {}})
        return original(self)

    moto.replace(S3Response, "get_bucket_notification", get_bucket_notification)


@patch
def keeps_object_sizes_of_lifecycle_filters(moto: Replacements) -> None:
    """A lifecycle filter loses its object sizes, so its rule applies to other objects."""
    original_set, original_get = FakeBucket.set_lifecycle, S3Response.get_bucket_lifecycle

    def set_lifecycle(self: FakeBucket, rules: list[dict[str, Any]]) -> None:
        original_set(self, rules)
        for rule, given in zip(self.rules, rules, strict=True):
            given_filter = given.get("Filter") or {}
            sizes = given_filter.get("And") or given_filter
            setattr(rule, _SIZES, {name: int(sizes[name]) for name in _OBJECT_SIZES if name in sizes})

    def get_bucket_lifecycle(self: S3Response) -> TYPE_RESPONSE:
        rules = self.backend.get_bucket_lifecycle(self.bucket_name)

        def with_sizes(result: dict[str, Any]) -> dict[str, Any]:
            for rendered, rule in zip(result["Rules"], rules, strict=True):
                rendered_filter = rendered.get("Filter", {})
                rendered_filter.get("And", rendered_filter).update(getattr(rule, _SIZES, {}))
            return result

        _change_result(self, with_sizes)
        return original_get(self)

    moto.replace(FakeBucket, "set_lifecycle", set_lifecycle)
    moto.replace(S3Response, "get_bucket_lifecycle", get_bucket_lifecycle)


def _change_result(response: S3Response, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Apply `change` to the result of this response before it is serialised, unless it is an error."""
    serialized = response.serialized

    def serialized_after_change(answer: ActionResult) -> TYPE_RESPONSE:
        result = answer.result
        return serialized(ActionResult(change(result)) if isinstance(result, dict) else answer)

    response.serialized = serialized_after_change  # type: ignore[assignment, method-assign]

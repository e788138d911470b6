"""S3's event "Object Created", for EventBridge rules that invoke a function."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scripts.local.runtime.aws import Aws

_EVENT = "Object Created"
_SEQUENCES_PER_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class ObjectCreatedRule:
    """An enabled rule: its buckets, key prefixes and functions."""

    name: str
    buckets: tuple[str, ...]
    prefixes: tuple[str, ...]
    function_arns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreatedObject:
    """A new version of an object, and the functions to invoke."""

    bucket: str
    key: str
    version: str
    size_bytes: int
    etag: str
    function_arns: tuple[str, ...]

    def event(self, account: str, region: str, now: float) -> bytes:
        """The event that EventBridge sends: https://docs.amazonaws.cn/en_us/AmazonS3/latest/userguide/ev-events.html.

        Whoever put the object is not known here, so the requester is the bucket's account.
        """
        return json.dumps(
            {
                "version": "0",
                "id": str(uuid.uuid4()),
                "detail-type": _EVENT,
                "source": "aws.s3",
                "account": account,
                "time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "region": region,
                "resources": [f"arn:aws:s3:::{self.bucket}"],
                "detail": {
                    "version": "0",
                    "bucket": {"name": self.bucket},
                    "object": {
                        "key": self.key,
                        "size": self.size_bytes,
                        "etag": self.etag,
                        "version-id": self.version,
                        "sequencer": f"{int(now * _SEQUENCES_PER_SECOND):016X}",
                    },
                    "request-id": uuid.uuid4().hex[:16].upper(),
                    "requester": account,
                    "source-ip-address": "127.0.0.1",
                    "reason": "PutObject",
                },
            }
        ).encode()


def rules(aws: Aws) -> list[ObjectCreatedRule]:
    """The enabled rules for this event that have a function as target."""
    events = aws.client("events")
    found = []
    for page in events.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            pattern = json.loads(rule.get("EventPattern") or "{}")
            if rule["State"] != "ENABLED" or _EVENT not in pattern.get("detail-type", []):
                continue
            targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            functions = tuple(one["Arn"] for one in targets if ":lambda:" in one["Arn"])
            detail = pattern.get("detail", {})
            keys = detail.get("object", {}).get("key", [{"prefix": ""}])
            prefixes = tuple(one["prefix"] if isinstance(one, dict) else one for one in keys)
            found.append(ObjectCreatedRule(rule["Name"], tuple(detail["bucket"]["name"]), prefixes, functions))
    return [rule for rule in found if rule.function_arns]


@dataclass(slots=True)
class ObjectWatch:
    """Finds new versions of objects by listing them; those at the start do not count."""

    aws: Aws
    _seen: set[tuple[str, str, str]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Record the existing versions."""
        for _ in self.created():
            pass

    def created(self) -> list[CreatedObject]:
        """The versions that are new since the last call, by the current rules."""
        return [new for rule in rules(self.aws) for new in self._created(rule)]

    def _created(self, rule: ObjectCreatedRule) -> Iterator[CreatedObject]:
        for bucket in rule.buckets:
            for prefix in rule.prefixes:
                for one in self._versions(bucket, prefix):
                    identity = (rule.name, one["Key"], one["VersionId"])
                    if identity not in self._seen:
                        self._seen.add(identity)
                        etag = one["ETag"].strip('"')
                        yield CreatedObject(bucket, one["Key"], one["VersionId"], one["Size"], etag, rule.function_arns)

    def _versions(self, bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
        pages = self.aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            yield from page.get("Versions", [])

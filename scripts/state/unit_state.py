"""One unit's state as the S3 backend keeps it: an object with versions, its digest, and two locks.

The layout is that of Terraform's S3 backend: https://developer.hashicorp.com/terraform/language/backend/s3.
"""

import getpass
import hashlib
import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from scripts.account.account import called
from scripts.common.errors import UserError

NEWEST = 50
"""How many versions are read: a repair goes back by one or two."""

_IN_USE = (
    "someone holds the lock of this state, so nothing was written. See who it is with: state-repair UNIT; "
    "wait for them, or if that run is dead: terragrunt force-unlock LOCK_ID"
)
_ADVICE = {
    "ConditionalCheckFailedException": _IN_USE,
    "NoSuchBucket": "there is no state bucket. Create it again with: terragrunt backend bootstrap",
    "ResourceNotFoundException": "there is no lock table. Create it again with: terragrunt backend bootstrap",
}
_called = partial(called, advice=_ADVICE)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the state object; `written` is in UTC, and at most one version is the current one."""

    version_id: str
    written: datetime
    is_current: bool
    content: bytes

    @property
    def digest(self) -> str:
        """What the lock table has to hold for Terraform to accept this version."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()

    @property
    def state(self) -> dict[str, Any] | None:
        """The state it holds, or None where Terraform could not read it."""
        try:
            found = json.loads(self.content)
        except ValueError:
            return None
        if not isinstance(found, dict) or not {"version", "serial", "lineage", "resources"} <= found.keys():
            return None
        resources = found["resources"]
        known = isinstance(resources, list) and all(isinstance(resource, dict) for resource in resources)
        return found if known else None

    @property
    def managed(self) -> int:
        """How many resources that state manages; data sources are not counted."""
        resources = self.state["resources"] if self.state else []
        return sum(resource.get("mode") == "managed" for resource in resources)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as Terraform wrote it, and where it was found: in the table, the bucket, or both."""

    lock_id: str
    who: str
    operation: str
    created: str
    places: tuple[str, ...]


class UnitState:
    """Reads and repairs the state of a unit; every write happens under Terraform's own lock.

    Parameters
    ----------
    name
        The state bucket, and the lock table of the same name.
    key
        The object's key, `live/<environment>/<unit>/terraform.tfstate`.
    s3, dynamodb
        boto3 clients.

    """

    def __init__(self, name: str, key: str, s3: Any, dynamodb: Any) -> None:
        self.name = name
        self.key = key
        self._s3 = s3
        self._dynamodb = dynamodb
        self._lock_item = f"{name}/{key}"

    def versions(self) -> list[Version]:
        """The newest versions, the newest first."""
        return [
            Version(
                row["VersionId"],
                row["LastModified"].astimezone(UTC),
                row["IsLatest"],
                _called(self._s3.get_object, Bucket=self.name, Key=self.key, VersionId=row["VersionId"])["Body"].read(),
            )
            for row in self._rows()[:NEWEST]
        ]

    def recorded_digest(self) -> str | None:
        """The digest that Terraform expects of the object; None where none is recorded."""
        return self._text(f"{self._lock_item}-md5", "Digest")

    def locks(self) -> list[Lock]:
        """The locks that are held: none, one in both places, or half of one."""
        places: dict[str, list[str]] = {}
        for place, info in (
            ("lock table", self._text(self._lock_item, "Info")),
            (".tflock object", self._lock_in_bucket()),
        ):
            if info:
                places.setdefault(info, []).append(place)
        return [_lock(info, tuple(found)) for info, found in places.items()]

    def accept(self, version: Version, seen: Version | None) -> None:
        """Record the digest of a version; `seen` was current when the user decided."""
        with self._held(seen):
            self._record(version.digest)

    def restore(self, version: Version, seen: Version | None) -> None:
        """Make an earlier version the current one, as a new version on top, and record its digest."""
        with self._held(seen):
            _called(
                self._s3.put_object,
                Bucket=self.name,
                Key=self.key,
                Body=version.content,
                ContentType="application/json",
                ServerSideEncryption="AES256",
            )
            self._record(version.digest)

    @contextmanager
    def _held(self, seen: Version | None) -> Iterator[None]:
        """Hold the lock in the table, which Terraform needs for any write.

        Raises UserError where someone holds a lock, or has written since `seen` was current.
        """
        info = {
            "ID": str(uuid.uuid4()),
            "Operation": "state-repair",
            "Info": "",
            "Who": f"{getpass.getuser()}@{socket.gethostname()}",
            "Version": "",
            "Created": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "Path": self._lock_item,
        }
        _called(
            self._dynamodb.put_item,
            TableName=self.name,
            Item={"LockID": {"S": self._lock_item}, "Info": {"S": json.dumps(info)}},
            ConditionExpression="attribute_not_exists(LockID)",
        )
        try:
            if self._lock_in_bucket():
                raise UserError(f"The state is locked: {_IN_USE}.")
            if self._current_id() != (seen and seen.version_id):
                raise UserError("The state has changed meanwhile, so nothing was written. Look at it again.")
            yield
        finally:
            _called(self._dynamodb.delete_item, TableName=self.name, Key={"LockID": {"S": self._lock_item}})

    def _record(self, digest: str) -> None:
        item = {"LockID": {"S": f"{self._lock_item}-md5"}, "Digest": {"S": digest}}
        _called(self._dynamodb.put_item, TableName=self.name, Item=item)

    def _rows(self) -> list[dict[str, Any]]:
        listed = _called(self._s3.list_object_versions, Bucket=self.name, Prefix=self.key)
        return [row for row in listed.get("Versions", []) if row["Key"] == self.key]

    def _current_id(self) -> str | None:
        return next((str(row["VersionId"]) for row in self._rows() if row["IsLatest"]), None)

    def _text(self, lock_id: str, attribute: str) -> str | None:
        key = {"LockID": {"S": lock_id}}
        item = _called(self._dynamodb.get_item, TableName=self.name, Key=key, ConsistentRead=True).get("Item", {})
        return str(item[attribute]["S"]) if attribute in item else None

    def _lock_in_bucket(self) -> str | None:
        key = f"{self.key}.tflock"
        listed = _called(self._s3.list_objects_v2, Bucket=self.name, Prefix=key)
        if not listed["KeyCount"]:
            return None
        content: bytes = _called(self._s3.get_object, Bucket=self.name, Key=key)["Body"].read()
        return content.decode()


def _lock(info: str, places: tuple[str, ...]) -> Lock:
    try:
        found = json.loads(info)
        return Lock(found["ID"], found["Who"], found["Operation"], found["Created"], places)
    except (ValueError, KeyError, TypeError):
        raise UserError(f"The lock in the {places[0]} was not written by Terraform: {info[:200]!r}") from None

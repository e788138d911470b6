"""One unit's state as the S3 backend keeps it: an object with versions, its digest, and its locks.

The layout is that of Terraform's S3 backend: https://developer.hashicorp.com/terraform/language/backend/s3.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scripts.common.errors import UserError
from scripts.state.state_lock import StateLock
from scripts.state.unit_locks import Lock, UnitLocks, called

NEWEST = 50
"""How many versions are read: a repair goes back by one or two."""


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
    lock
        Where the state is locked. A digest is kept only if that is in the table.

    """

    def __init__(self, name: str, key: str, s3: Any, dynamodb: Any, lock: StateLock) -> None:
        self.name = name
        self.key = key
        self.lock = lock
        self._s3 = s3
        self._locks = UnitLocks(name, key, s3, dynamodb, lock)

    def versions(self) -> list[Version]:
        """The newest versions, the newest first."""
        return [
            Version(
                row["VersionId"],
                row["LastModified"].astimezone(UTC),
                row["IsLatest"],
                called(self._s3.get_object, Bucket=self.name, Key=self.key, VersionId=row["VersionId"])["Body"].read(),
            )
            for row in self._rows()[:NEWEST]
        ]

    def recorded_digest(self) -> str | None:
        """The digest that Terraform expects of the object; None where none is recorded, or none is kept."""
        return self._locks.digest()

    def locks(self) -> list[Lock]:
        """The locks that are held: none, one in both places, or half of one."""
        return self._locks.found()

    def accept(self, version: Version, seen: Version | None) -> None:
        """Record the digest of a version; `seen` was current when the user decided."""
        with self._held(seen):
            self._locks.record_digest(version.digest)

    def restore(self, version: Version, seen: Version | None) -> None:
        """Make an earlier version the current one, as a new version on top, and record its digest."""
        with self._held(seen):
            called(
                self._s3.put_object,
                Bucket=self.name,
                Key=self.key,
                Body=version.content,
                ContentType="application/json",
                ServerSideEncryption="AES256",
            )
            self._locks.record_digest(version.digest)

    @contextmanager
    def _held(self, seen: Version | None) -> Iterator[None]:
        """Hold the locks; raises UserError where someone holds one, or has written since `seen` was current."""
        with self._locks.held():
            if self._current_id() != (seen and seen.version_id):
                raise UserError("The state has changed meanwhile, so nothing was written. Look at it again.")
            yield

    def _rows(self) -> list[dict[str, Any]]:
        listed = called(self._s3.list_object_versions, Bucket=self.name, Prefix=self.key)
        return [row for row in listed.get("Versions", []) if row["Key"] == self.key]

    def _current_id(self) -> str | None:
        return next((str(row["VersionId"]) for row in self._rows() if row["IsLatest"]), None)

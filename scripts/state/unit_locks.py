"""The locks of one unit's state, and the digest that is kept beside the lock in the table."""

import getpass
import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from scripts.account import account
from scripts.common.errors import UserError
from scripts.state.state_lock import StateLock

_IN_USE = (
    "someone holds the lock of this state, so nothing was written. See who it is with: state-repair UNIT; "
    "wait for them, or if that run is dead: terragrunt force-unlock LOCK_ID"
)
called = partial(
    account.called,
    advice={
        "ConditionalCheckFailedException": _IN_USE,
        "PreconditionFailed": _IN_USE,
        "ConditionalRequestConflict": _IN_USE,
        "NoSuchBucket": "there is no state bucket. Create it again with: terragrunt backend bootstrap",
        "ResourceNotFoundException": "there is no lock table. Create it again with: terragrunt backend bootstrap",
    },
)
"""Call AWS; raises UserError with what to do about the errors of a state backend."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as Terraform wrote it, and where it was found: in the table, the bucket, or both."""

    lock_id: str
    who: str
    operation: str
    created: str
    places: tuple[str, ...]


class UnitLocks:
    """Finds and holds the locks of a state in the places that `lock` names, as Terraform's S3 backend does.

    Parameters
    ----------
    name
        The state bucket, and the lock table of the same name.
    key
        The state's key in the bucket.
    s3, dynamodb
        boto3 clients. DynamoDB is asked for nothing where no lock is in the table: there may be no table.
    lock
        Where the state is locked.

    """

    def __init__(self, name: str, key: str, s3: Any, dynamodb: Any, lock: StateLock) -> None:
        self._name = name
        self._lock_file = f"{key}.tflock"
        self._item = f"{name}/{key}"
        self._s3 = s3
        self._dynamodb = dynamodb
        self._lock = lock

    def digest(self) -> str | None:
        """The recorded digest of the state; None where none is recorded, or none is kept."""
        return self._text(f"{self._item}-md5", "Digest")

    def record_digest(self, digest: str) -> None:
        """Record the digest of a state, if digests are kept."""
        if self._lock.in_table:
            item = {"LockID": {"S": f"{self._item}-md5"}, "Digest": {"S": digest}}
            called(self._dynamodb.put_item, TableName=self._name, Item=item)

    def found(self) -> list[Lock]:
        """The locks that are held: none, one in both places, or half of one."""
        places: dict[str, list[str]] = {}
        for place, info in (("lock table", self._text(self._item, "Info")), (".tflock object", self._in_bucket())):
            if info:
                places.setdefault(info, []).append(place)
        return [_lock(info, tuple(found)) for info, found in places.items()]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold every lock that Terraform needs for a write; raises UserError where someone holds one."""
        info = json.dumps(
            {
                "ID": str(uuid.uuid4()),
                "Operation": "state-repair",
                "Info": "",
                "Who": f"{getpass.getuser()}@{socket.gethostname()}",
                "Version": "",
                "Created": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
                "Path": self._item,
            }
        )
        with ExitStack() as taken:
            if self._lock.in_table:
                taken.enter_context(self._held_in_table(info))
            if self._lock.in_bucket:
                taken.enter_context(self._held_in_bucket(info))
            elif self._in_bucket():
                raise UserError(f"The state is locked: {_IN_USE}.")
            yield

    @contextmanager
    def _held_in_table(self, info: str) -> Iterator[None]:
        called(
            self._dynamodb.put_item,
            TableName=self._name,
            Item={"LockID": {"S": self._item}, "Info": {"S": info}},
            ConditionExpression="attribute_not_exists(LockID)",
        )
        try:
            yield
        finally:
            called(self._dynamodb.delete_item, TableName=self._name, Key={"LockID": {"S": self._item}})

    @contextmanager
    def _held_in_bucket(self, info: str) -> Iterator[None]:
        """Write the lock file only where there is none.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        """
        called(
            self._s3.put_object,
            Bucket=self._name,
            Key=self._lock_file,
            Body=info.encode(),
            ContentType="application/json",
            ServerSideEncryption="AES256",
            IfNoneMatch="*",
        )
        try:
            yield
        finally:
            called(self._s3.delete_object, Bucket=self._name, Key=self._lock_file)

    def _text(self, lock_id: str, attribute: str) -> str | None:
        if not self._lock.in_table:
            return None
        key = {"LockID": {"S": lock_id}}
        item = called(self._dynamodb.get_item, TableName=self._name, Key=key, ConsistentRead=True).get("Item", {})
        return str(item[attribute]["S"]) if attribute in item else None

    def _in_bucket(self) -> str | None:
        listed = called(self._s3.list_objects_v2, Bucket=self._name, Prefix=self._lock_file)
        if not listed["KeyCount"]:
            return None
        content: bytes = called(self._s3.get_object, Bucket=self._name, Key=self._lock_file)["Body"].read()
        return content.decode()


def _lock(info: str, places: tuple[str, ...]) -> Lock:
    try:
        found = json.loads(info)
        return Lock(found["ID"], found["Who"], found["Operation"], found["Created"], places)
    except (ValueError, KeyError, TypeError):
        raise UserError(f"The lock in the {places[0]} was not written by Terraform: {info[:200]!r}") from None

"""The state of one unit as the backend holds it, and applies that are stopped in the middle."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.platform import DEV, TERRAGRUNT, Platform, Ran

KEY_ALIAS = f"alias/{DEV.prefix}"


class Backend:
    """What is stored for one unit, past Terraform."""

    def __init__(self, platform: Platform, unit: str) -> None:
        self.bucket = platform.state_bucket
        self.key = f"live/{platform.environment.name}/{unit}/terraform.tfstate"
        self.s3 = platform.client("s3")
        self.dynamodb = platform.client("dynamodb")
        self._item = f"{self.bucket}/{self.key}"

    def lock_in_table(self) -> dict[str, str] | None:
        found = self.dynamodb.get_item(TableName=self.bucket, Key={"LockID": {"S": self._item}})
        return json.loads(found["Item"]["Info"]["S"]) if "Item" in found else None

    def lock_in_bucket(self) -> dict[str, str] | None:
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"{self.key}.tflock")
        return json.loads(self._read(f"{self.key}.tflock")) if listed["KeyCount"] else None

    def locks(self) -> tuple[dict[str, str] | None, dict[str, str] | None]:
        return self.lock_in_table(), self.lock_in_bucket()

    def content(self) -> bytes:
        return self._read(self.key)

    def state(self) -> dict[str, Any]:
        return json.loads(self.content())

    def versions(self) -> list[dict[str, Any]]:
        """The newest first."""
        listed = self.s3.list_object_versions(Bucket=self.bucket, Prefix=self.key)
        return [version for version in listed.get("Versions", []) if version["Key"] == self.key]

    def overwrite(self, content: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=self.key, Body=content)

    def recorded_digest(self) -> str:
        found = self.dynamodb.get_item(TableName=self.bucket, Key={"LockID": {"S": f"{self._item}-md5"}})
        return str(found["Item"]["Digest"]["S"])

    def record_digest(self, digest: str) -> None:
        item = {"LockID": {"S": f"{self._item}-md5"}, "Digest": {"S": digest}}
        self.dynamodb.put_item(TableName=self.bucket, Item=item)

    def put_lock_in_bucket(self, lock: dict[str, str]) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.key}.tflock", Body=json.dumps(lock).encode())

    def put_lock_in_table(self, lock: dict[str, str]) -> None:
        item = {"LockID": {"S": self._item}, "Info": {"S": json.dumps(lock)}}
        self.dynamodb.put_item(TableName=self.bucket, Item=item)

    def _read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()


@dataclass(frozen=True, slots=True)
class Apply:
    """An apply that runs, with all it started in one process group, as a terminal has it."""

    process: subprocess.Popen[bytes]
    output: Path

    def send(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)

    def printed(self) -> str:
        return self.output.read_text()

    def end(self, seconds: int = 90) -> Ran:
        return Ran(self.process.wait(seconds), self.printed())


@contextmanager
def applying(platform: Platform, unit: str, output: Path, *arguments: str) -> Iterator[Apply]:
    """Start an apply; whatever is left of it is killed in the end."""
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [TERRAGRUNT, "apply", "-auto-approve", *arguments],
            cwd=platform.environment.folder / unit,
            env=platform.variables,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Apply(process, output)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


def wait_until[Answer](holds: Callable[[], Answer], apply: Apply, seconds: int = 60) -> Answer:
    """What a condition answers once it holds; fails where the apply ends first, or at the limit."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if answer := holds():
            return answer
        assert apply.process.poll() is None, apply.printed()[-4000:]
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {seconds} s: {apply.printed()[-4000:]}")


def own_keys(platform: Platform) -> set[str]:
    """The ids of the keys that were not there from the beginning, as AWS's own are."""
    kms = platform.client("kms")
    ids = {key["KeyId"] for key in kms.list_keys()["Keys"]}
    return {one for one in ids if kms.describe_key(KeyId=one)["KeyMetadata"]["Description"].startswith("Encrypts ")}


def keys_that_rotate(platform: Platform) -> set[str]:
    """Those of which Terraform surely knows: it asks for rotation once it was told the key's id."""
    kms = platform.client("kms")
    return {one for one in own_keys(platform) if kms.get_key_rotation_status(KeyId=one)["KeyRotationEnabled"]}


def key_of_alias(platform: Platform) -> str:
    return str(platform.client("kms").describe_key(KeyId=KEY_ALIAS)["KeyMetadata"]["KeyId"])

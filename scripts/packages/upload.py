"""Puts a package into the artifacts bucket: once for each content, and never over another."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.packages.contents import content_digest
from scripts.packages.errors import MismatchError, UploadError
from scripts.packages.manifest import Manifest, Place
from scripts.packages.verify import read_entries, verify

_ATTEMPTS = 5
_PATIENCE = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": _ATTEMPTS})
# S3's answers to a conditional write where somebody else was faster, or is about to be.
_NOT_FIRST = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_ADVICE = {
    "NoSuchBucket": "apply the unit s3_artifacts first",
    "403": "the caller needs s3:ListBucket on the bucket, and s3:GetObject and s3:PutObject on its objects",
    "AccessDenied": "the caller needs s3:PutObject there and the use of the bucket's key",
}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Where a package is, and whether this call put it there."""

    uri: str
    written: bool


def upload(
    place: Place, bucket: str, say: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> Uploaded:
    """Upload a package unless its content is there; `say` is told whom it talks to before anything is sent.

    Raises `MismatchError` where the zip is not what its manifest says, or the object not what its key says,
    and `UploadError` where AWS refuses or cannot be reached.
    """
    manifest, zipped = verify(place)
    with _explained("AWS"):
        account = boto3.client("sts", config=_PATIENCE).get_caller_identity()["Account"]
        s3 = boto3.client("s3", config=_PATIENCE)
    say(f"account {account}, endpoint {s3.meta.endpoint_url}")
    shelf = _Shelf(s3, bucket, account, manifest)
    with _explained(shelf.uri):
        for attempt in range(_ATTEMPTS):
            if shelf.holds_it():
                return Uploaded(shelf.uri, written=False)
            if shelf.takes(zipped):
                return Uploaded(shelf.uri, written=True)
            wait(attempt)
    raise UploadError(f"{shelf.uri}: others kept writing it, yet it is not there; try again")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The place in the bucket that is meant for one content."""

    s3: Any
    bucket: str
    account: str
    manifest: Manifest

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.manifest.object_key}"

    @property
    def _object(self) -> dict[str, str]:
        # The owner is asked for, so that nobody else's bucket of that name is ever read or written.
        return {"Bucket": self.bucket, "Key": self.manifest.object_key, "ExpectedBucketOwner": self.account}

    def holds_it(self) -> bool:
        """Tell whether the content is there; raises `MismatchError` where something else is.

        Another machine's zlib may have deflated the same content to other bytes: that is good as well.
        """
        try:
            head = self.s3.head_object(**self._object, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return False
            raise
        if head.get("ChecksumSHA256") == self.manifest.code_sha256:
            return True
        stored = self.s3.get_object(**self._object)["Body"].read()
        digest = content_digest(read_entries(stored, self.uri))
        if digest != self.manifest.content_digest:
            raise MismatchError(
                f"{self.uri} holds the content {digest}, not what its key says: find out who wrote it, "
                f"remove it, and upload again"
            )
        return True

    def takes(self, zipped: bytes) -> bool:
        """Put the zip there and check that it arrived; false where somebody else was faster."""
        try:
            self.s3.put_object(
                **self._object,
                Body=zipped,
                ContentType="application/zip",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=self.manifest.code_sha256,
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FIRST:
                return False
            raise
        if not self.holds_it():
            raise UploadError(f"{self.uri} was written, and is gone: does something else remove objects there?")
        return True


@contextlib.contextmanager
def _explained(where: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        advice = _ADVICE.get(code, "see what AWS says")
        raise UploadError(f"{where}: {error.operation_name} was refused ({code}: {said}); {advice}") from error
    except BotoCoreError as error:
        raise UploadError(f"{where}: {error}; check credentials, region and endpoint (AWS_ENDPOINT_URL)") from error

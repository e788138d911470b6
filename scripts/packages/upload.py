"""Puts a package into the artifacts bucket, once for each content, and never overwrites an object."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.common.errors import UserError
from scripts.packages.archive import read_entries
from scripts.packages.contents import content_digest
from scripts.packages.manifest import Manifest, Place
from scripts.packages.verify import verify

_ATTEMPTS = 5
_PATIENCE = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": _ATTEMPTS})
# S3's answers to a conditional write where another upload was first, or is under way.
_NOT_FIRST = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_ADVICE = {
    "NoSuchBucket": "apply the unit s3_artifacts first",
    "403": "the caller needs s3:ListBucket on the bucket, and s3:GetObject and s3:PutObject on its objects",
    "AccessDenied": "the caller needs s3:PutObject on the bucket's objects, and the use of its KMS key",
}


def upload(
    place: Place, bucket: str, say: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> tuple[str, bool]:
    """Upload a package unless its content is there; return its address, and whether this call wrote it.

    `say` gets the account and the endpoint before anything is sent. Raises `UserError` where the zip does not match its
    manifest or the object its key, or where AWS fails.
    """
    manifest, zipped = verify(place)
    uri = f"s3://{bucket}/{manifest.object_key}"
    with _explained(uri):
        account = boto3.client("sts", config=_PATIENCE).get_caller_identity()["Account"]
        s3 = boto3.client("s3", config=_PATIENCE)
        say(f"account {account}, endpoint {s3.meta.endpoint_url}")
        # With the owner stated, a bucket of that name in another account is neither read nor written.
        address = {"Bucket": bucket, "Key": manifest.object_key, "ExpectedBucketOwner": account}
        for attempt in range(_ATTEMPTS):
            if _exists(s3, address, uri, manifest):
                return uri, False
            if _put(s3, address, manifest, zipped):
                return uri, True
            wait(attempt)
    raise UserError(f"{uri}: other uploads kept conflicting, and it still does not exist; try again")


def _exists(s3: Any, address: dict[str, str], uri: str, manifest: Manifest) -> bool:
    """Tell whether the content is there; raises `UserError` where the object contains something else.

    The same content in other bytes counts: another machine's zlib may have compressed it differently.
    """
    try:
        head = s3.head_object(**address, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return False
        raise
    if head.get("ChecksumSHA256") == manifest.code_sha256:
        return True
    digest = content_digest(read_entries(s3.get_object(**address)["Body"].read(), uri))
    if digest != manifest.content_digest:
        raise UserError(
            f"{uri} contains {digest}, not what its key says: find out who wrote it, remove it, and upload again"
        )
    return True


def _put(s3: Any, address: dict[str, str], manifest: Manifest, zipped: bytes) -> bool:
    """Write the zip, whose checksum S3 compares; false where another upload was first."""
    checksum = {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": manifest.code_sha256}
    try:
        s3.put_object(**address, **checksum, Body=zipped, ContentType="application/zip", IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_FIRST:
            return False
        raise
    return True


@contextlib.contextmanager
def _explained(where: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        advice = _ADVICE.get(code, "see the message of AWS")
        raise UserError(f"{where}: {error.operation_name} was refused ({code}: {said}); {advice}") from error
    except BotoCoreError as error:
        raise UserError(f"{where}: {error}; check credentials, region and endpoint (AWS_ENDPOINT_URL)") from error

"""The permissions that S3 requests need: on S3, and on the KMS key of the objects."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from flask import Request
from moto.s3.models import FakeDeleteMarker, s3_backends

from scripts.local.aws.authorization import keys
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.s3_actions import bucket_action, object_action

_ALSO_REQUIRED = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}
"""Headers of PutObject that need another permission."""

_REQUIRED_TOGETHER = {
    "GetObjectAttributes": "GetObject",
    "GetObjectVersionTagging": "GetObjectTagging",
    "PutObjectVersionTagging": "PutObjectTagging",
}
"""Actions that need another one as well, for example: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html."""

_CONTENT = frozenset({"GetObject", "GetObjectVersion"})
_OF_EXISTING = _CONTENT | {"GetObjectTagging", "GetObjectVersionTagging", "PutObjectTagging", "PutObjectVersionTagging"}
"""Actions on an existing object. If it is missing, S3 answers 404 only to callers that may list the bucket, else 403:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)."""


def required_permissions(request: Request, location: Location) -> list[RequiredPermission]:
    """Every permission the request needs."""
    path = request.environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return [RequiredPermission("s3:ListAllMyBuckets", "*")]
    asked = _S3Request(request, location, bucket, key)
    if key:
        return list(asked.of_object())
    if "delete" in request.args:
        return list(asked.of_deletions())
    return [asked.permission(bucket_action(request.method, request.args))]


class _S3Request:
    def __init__(self, request: Request, location: Location, bucket: str, key: str) -> None:
        self._request, self._location, self._name, self._key = request, location, bucket, key
        self._backend = s3_backends[location.account_id][location.partition]
        self._bucket = self._backend.buckets.get(bucket)

    def permission(self, action: str, key: str | None = None, bucket: str | None = None) -> RequiredPermission:
        name = bucket or self._name
        found = self._backend.buckets.get(name)
        policy = json.loads(found.policy) if found is not None and found.policy else None
        arn = f"arn:{self._location.partition}:s3:::{name}"
        return RequiredPermission(f"s3:{action}", f"{arn}/{key}" if key else arn, self._facts(), policy)

    def of_object(self) -> Iterator[RequiredPermission]:
        method, query = self._request.method, self._request.args
        action = object_action(method, query)
        yield self.permission(action, self._key)
        if action in _REQUIRED_TOGETHER:
            yield self.permission(_REQUIRED_TOGETHER[action], self._key)
        if action == "PutObject":
            yield from (
                self.permission(also, self._key)
                for name, also in _ALSO_REQUIRED.items()
                if name in self._request.headers
            )
            yield from self._of_source()
            yield from self._key_to_write()
        elif action in _OF_EXISTING:
            reads = action in _CONTENT
            yield from self._of_existing(self._bucket, self._key, query.get("versionId"), reads_content=reads)

    def of_deletions(self) -> Iterator[RequiredPermission]:
        for one in ElementTree.fromstring(self._request.get_data()).iterfind("{*}Object"):
            versioned = one.findtext("{*}VersionId")
            yield self.permission("DeleteObjectVersion" if versioned else "DeleteObject", one.findtext("{*}Key"))

    def _of_source(self) -> Iterator[RequiredPermission]:
        """The permissions to read the source of a copy."""
        source, _, version = self._request.headers.get("x-amz-copy-source", "").partition("?versionId=")
        if source:
            name, _, key = unquote(source).lstrip("/").partition("/")
            yield self.permission("GetObjectVersion" if version else "GetObject", key, name)
            yield from self._of_existing(self._backend.buckets.get(name), key, version or None)

    def _of_existing(
        self, bucket: Any, key: str, version: str | None, *, reads_content: bool = True
    ) -> Iterator[RequiredPermission]:
        """Reading encrypted content needs its key; learning that an object is missing needs ListBucket."""
        found = self._backend.get_object(bucket.name, key, version) if bucket is not None else None
        if bucket is not None and (found is None or isinstance(found, FakeDeleteMarker)):
            yield self.permission("ListBucket", bucket=bucket.name)
        elif found is not None and reads_content and self._request.method != "HEAD":
            yield from self._use_of_key(found.encryption, found.kms_key_id, bucket, key, ("Decrypt",))

    def _key_to_write(self) -> Iterator[RequiredPermission]:
        """Multipart uploads also need decryption, to assemble the parts.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
        """
        if self._bucket is None:
            return
        upload = self._bucket.multiparts.get(self._request.args.get("uploadId", ""))
        algorithm: str | None = self._request.headers.get("x-amz-server-side-encryption")
        key: str | None = self._request.headers.get("x-amz-server-side-encryption-aws-kms-key-id")
        if upload is not None:
            algorithm, key = upload.sse_encryption, upload.kms_key_id
        if not algorithm:
            default = (self._bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
            algorithm, key = default.get("SSEAlgorithm"), default.get("KMSMasterKeyID")
        in_parts = upload is not None or "uploads" in self._request.args
        actions = ("GenerateDataKey", "Decrypt") if in_parts else ("GenerateDataKey",)
        yield from self._use_of_key(algorithm, key, self._bucket, self._key, actions)

    def _use_of_key(
        self, algorithm: str | None, key_id: str | None, bucket: Any, key: str, actions: tuple[str, ...]
    ) -> list[RequiredPermission]:
        if algorithm != "aws:kms":
            return []
        of_bucket = (bucket.encryption or {}).get("Rule", {}).get("BucketKeyEnabled") in (True, "true")
        encryption_context = {"aws:s3:arn": bucket.arn if of_bucket else f"{bucket.arn}/{key}"}
        return keys.used_through("s3", key_id, encryption_context, actions, self._location)

    def _facts(self) -> Mapping[str, str]:
        """The tags that the request sets, as condition keys."""
        if "tagging" in self._request.args and self._request.method == "PUT":
            tags = ElementTree.fromstring(self._request.get_data()).iterfind(".//{*}Tag")
            given = [(one.findtext("{*}Key") or "", one.findtext("{*}Value") or "") for one in tags]
        else:
            given = parse_qsl(self._request.headers.get("x-amz-tagging", ""), keep_blank_values=True)
        return {f"s3:requestobjecttag/{name}".lower(): value for name, value in given}

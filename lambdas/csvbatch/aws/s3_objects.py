"""Implements the pipeline's objects with a bucket of S3."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from botocore.exceptions import ClientError

from csvbatch.csv_file.blocks import resize
from csvbatch.csv_file.reader import Readable
from csvbatch.pipeline.ports import ObjectGoneError, Status, StoredObject, is_listed
from csvbatch.store import ObjectVersion

STATUS_TAG = "status"
PART_BYTES = 8 * 1024 * 1024
"""Bytes of a part of an upload. S3 takes parts of 5 MiB or more, and up to 10,000 of them: 80 GB in all."""

_MOST_TAGS = 10
"""Of an object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""

_GONE = {"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"}
"""S3 answers the last one for a delete marker."""

_DENIED = {"AccessDenied", "Forbidden", "403"}


@dataclass(frozen=True, slots=True)
class S3Objects:
    """One bucket with versioning."""

    bucket: str
    s3: Any

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        """Give every version under a prefix without delete markers; the versions of a key oldest first.

        S3 lists the versions of a key newest first:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/list-obj-version-enabled-bucket.html
        """
        for _, of_key in groupby(self._listed(prefix, after), key=lambda found: found.object.key):
            yield from reversed(list(of_key))

    def _listed(self, prefix: str, after: str | None) -> Iterator[StoredObject]:
        start = {} if after is None else {"KeyMarker": after}
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix, **start)
        for page in pages:
            for found in page.get("Versions", []):
                version = ObjectVersion(found["Key"], found["VersionId"])
                yield StoredObject(version, found["Size"], found["LastModified"])

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        """Open bytes [start, end) of a version; raises ObjectGoneError if it no longer exists, else ClientError."""
        wanted = {} if end is None and not start else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=version.key, VersionId=version.version, **wanted)
        except ClientError as error:
            if self._is_gone(version, error):
                raise ObjectGoneError(version) from None
            raise
        body = answer["Body"]
        try:
            yield body
        finally:
            body.close()

    def write(self, key: str, blocks: Iterable[bytes]) -> ObjectVersion:
        """Write an object, in parts if it is large; a failed upload is aborted."""
        parts = resize(blocks, PART_BYTES)
        first = next(parts, b"")
        second = next(parts, None)
        if second is None:
            answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=first)
            return ObjectVersion(key, answer["VersionId"])
        return self._write_parts(key, _chain(first, second, parts))

    def _write_parts(self, key: str, parts: Iterable[bytes]) -> ObjectVersion:
        target = {"Bucket": self.bucket, "Key": key}
        upload = {**target, "UploadId": self.s3.create_multipart_upload(**target)["UploadId"]}
        try:
            done = [
                {"PartNumber": number, "ETag": self.s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"]}
                for number, part in enumerate(parts, start=1)
            ]
            answer = self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": done})
        except BaseException:
            # If the upload cannot be aborted now, the bucket's lifecycle rule removes it.
            with suppress(ClientError):
                self.s3.abort_multipart_upload(**upload)
            raise
        return ObjectVersion(key, answer["VersionId"])

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        """Tag a version and keep its other tags; does nothing if the version no longer exists.

        S3 replaces all tags at once. If a file has the maximum of ten tags, its last one is replaced.
        """
        target = {"Bucket": self.bucket, "Key": version.key, "VersionId": version.version}
        try:
            others = [tag for tag in self.s3.get_object_tagging(**target)["TagSet"] if tag["Key"] != STATUS_TAG]
            tags = [*others[: _MOST_TAGS - 1], {"Key": STATUS_TAG, "Value": status.value}]
            self.s3.put_object_tagging(**target, Tagging={"TagSet": tags})
        except ClientError as error:
            if not self._is_gone(version, error):
                raise

    def _is_gone(self, version: ObjectVersion, error: ClientError) -> bool:
        """Tell whether the version no longer exists.

        Without s3:ListBucket, which no function has, S3 answers 403 both for a missing version and for denied access:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html. The listing of the key's versions decides.
        For a caller that may not list them either, 403 means denied.
        """
        code = error.response["Error"]["Code"]
        if code not in _DENIED:
            return code in _GONE
        try:
            return not is_listed(self, version)
        except ClientError as second:
            if second.response["Error"]["Code"] not in _DENIED:
                raise
            return False


def _chain(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest

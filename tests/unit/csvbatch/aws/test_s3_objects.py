from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from csvbatch.aws import s3_objects
from csvbatch.aws.s3_objects import S3Objects
from csvbatch.pipeline.ports import ObjectGoneError, Status
from csvbatch.store import ObjectVersion

BUCKET = "csvbatch-test-data"
KEY = "incoming/recipients/a b+ü.csv"


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Objects]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="eu-west-2")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield S3Objects(BUCKET, s3)


def content(objects: S3Objects, version: ObjectVersion, *bounds: int) -> bytes:
    with objects.read(version, *bounds) as stream:
        return stream.read(1_000_000_000)


def test_every_version_is_listed_and_read_by_itself(objects: S3Objects) -> None:
    first, second = objects.write(KEY, [b"one"]), objects.write(KEY, [b"second"])
    listed = {stored.object: stored.size_bytes for stored in objects.versions("incoming/")}
    assert listed == {first: 3, second: 6}
    assert content(objects, first) == b"one"
    assert content(objects, second) == b"second"


def test_a_deleted_object_is_listed_by_its_versions_and_not_by_its_mark(objects: S3Objects) -> None:
    version = objects.write(KEY, [b"one"])
    objects.s3.delete_object(Bucket=BUCKET, Key=KEY)
    assert [stored.object for stored in objects.versions("incoming/")] == [version]


def test_the_versions_of_a_key_are_given_from_the_oldest_on(objects: S3Objects) -> None:
    written = [objects.write(KEY, [b"one"]) for _ in range(9)]
    assert [stored.object for stored in objects.versions("incoming/")] == written


def test_a_range_is_read_from_its_first_byte_to_before_its_last(objects: S3Objects) -> None:
    version = objects.write(KEY, [b"0123456789"])
    assert content(objects, version, 2, 5) == b"234"
    assert content(objects, version, 7) == b"789"


def test_a_version_that_is_gone_says_so(objects: S3Objects) -> None:
    version = objects.write(KEY, [b"one"])
    objects.s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=version.version)
    with pytest.raises(ObjectGoneError, match=r"no longer exists; drop the file again"), objects.read(version):
        pass


def test_a_large_object_is_written_in_parts(objects: S3Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    part = 5 * 1024 * 1024
    monkeypatch.setattr(s3_objects, "PART_BYTES", part)
    blocks = [b"a" * 1_000_000] * 12
    version = objects.write("work/b/unpacked.csv", iter(blocks))
    assert content(objects, version) == b"".join(blocks)
    head = objects.s3.head_object(Bucket=BUCKET, Key="work/b/unpacked.csv", PartNumber=1)
    assert head["ContentLength"] == part


def test_an_upload_whose_source_fails_leaves_nothing(objects: S3Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_objects, "PART_BYTES", 5 * 1024 * 1024)

    def broken() -> Iterator[bytes]:
        yield b"a" * 12_000_000
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        objects.write("work/b/unpacked.csv", broken())
    assert list(objects.versions("work/")) == []
    assert "Uploads" not in objects.s3.list_multipart_uploads(Bucket=BUCKET)


def test_the_status_is_put_on_the_version(objects: S3Objects) -> None:
    first = objects.write(KEY, [b"one"])
    objects.write(KEY, [b"second"])
    objects.set_status(first, Status.REFUSED)
    tags = objects.s3.get_object_tagging(Bucket=BUCKET, Key=KEY, VersionId=first.version)["TagSet"]
    assert tags == [{"Key": "status", "Value": "refused"}]
    assert objects.s3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"] == []


def test_a_status_leaves_the_tags_of_others_alone(objects: S3Objects) -> None:
    version = objects.write(KEY, [b"x"])
    target = {"Bucket": BUCKET, "Key": KEY, "VersionId": version.version}
    theirs = [{"Key": f"theirs-{number}", "Value": str(number)} for number in range(9)]
    objects.s3.put_object_tagging(**target, Tagging={"TagSet": theirs})
    for status in (Status.REFUSED, Status.PROCESSED):
        objects.set_status(version, status)
        tags = objects.s3.get_object_tagging(**target)["TagSet"]
        assert tags == [*theirs, {"Key": "status", "Value": status.value}]


def test_of_ten_tags_the_last_makes_room_for_the_status(objects: S3Objects) -> None:
    version = objects.write(KEY, [b"x"])
    target = {"Bucket": BUCKET, "Key": KEY, "VersionId": version.version}
    theirs = [{"Key": f"theirs-{number}", "Value": str(number)} for number in range(10)]
    objects.s3.put_object_tagging(**target, Tagging={"TagSet": theirs})
    objects.set_status(version, Status.PROCESSED)
    tags = objects.s3.get_object_tagging(**target)["TagSet"]
    assert tags == [*theirs[:9], {"Key": "status", "Value": "processed"}]


def test_the_status_of_a_version_that_is_gone_is_nobody_s_business(objects: S3Objects) -> None:
    version = objects.write(KEY, [b"one"])
    objects.s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=version.version)
    objects.set_status(version, Status.PROCESSED)

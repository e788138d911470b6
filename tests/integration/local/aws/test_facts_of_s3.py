"""What S3 answers on the wire: times, and the order of versions. Missing keys: `test_authorization.py`."""

from typing import Any

from scripts.local.aws.patches.registry import all_patches
from tests.integration.local.aws.served import REGION, Aws, Served

BUCKET = "csvbatch-facts"


def versioned(aws: Aws) -> Any:
    s3 = aws("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return s3


def test_versions_of_a_key_are_listed_newest_first(served: Served) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""

    def probe(aws: Aws) -> Any:
        s3 = versioned(aws)
        written = [s3.put_object(Bucket=BUCKET, Key="a.csv", Body=bytes([number]))["VersionId"] for number in range(5)]
        s3.put_object(Bucket=BUCKET, Key="b.csv", Body=b"")
        listed = s3.list_object_versions(Bucket=BUCKET)["Versions"]
        return written, [one["VersionId"] for one in listed if one["Key"] == "a.csv"], [one["Key"] for one in listed]

    written, listed, keys = served.run(all_patches(), probe)

    assert listed == written[::-1]
    assert keys == ["a.csv"] * 5 + ["b.csv"]


def test_pages_of_versions_keep_that_order(served: Served) -> None:
    def probe(aws: Aws) -> Any:
        s3 = versioned(aws)
        written = [s3.put_object(Bucket=BUCKET, Key="a.csv", Body=bytes([number]))["VersionId"] for number in range(5)]
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2})
        return written, [one["VersionId"] for page in pages for one in page.get("Versions", [])]

    written, listed = served.run(all_patches(), probe)

    assert listed == written[::-1]


def test_times_are_to_the_second(served: Served) -> None:
    def probe(aws: Aws) -> list[Any]:
        s3 = versioned(aws)
        times = []
        for number in range(3):
            s3.put_object(Bucket=BUCKET, Key=f"{number}.csv", Body=b"")
            times.append(s3.head_object(Bucket=BUCKET, Key=f"{number}.csv")["LastModified"])
        times += [one["LastModified"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
        return times + [one["LastModified"] for one in s3.list_object_versions(Bucket=BUCKET)["Versions"]]

    times = served.run(all_patches(), probe)

    assert len(times) == 9
    assert [one for one in times if one.microsecond] == []

"""Files are registered in the order in which they arrived, whatever S3's clock can tell of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from csvbatch.aws.s3_objects import S3Objects
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.local.files import LocalFiles
from csvbatch.pipeline.arrival import in_order_of_arrival
from csvbatch.pipeline.ports import Deadline, StoredObject
from csvbatch.store import ObjectVersion, open_store
from scripts.common.paths import REPOSITORY
from tests.support.pipeline import Pipeline

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BUCKET = "csvbatch-test-data"


class Listing:
    """An S3 that lists as documented: keys in order, the versions of each from the newest on, times in whole seconds.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/list-obj-version-enabled-bucket.html
    """

    def __init__(self, page: int = 3) -> None:
        self.found: list[dict[str, Any]] = []
        self.page = page

    def put(self, key: str, modified: datetime) -> str:
        # As S3's ids do, these say nothing of which came first.
        version = f"{(len(self.found) + 1) * 7919 % 1000:03}"
        self.found.append(
            {"Key": key, "VersionId": version, "Size": 1, "LastModified": modified.replace(microsecond=0)}
        )
        return version

    def get_paginator(self, operation: str) -> "Listing":
        assert operation == "list_object_versions"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert Bucket == BUCKET
        listed = sorted(self._newest_first(Prefix), key=lambda one: one["Key"])
        for page in batched(listed, self.page, strict=False):
            yield {"Versions": list(page)}
        yield {}

    def _newest_first(self, prefix: str) -> list[dict[str, Any]]:
        return [one for one in self.found[::-1] if one["Key"].startswith(prefix)]

    def get_object(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "GetObject")


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(CONTRACTS.values())
    yield Pipeline(store, LocalFiles(tmp_path / "bucket", {}), dict(CONTRACTS))
    store.close_connection()


def registered(pipeline: Pipeline) -> list[tuple[str, str]]:
    batches = sorted(pipeline.store.latest_batches(1000), key=lambda one: one.load_sequence)
    return [(one.object_key, one.object_version) for one in batches]


def over(pipeline: Pipeline, s3: Any) -> Pipeline:
    bucket: Any = S3Objects(BUCKET, s3)
    pipeline.files = bucket
    return pipeline


def test_versions_of_one_second_are_registered_as_they_were_put(pipeline: Pipeline) -> None:
    listing = Listing()
    put = [
        (key, listing.put(key, NOON + timedelta(milliseconds=number)))
        for number, key in enumerate(f"incoming/recipients/{name}.csv" for name in "ab" for _ in range(7))
    ]
    over(pipeline, listing).process()
    assert registered(pipeline) == put


def test_an_upload_in_parts_is_as_old_as_its_end_and_not_as_its_begin(pipeline: Pipeline) -> None:
    """S3 dates it by when it began: another version may have been put, and dated, in between."""
    listing = Listing()
    key = "incoming/recipients/a.csv"
    put = [listing.put(key, NOON), listing.put(key, NOON - timedelta(hours=1))]
    over(pipeline, listing).process()
    assert registered(pipeline) == [(key, version) for version in put]


def test_files_are_registered_by_time_and_those_of_one_second_by_key(pipeline: Pipeline) -> None:
    listing = Listing()
    second = timedelta(seconds=1)
    for name, modified in (("c", NOON), ("b", NOON + second), ("a", NOON), ("d", NOON - second)):
        listing.put(f"incoming/recipients/{name}.csv", modified)
    over(pipeline, listing).process()
    assert [key[-5] for key, _ in registered(pipeline)] == ["d", "a", "c", "b"]


def test_a_run_that_ends_early_leaves_no_older_version_for_later(pipeline: Pipeline) -> None:
    listing = Listing()
    key = "incoming/recipients/a.csv"
    put = [listing.put(key, NOON) for _ in range(6)]
    over(pipeline, listing)
    for left in range(1, 4):
        looks = iter([1000.0] * left + [0.0] * 99)
        hurried = pipeline.processor()
        hurried.deadline = Deadline(lambda looks=looks: next(looks))  # type: ignore[misc]
        hurried.run()
        put.append(listing.put(key, NOON))
        assert [version for _, version in registered(pipeline)] == put[: len(registered(pipeline))]
    pipeline.process()
    assert [version for _, version in registered(pipeline)] == put


def test_a_version_that_cannot_be_registered_holds_back_the_later_ones_of_its_key(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = Listing()
    keys = [f"incoming/recipients/{name}.csv" for name in "aba"]
    first, other, second = [listing.put(key, NOON) for key in keys]
    over(pipeline, listing)
    register = pipeline.store.register

    def refuse_the_first(new: Any) -> Any:
        if new.object.version == first:
            raise ValueError
        return register(new)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.store, "register", refuse_the_first)
        run = pipeline.process()
    assert (run.registered, run.skipped, run.is_complete) == (1, 1, True)
    assert [version for _, version in registered(pipeline)] == [other]
    pipeline.process()
    assert [version for _, version in registered(pipeline)] == [other, first, second]


@given(
    puts=st.lists(st.tuples(st.sampled_from("ab"), st.integers(-2, 2)), max_size=12),
    page=st.integers(1, 5),
)
def test_of_a_key_none_is_registered_before_an_older_one(puts: list[tuple[str, int]], page: int) -> None:
    listing = Listing(page)
    put = [(key, listing.put(key, NOON + timedelta(seconds=offset))) for key, offset in puts]
    arrived = [one.object for one in in_order_of_arrival(S3Objects(BUCKET, listing).versions(""))]
    for key in "ab":
        assert [one.version for one in arrived if one.key == key] == [version for name, version in put if name == key]


def test_versions_put_at_once_are_listed_by_the_local_s3_as_they_were_put(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="eu-west-2")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        key = "incoming/recipients/a.csv"
        put = [s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")["VersionId"] for _ in range(20)]
        over(pipeline, s3).process()
    assert registered(pipeline) == [(key, version) for version in put]


def test_files_of_this_machine_are_registered_by_time_and_then_by_key(pipeline: Pipeline) -> None:
    import os

    for name, second in (("c", 5), ("b", 7), ("a", 5)):
        pipeline.drop(f"{name}.csv", b"")
        os.utime(pipeline.files.incoming[f"incoming/recipients/{name}.csv"], (second, second))
    pipeline.process()
    assert [key[-5] for key, _ in registered(pipeline)] == ["a", "c", "b"]


def test_an_order_is_that_of_the_listing_whatever_the_versions_are_called() -> None:
    found = [StoredObject(ObjectVersion("k", name), 1, NOON) for name in ("z", "a", "m")]
    assert in_order_of_arrival(found) == found

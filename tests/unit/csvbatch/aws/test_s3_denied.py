"""S3 as it answers the functions, which may not list objects: 403 for what is gone as for what is closed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from csvbatch.aws.s3_objects import S3Objects
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.failures import MOST_FAILURES
from csvbatch.pipeline.ports import NO_DEADLINE, ObjectGoneError, Status
from csvbatch.store import BatchState, ChunkState, ObjectVersion, open_store
from scripts.common.paths import REPOSITORY
from tests.support.pipeline import Pipeline, recipients

BUCKET = "csvbatch-test-data"
KEY = "incoming/recipients/a.csv"
CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")
MISSING = {"NoSuchKey", "NoSuchVersion", "404"}


class WithoutListBucket:
    """A client of a caller without s3:ListBucket, who may list the versions under some prefixes.

    "If you don't have the s3:ListBucket permission, Amazon S3 returns an HTTP status code 403":
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """

    def __init__(
        self, s3: Any, *, may_list: str | None = "incoming/", closed: str = "", slow_list: bool = False
    ) -> None:
        self.s3 = s3
        self.may_list = may_list
        self.closed = closed
        self.slow_list = slow_list

    def __getattr__(self, name: str) -> Any:
        return getattr(self.s3, name)

    def get_object(self, **asked: Any) -> Any:
        return self._answer(self.s3.get_object, asked)

    def get_object_tagging(self, **asked: Any) -> Any:
        return self._answer(self.s3.get_object_tagging, asked)

    def put_object_tagging(self, **asked: Any) -> Any:
        return self._answer(self.s3.put_object_tagging, asked)

    def get_paginator(self, name: str) -> Any:
        return _Paginator(self, self.s3.get_paginator(name))

    def _answer(self, call: Callable[..., Any], asked: dict[str, Any]) -> Any:
        if self.closed and self.closed in asked["Key"]:
            raise denied()
        try:
            return call(**asked)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                raise denied() from None
            raise


class _Paginator:
    def __init__(self, caller: WithoutListBucket, paginator: Any) -> None:
        self.caller = caller
        self.paginator = paginator

    def paginate(self, **asked: Any) -> Iterator[Any]:
        if self.caller.slow_list:
            raise ClientError({"Error": {"Code": "SlowDown"}}, "ListObjectVersions")
        if self.caller.may_list is None or not asked["Prefix"].startswith(self.caller.may_list):
            raise denied()
        yield from self.paginator.paginate(**asked)


def denied() -> ClientError:
    return ClientError(
        {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}},  # type: ignore[typeddict-item]
        "GetObject",
    )


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    with mock_aws():
        client: Any = boto3.client("s3", region_name="eu-west-2")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


def gone_from(s3: Any, key: str = KEY) -> ObjectVersion:
    """A version that was removed, of a key that has another one, beside a key that begins alike."""
    objects = S3Objects(BUCKET, s3)
    version = objects.write(key, [b"one"])
    objects.write(key, [b"two"])
    objects.write(f"{key}.gz", [b"another"])
    s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version.version)
    return version


@pytest.mark.parametrize("whole_key", [False, True])
def test_a_version_that_is_gone_is_told_by_the_versions_of_its_key(s3: Any, *, whole_key: bool) -> None:
    version = gone_from(s3)
    if whole_key:
        for one in list(S3Objects(BUCKET, s3).versions(KEY)):
            s3.delete_object(Bucket=BUCKET, Key=one.object.key, VersionId=one.object.version)
    objects = S3Objects(BUCKET, WithoutListBucket(s3))
    with pytest.raises(ObjectGoneError), objects.read(version):
        pass
    objects.set_status(version, Status.PROCESSED)


def test_a_version_that_is_there_and_closed_is_not_taken_for_gone(s3: Any) -> None:
    version = S3Objects(BUCKET, s3).write(KEY, [b"one"])
    objects = S3Objects(BUCKET, WithoutListBucket(s3, closed=KEY))
    with pytest.raises(ClientError, match="AccessDenied"), objects.read(version):
        pass
    with pytest.raises(ClientError, match="AccessDenied"):
        objects.set_status(version, Status.PROCESSED)


@pytest.mark.parametrize("key", [KEY, "work/b/unpacked.csv"])
def test_a_caller_that_may_not_list_versions_has_been_denied(s3: Any, key: str) -> None:
    version = gone_from(s3, key)
    objects = S3Objects(BUCKET, WithoutListBucket(s3, may_list=None if key == KEY else "incoming/"))
    with pytest.raises(ClientError, match=r"AccessDenied.*GetObject"), objects.read(version):
        pass


def test_a_listing_that_fails_tells_nothing(s3: Any) -> None:
    version = gone_from(s3)
    objects = S3Objects(BUCKET, WithoutListBucket(s3, slow_list=True))
    with pytest.raises(ClientError, match="SlowDown"), objects.read(version):
        pass


@pytest.fixture
def pipeline(s3: Any, tmp_path: Path) -> Iterator[Pipeline]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(CONTRACTS.values())
    bucket: Any = S3Objects(BUCKET, WithoutListBucket(s3))
    yield Pipeline(store, bucket, dict(CONTRACTS))
    store.close_connection()


def remove(s3: Any, version: ObjectVersion) -> None:
    s3.delete_object(Bucket=BUCKET, Key=version.key, VersionId=version.version)


def test_a_file_removed_before_it_was_split_is_refused(pipeline: Pipeline, s3: Any, tmp_path: Path) -> None:
    pipeline.files.write(KEY, [recipients(tmp_path)])
    s3_objects: Any = pipeline.files
    s3_objects.s3.closed = KEY
    pipeline.process()
    assert pipeline.only_batch().failure == "AccessDenied"
    remove(s3, ObjectVersion(KEY, pipeline.only_batch().object_version))
    pipeline.process()
    assert (pipeline.only_batch().state, pipeline.only_batch().reason) == (BatchState.REFUSED, "object_gone")


def test_a_file_removed_before_it_was_tagged_keeps_no_batch_open(pipeline: Pipeline, s3: Any, tmp_path: Path) -> None:
    version = pipeline.files.write(KEY, [recipients(tmp_path, rows=5)])
    pipeline.process()
    batch = pipeline.only_batch()
    for chunk in pipeline.store.chunks(batch.id):
        tagless: Any = S3Objects(BUCKET, WithoutListBucket(s3, closed="nothing"))
        tagless.s3.put_object_tagging = lambda **_: (_ for _ in ()).throw(denied())
        deliver(
            pipeline.store,
            tagless,
            Delivery(
                next(one.dumps() for one in pipeline.queue.waiting if one.chunk == chunk.chunk_number), is_last=True
            ),
            NO_DEADLINE,
        )
    assert (pipeline.only_batch().state, pipeline.only_batch().failure) == (BatchState.CLOSING, "AccessDenied")
    remove(s3, version)
    assert pipeline.process().closed == 1


def test_a_file_that_is_closed_to_the_processor_is_refused_and_keeps_no_other(
    pipeline: Pipeline, s3: Any, tmp_path: Path
) -> None:
    files: Any = pipeline.files
    files.s3.closed = "closed.csv"
    for name in ("closed", "open"):
        pipeline.files.write(f"incoming/recipients/{name}.csv", [recipients(tmp_path, rows=5)])
    for _ in range(MOST_FAILURES):
        pipeline.files.write("incoming/recipients/more.csv", [recipients(tmp_path, rows=5)])
        pipeline.load_all()
    states = {one.object_key.rpartition("/")[2]: (one.state, one.reason) for one in pipeline.store.latest_batches(20)}
    assert states == {
        "closed.csv": (BatchState.REFUSED, "AccessDenied"),
        "open.csv": (BatchState.CLOSED, None),
        "more.csv": (BatchState.CLOSED, None),
    }


def test_a_handler_that_may_not_list_leaves_a_dead_chunk_with_the_code(
    pipeline: Pipeline, s3: Any, tmp_path: Path
) -> None:
    version = pipeline.files.write(KEY, [recipients(tmp_path, rows=5)])
    pipeline.process()
    remove(s3, version)
    handler: Any = S3Objects(BUCKET, WithoutListBucket(s3, may_list=None))
    for message in pipeline.queue.drain():
        with pytest.raises(ClientError):
            deliver(pipeline.store, handler, Delivery(message.dumps(), is_last=True), NO_DEADLINE)
    batch = pipeline.only_batch()
    assert batch.state is BatchState.INCOMPLETE
    assert {(one.state, one.reason) for one in pipeline.store.chunks(batch.id)} == {(ChunkState.DEAD, "AccessDenied")}

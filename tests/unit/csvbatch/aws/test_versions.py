"""What becomes of a batch whose file is overwritten or deleted in the bucket between the steps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from csvbatch.aws.s3_objects import S3Objects
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE, ObjectGoneError
from csvbatch.store import BatchState, ChunkState, ObjectVersion, open_store
from scripts.common.paths import REPOSITORY
from tests.support.pipeline import Pipeline, names_in_table, recipients, sequential_reading

BUCKET = "csvbatch-test-data"
KEY = "incoming/recipients/a.csv"
CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Pipeline]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(CONTRACTS.values())
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="eu-north-1")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        bucket: Any = S3Objects(BUCKET, s3)
        yield Pipeline(store, bucket, CONTRACTS)
    store.close_connection()


def put(pipeline: Pipeline, content: bytes) -> ObjectVersion:
    return pipeline.files.write(KEY, [content])


def names(content: bytes) -> dict[tuple[object, ...], object]:
    return sequential_reading(content, CONTRACTS["recipients"])[0]


def test_a_file_overwritten_between_split_and_load_is_loaded_as_it_was(pipeline: Pipeline, tmp_path: Path) -> None:
    first, second = recipients(tmp_path, seed=1), recipients(tmp_path, seed=2)
    put(pipeline, first)
    pipeline.process()
    put(pipeline, second)
    pipeline.handle()
    assert names_in_table(pipeline) == names(first)
    pipeline.load_all()
    assert names_in_table(pipeline) == names(first) | names(second)


def test_a_file_deleted_between_split_and_load_is_loaded_from_its_version(pipeline: Pipeline, tmp_path: Path) -> None:
    content = recipients(tmp_path)
    put(pipeline, content)
    pipeline.process()
    pipeline.files.s3.delete_object(Bucket=BUCKET, Key=KEY)
    pipeline.handle()
    assert pipeline.only_batch().state is BatchState.CLOSED
    assert names_in_table(pipeline) == names(content)


def test_a_version_removed_between_split_and_load_leaves_its_chunks_dead(pipeline: Pipeline, tmp_path: Path) -> None:
    version = put(pipeline, recipients(tmp_path))
    pipeline.process()
    pipeline.files.s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=version.version)
    for message in pipeline.queue.drain():
        with pytest.raises(ObjectGoneError):
            deliver(pipeline.store, pipeline.files, Delivery(message.dumps(), is_last=True), NO_DEADLINE)
    batch = pipeline.only_batch()
    chunks = pipeline.store.chunks(batch.id)
    assert {(chunk.state, chunk.reason) for chunk in chunks} == {(ChunkState.DEAD, "ObjectGoneError")}
    assert batch.state is BatchState.INCOMPLETE
    assert names_in_table(pipeline) == {}

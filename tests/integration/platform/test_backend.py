import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.platform import Platform, running


@pytest.fixture(scope="module")
def backend(cache: Path) -> Iterator[Platform]:
    with running("dev", cache) as dev:
        dev.bootstrap()
        yield dev


def test_what_bootstrap_creates_keeps_states_safe(backend: Platform) -> None:
    s3, bucket = backend.client("s3"), backend.state_bucket
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    plain_http = {"Bool": {"aws:SecureTransport": "false"}}
    assert [one["Effect"] for one in policy["Statement"] if one.get("Condition") == plain_http] == ["Deny"]
    assert backend.client("s3").get_bucket_location(Bucket=bucket)["LocationConstraint"] == backend.environment.region


def test_the_lock_table_is_there_and_encrypted(backend: Platform) -> None:
    table = backend.client("dynamodb").describe_table(TableName=backend.state_bucket)["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert table["KeySchema"] == [{"AttributeName": "LockID", "KeyType": "HASH"}]
    assert table["SSEDescription"]["Status"] == "ENABLED"


def test_bootstrap_again_changes_nothing(backend: Platform) -> None:
    before = backend.client("s3").get_bucket_policy(Bucket=backend.state_bucket)["Policy"]
    backend.bootstrap()
    assert backend.client("s3").get_bucket_policy(Bucket=backend.state_bucket)["Policy"] == before

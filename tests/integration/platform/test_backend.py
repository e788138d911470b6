import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.local.aws.environment import Endpoint, applied
from scripts.local.aws.state import StateDirectory
from tests.support.platform import BARE_TERRAGRUNT, DEV, TERRAGRUNT, Platform, planned_units, running


@pytest.fixture(scope="module")
def backend(cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache) as dev:
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


def described(platform: Platform) -> dict[str, Any]:
    """The bucket and the table of the states, without what differs from one to the next."""
    s3, bucket = platform.client("s3"), platform.state_bucket
    dynamodb = platform.client("dynamodb")
    table = dynamodb.describe_table(TableName=bucket)["Table"]
    return {
        "versioning": s3.get_bucket_versioning(Bucket=bucket)["Status"],
        "encryption": s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"],
        "public access": s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        "policy": s3.get_bucket_policy(Bucket=bucket)["Policy"],
        "tags": sorted(s3.get_bucket_tagging(Bucket=bucket)["TagSet"], key=str),
        "keys": table["KeySchema"],
        "table encryption": table["SSEDescription"]["Status"],
        "table tags": sorted(dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"], key=str),
    }


@pytest.mark.parametrize("program", [BARE_TERRAGRUNT, TERRAGRUNT], ids=["bare", "launcher"])
def test_bootstrap_of_all_units_works_where_nothing_is_there_yet(
    backend: Platform, new_dev: Platform, program: str
) -> None:
    first, second = (
        new_dev.terragrunt("backend", "bootstrap", "--all", seconds=120, program=program).expect_success()
        for _ in range(2)
    )
    assert "Error" not in first.printed
    assert described(new_dev) == described(backend)
    if program == TERRAGRUNT:
        banners = [ran.printed.strip() for ran in (first, second)]
        assert [one.count("\n") for one in banners] == [0, 0], banners


@pytest.mark.parametrize("arguments", [("run", "--all", "plan"), ("plan",), ("apply", "-auto-approve")], ids=" ".join)
def test_without_a_backend_one_message_names_the_command_to_type(new_dev: Platform, arguments: tuple[str, ...]) -> None:
    unit = "" if "--all" in arguments else "kms"
    ran = new_dev.terragrunt(*arguments, unit=unit, seconds=120)
    assert ran.expect_refusal().endswith(f"in live/{DEV.name}: terragrunt backend bootstrap --all")
    assert "--backend-bootstrap" not in ran.printed


def test_bare_terragrunt_names_the_command_as_well(new_dev: Platform) -> None:
    ran = new_dev.terragrunt("plan", unit="kms", seconds=120, program=BARE_TERRAGRUNT)
    assert ran.expect_refusal().endswith(f"in live/{DEV.name}: terragrunt backend bootstrap --all")


class OnCommand:
    """A local AWS that `local-aws start` has started, in the place of one that ends with the test."""

    def __init__(self, folder: Path) -> None:
        self._state = StateDirectory(folder, DEV.name)

    @property
    def endpoint(self) -> Endpoint:
        return self._state.endpoint(self._state.expect_running())

    @property
    def environment(self) -> dict[str, str]:
        return applied(self.endpoint, os.environ)


def local_aws(folder: Path, *arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("local-aws")), *arguments, "--state-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def started(backend: Platform, tmp_path: Path, cache: Path) -> Iterator[Callable[[], Platform]]:
    """The environment's local AWS as `local-aws start` leaves it."""

    def start() -> Platform:
        local_aws(tmp_path, "start", DEV.name)
        return Platform(DEV.name, OnCommand(tmp_path), cache)

    yield start
    local_aws(tmp_path, "reset", DEV.name)


def test_a_local_aws_has_the_backend_that_terragrunt_makes_as_soon_as_it_runs(
    backend: Platform, started: Callable[[], Platform], tmp_path: Path
) -> None:
    dev = started()
    assert described(dev) == described(backend)
    before = dev.client("s3").list_buckets()["Buckets"]
    ran = dev.terragrunt("backend", "bootstrap", "--all", seconds=120).expect_success()
    assert ran.printed.count("\n") == 1
    assert dev.client("s3").list_buckets()["Buckets"] == before
    for ended in ("stop", "reset"):
        local_aws(tmp_path, ended, DEV.name)
        assert described(started()) == described(backend)


def test_every_unit_is_planned_by_the_first_command_that_a_user_types(started: Callable[[], Platform]) -> None:
    ran = started().terragrunt("run-all", "plan").expect_success()
    assert sorted(planned_units(ran.printed)) == DEV.units()

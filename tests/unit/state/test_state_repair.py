import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.paths import LIVE
from scripts.state import state_lock
from scripts.state.cli import main
from scripts.state.state_lock import StateLock

ACCOUNT = "123456789012"
ENVIRONMENT = environments.names()[0]
NAME = f"csvbatch-{ACCOUNT}-eu-north-1-tfstate"
KEY = f"live/{ENVIRONMENT}/kms/terraform.tfstate"
UNIT = str(LIVE / ENVIRONMENT / "kms")
LOCK = {"ID": "11111111-2222-3333-4444-555555555555", "Who": "somebody@elsewhere"}
LOCK |= {"Operation": "OperationTypeApply", "Created": "2026-01-01T00:00:00Z"}


@cache
def client(service: str) -> Any:
    """Make a client once: it takes longer than all that a test asks of it."""
    return boto3.client(service, region_name="eu-north-1")


class Stored:
    """A state backend with two versions of one unit's state, whose digest is that of the second."""

    def __init__(self) -> None:
        self.s3, self.dynamodb = client("s3"), client("dynamodb")
        self.s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        self.s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
        self.dynamodb.create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.first = self.put(state(serial=1))
        self.second = self.put(state(serial=2))
        self.record(state(serial=2))

    def put(self, content: bytes) -> str:
        return str(self.s3.put_object(Bucket=NAME, Key=KEY, Body=content)["VersionId"])

    def record(self, content: bytes) -> None:
        self.put_item("-md5", Digest=hashlib.md5(content).hexdigest())

    def put_item(self, suffix: str = "", **texts: str) -> None:
        item = {"LockID": f"{NAME}/{KEY}{suffix}", **texts}
        self.dynamodb.put_item(TableName=NAME, Item={name: {"S": text} for name, text in item.items()})

    def lock_bucket(self) -> None:
        self.s3.put_object(Bucket=NAME, Key=f"{KEY}.tflock", Body=json.dumps(LOCK).encode())

    def all(self) -> tuple[object, ...]:
        """Everything there is: equal to what it was before means that nothing was written."""
        versions = self.s3.list_object_versions(Bucket=NAME)
        ids = [one["VersionId"] for one in versions["Versions"] + versions.get("DeleteMarkers", [])]
        return ids, self.dynamodb.scan(TableName=NAME)["Items"]

    def state_versions(self) -> list[str]:
        listed = self.s3.list_object_versions(Bucket=NAME)["Versions"]
        return [one["VersionId"] for one in listed if one["Key"] == KEY]

    def lock_file(self) -> dict[str, Any] | None:
        listed = self.s3.list_objects_v2(Bucket=NAME, Prefix=f"{KEY}.tflock")
        if not listed["KeyCount"]:
            return None
        found: dict[str, Any] = json.loads(self.s3.get_object(Bucket=NAME, Key=f"{KEY}.tflock")["Body"].read())
        return found

    def lock_item(self) -> dict[str, Any] | None:
        found = self.dynamodb.get_item(TableName=NAME, Key={"LockID": {"S": f"{NAME}/{KEY}"}})
        return dict(json.loads(found["Item"]["Info"]["S"])) if "Item" in found else None

    def current(self) -> bytes:
        content: bytes = self.s3.get_object(Bucket=NAME, Key=KEY)["Body"].read()
        return content

    def items(self) -> dict[str, str]:
        items = self.dynamodb.scan(TableName=NAME)["Items"]
        return {item["LockID"]["S"].removeprefix(f"{NAME}/{KEY}"): item["Digest"]["S"] for item in items}


def state(serial: int) -> bytes:
    resources = [{"mode": "data"}, *[{"mode": "managed"}] * serial]
    return json.dumps({"version": 4, "serial": serial, "lineage": "one", "resources": resources}).encode()


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "CSVBATCH_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(environments, "of_folder", lambda _: Environment(ENVIRONMENT, ACCOUNT, "eu-north-1"))


@pytest.fixture
def stored(signed_in: None) -> Iterator[Stored]:
    with mock_aws():
        yield Stored()


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What a person types when asked, and what happens meanwhile."""

    def types(answer: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        class Person:
            def readline(self) -> str:
                meanwhile()
                return f"{answer}\n"

        monkeypatch.setattr(sys, "stdin", Person())

    return types


def test_state_that_is_right_needs_no_repair(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([UNIT]) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        f"{ENVIRONMENT}, account {ACCOUNT}, eu-north-1; endpoint https://s3.eu-north-1.amazonaws.com"
    )
    assert f"s3://{NAME}/{KEY}" in said
    assert "Nothing to repair." in said


def test_each_version_is_shown_with_what_it_holds(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    broken = stored.put(b"{")
    main([UNIT])
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("version")]
    assert [row.split()[1] for row in rows] == [broken, stored.second, stored.first]
    assert "cannot be read" in rows[0]
    assert rows[0].endswith("current")
    assert "serial 2, 2 resources" in rows[1]
    assert rows[1].endswith("has the digest")


def test_looking_changes_nothing(stored: Stored) -> None:
    stored.put(b"{")
    before = stored.all()
    main([UNIT])
    assert stored.all() == before


def test_half_a_lock_is_shown_with_its_place(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored.lock_bucket()
    main([UNIT])
    said = capsys.readouterr().out
    assert f"{LOCK['ID']}, held by somebody@elsewhere" in said
    assert "(OperationTypeApply): .tflock object\n" in said
    assert f"terragrunt force-unlock {LOCK['ID']}" in said


def test_earlier_version_with_the_digest_is_offered(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored.put(state(serial=1))
    main([UNIT])
    assert f"--restore {stored.second}" in capsys.readouterr().out


def test_digest_of_no_version_is_offered_to_be_recorded_again(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.record(b"none of them")
    main([UNIT])
    assert f"state-repair {UNIT} --accept" in capsys.readouterr().out


def test_newest_version_that_can_be_read_is_offered_where_the_digest_fits_a_broken_one(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.put(b"{")
    stored.record(b"{")
    main([UNIT])
    assert f"--restore {stored.second}" in capsys.readouterr().out


@pytest.mark.parametrize("repair", ["--accept", "--restore"])
def test_nothing_is_written_without_write(stored: Stored, repair: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = stored.all()
    assert main([UNIT, repair, *([stored.first] if repair == "--restore" else [])]) == 0
    assert "Nothing was written: add --write to do it." in capsys.readouterr().out
    assert stored.all() == before


def test_restored_version_stands_on_top_of_all_others_with_its_digest(
    stored: Stored, types: Callable[..., None]
) -> None:
    types("kms")
    versions_before = stored.state_versions()
    assert main([UNIT, "--restore", stored.first, "--write"]) == 0
    assert stored.current() == state(serial=1)
    assert stored.items() == {"-md5": hashlib.md5(state(serial=1)).hexdigest()}
    assert stored.state_versions()[1:] == versions_before


def test_accepted_version_gets_its_digest(stored: Stored, types: Callable[..., None]) -> None:
    types("kms")
    stored.put(state(serial=3))
    assert main([UNIT, "--accept", "--write"]) == 0
    assert stored.items() == {"-md5": hashlib.md5(state(serial=3)).hexdigest()}


@pytest.mark.parametrize("answer", ["", "yes", "KMS"])
def test_nothing_is_written_where_the_unit_s_name_is_not_typed(
    stored: Stored, types: Callable[..., None], answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    types(answer)
    before = stored.all()
    assert main([UNIT, "--restore", stored.first, "--write"]) == 1
    assert "Not confirmed. Nothing was written." in capsys.readouterr().err
    assert stored.all() == before


@pytest.mark.parametrize("place", ["table", "bucket"])
def test_nothing_is_written_while_someone_holds_a_lock(
    stored: Stored, types: Callable[..., None], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    types("kms")
    if place == "table":
        stored.put_item(Info=json.dumps(LOCK))
    else:
        stored.lock_bucket()
    before = stored.all()
    assert main([UNIT, "--restore", stored.first, "--write"]) == 1
    assert "someone holds the lock of this state, so nothing was written." in capsys.readouterr().err
    assert stored.all() == before


def test_nothing_is_written_over_a_state_that_was_written_meanwhile(
    stored: Stored, types: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    types("kms", meanwhile=lambda: stored.put(state(serial=3)))
    assert main([UNIT, "--restore", stored.first, "--write"]) == 1
    assert "The state has changed meanwhile" in capsys.readouterr().err
    assert stored.current() == state(serial=3)
    assert stored.items() == {"-md5": hashlib.md5(state(serial=2)).hexdigest()}


@pytest.fixture
def locked_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[StateLock], None]:
    """Let terragrunt.hcl say that states are locked in another way."""
    return lambda lock: monkeypatch.setattr(state_lock, "of", lambda _environment: lock)


@pytest.mark.parametrize("lock", StateLock)
def test_locks_are_held_while_the_state_is_written_and_released_afterwards(
    stored: Stored,
    types: Callable[..., None],
    lock: StateLock,
    locked_by: Callable[[StateLock], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    locked_by(lock)
    types("kms")
    seen: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    client = boto3.Session.client

    def look(params: dict[str, Any], **_: Any) -> None:
        if params["url_path"].endswith(".tfstate"):
            seen.append((stored.lock_item(), stored.lock_file()))

    def watched(session: boto3.Session, service: str, **settings: Any) -> Any:
        made = client(session, service, **settings)
        if service == "s3":
            made.meta.events.register("before-call.s3.PutObject", look)
        return made

    monkeypatch.setattr(boto3.Session, "client", watched)
    assert main([UNIT, "--restore", stored.first, "--write"]) == 0
    ((in_table, in_bucket),) = seen
    assert (in_table is not None, in_bucket is not None) == (lock.in_table, lock.in_bucket)
    assert {one["Operation"] for one in (in_table, in_bucket) if one} == {"state-repair"}
    assert in_table is None or in_bucket is None or in_table == in_bucket
    assert (stored.lock_item(), stored.lock_file()) == (None, None)


@pytest.mark.parametrize("lock", StateLock)
def test_a_lock_file_stops_a_repair_however_states_are_locked(
    stored: Stored, types: Callable[..., None], lock: StateLock, locked_by: Callable[[StateLock], None]
) -> None:
    locked_by(lock)
    types("kms")
    stored.lock_bucket()
    before = stored.all()
    assert main([UNIT, "--restore", stored.first, "--write"]) == 1
    assert stored.all() == before


def test_with_the_lock_file_alone_no_table_is_needed(
    stored: Stored,
    types: Callable[..., None],
    locked_by: Callable[[StateLock], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    locked_by(StateLock.LOCKFILE)
    types("kms")
    stored.dynamodb.delete_table(TableName=NAME)
    assert main([UNIT]) == 0
    assert "digest    none: state_lock is lockfile" in capsys.readouterr().out
    assert main([UNIT, "--restore", stored.first, "--write"]) == 0
    assert stored.current() == state(serial=1)
    assert main([UNIT, "--accept", "--write"]) == 1
    assert "There is no digest to record: state_lock is lockfile" in capsys.readouterr().err


def test_a_state_that_was_continued_without_digests_may_be_accepted(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.put(state(serial=3))
    main([UNIT])
    said = capsys.readouterr().out
    assert (
        f"If the runs since then had state_lock = lockfile, the current one is right: state-repair {UNIT} --accept"
        in said
    )
    assert f"otherwise: state-repair {UNIT} --restore {stored.second}" in said


def test_how_states_are_locked_is_read_from_the_root(tmp_path: Path) -> None:
    environment = Environment("dev", ACCOUNT, "eu-north-1", live=tmp_path / "live")
    root = tmp_path / "terragrunt.hcl"
    for lock in StateLock:
        root.write_text(f'locals {{\n  state_lock = "{lock}"\n}}\n')
        assert state_lock.of(environment) is lock
    root.write_text('locals {\n  state_lock = "none"\n}\n')
    with pytest.raises(UserError, match='state_lock is "none"; choose one of both, dynamodb, lockfile'):
        state_lock.of(environment)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b'{"version": 4}', state(serial=1)[:-1], state(serial=1).replace(b'{"mode": "data"}', b"5")],
)
def test_version_that_cannot_be_read_is_not_restored(
    content: bytes, stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = stored.put(content)
    assert main([UNIT, "--restore", broken, "--write"]) == 1
    assert "is not a state that Terraform can read" in capsys.readouterr().err


def test_current_version_that_cannot_be_read_is_not_accepted(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.put(b"{")
    assert main([UNIT, "--accept", "--write"]) == 1
    assert "is not a state that Terraform can read" in capsys.readouterr().err


def test_deleted_state_is_not_accepted(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored.s3.delete_object(Bucket=NAME, Key=KEY)
    assert main([UNIT, "--accept", "--write"]) == 1
    assert "it was deleted" in capsys.readouterr().err


def test_unknown_version_is_refused(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([UNIT, "--restore", "none", "--write"]) == 1
    assert "The state has no version none." in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["table", "bucket"])
def test_missing_backend_is_named_with_the_command_that_makes_it(
    signed_in: None, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock_aws():
        if missing == "table":
            Stored().dynamodb.delete_table(TableName=NAME)
        assert main([UNIT]) == 1
    said = capsys.readouterr().err
    assert {"table": "there is no lock table.", "bucket": "there is no state bucket."}[missing] in said
    assert "terragrunt backend bootstrap" in said


def test_wrong_account_is_refused_before_anything_is_read(
    stored: Stored, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environments, "of_folder", lambda _: Environment(ENVIRONMENT, "333333333333", "eu-north-1"))
    assert main([UNIT]) == 1
    said = capsys.readouterr()
    assert f"belong to account {ACCOUNT}, and {ENVIRONMENT} is account 333333333333" in said.err
    assert said.out == ""


def test_real_aws_is_refused_where_the_local_one_was_asked_for(
    stored: Stored, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CSVBATCH_AWS", "local")
    assert main([UNIT]) == 1
    assert "amazonaws.com would answer" in capsys.readouterr().err


@pytest.mark.parametrize("folder", [LIVE / ENVIRONMENT, LIVE / "_components", Path("/")], ids=str)
def test_a_folder_that_is_not_a_unit_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder)]) == 1
    assert capsys.readouterr().err.startswith("state-repair: ")


def test_nobody_signed_in_is_said(
    stored: Stored, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main([UNIT]) == 1
    assert "AWS cannot be reached (ProfileNotFound)" in capsys.readouterr().err

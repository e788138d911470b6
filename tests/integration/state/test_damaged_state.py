"""State, digest, lock and table lost or damaged one at a time, then mended as docs/state.md says."""

import hashlib
import json
from collections.abc import Callable, Mapping

import pytest

from tests.support.platform import Platform, Ran
from tests.support.runbook import Section
from tests.support.state import Backend, key_of_alias, own_keys

Plan = Callable[[], Ran]


@pytest.fixture
def backend(applied_dev: Platform) -> Backend:
    return Backend(applied_dev, "kms")


@pytest.fixture
def plan(applied_dev: Platform) -> Plan:
    return lambda: applied_dev.terragrunt("plan", unit="kms", seconds=120)


def digest(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def nothing_to_do(ran: Ran) -> bool:
    return "No changes." in ran.expect_success().printed


def test_a_lost_lock_table_is_refused_and_made_again(
    applied_dev: Platform, backend: Backend, plan: Plan, sections: Mapping[str, Section]
) -> None:
    section = sections["The lock table is gone"]
    backend.dynamodb.delete_table(TableName=backend.bucket)
    assert section.is_what_happened(plan())
    assert nothing_to_do(section.follow(applied_dev)[-1])


@pytest.mark.parametrize("half", [0, 1], ids=["bucket only", "table only"])
def test_half_a_lock_is_cleared_although_it_says_failed(
    half: int, applied_dev: Platform, backend: Backend, sections: Mapping[str, Section]
) -> None:
    lock = {"ID": "11111111-2222-3333-4444-555555555555", "Who": "somebody@elsewhere", "Version": "1.11.4"}
    lock |= {"Operation": "OperationTypeApply", "Created": "2026-01-01T00:00:00Z", "Info": "", "Path": backend.key}
    (backend.put_lock_in_bucket, backend.put_lock_in_table)[half](lock)
    section = sections["Half a lock"]
    assert section.is_what_happened(applied_dev.terragrunt("force-unlock", "-force", lock["ID"], unit="kms"), half)
    shown, planned = section.follow(applied_dev)
    assert "lock      none" in shown.printed
    assert nothing_to_do(planned)


def test_a_stale_digest_is_refused_and_recorded_again(
    applied_dev: Platform, backend: Backend, plan: Plan, sections: Mapping[str, Section]
) -> None:
    section = sections["The digest is stale"]
    backend.record_digest("0" * 32)
    assert section.is_what_happened(plan())
    shown, *_, planned = section.follow(applied_dev)
    assert "state-repair . --accept" in shown.printed
    assert nothing_to_do(planned)


def test_an_overwritten_state_is_refused_and_its_last_version_restored(
    applied_dev: Platform, backend: Backend, plan: Plan, sections: Mapping[str, Section]
) -> None:
    section = sections["The state was overwritten or deleted"]
    good, last = backend.state(), backend.versions()[0]["VersionId"]
    backend.overwrite(json.dumps(good | {"resources": []}).encode())
    assert section.is_what_happened(plan())
    shown, *_, planned = section.follow(applied_dev, VERSION_ID=last)
    assert f"state-repair . --restore {last}" in shown.printed
    assert nothing_to_do(planned)
    assert backend.state() == good


def test_a_deleted_state_is_refused_and_its_last_version_restored(
    applied_dev: Platform, backend: Backend, plan: Plan, sections: Mapping[str, Section]
) -> None:
    section = sections["The state was overwritten or deleted"]
    last = backend.versions()[0]["VersionId"]
    backend.s3.delete_object(Bucket=backend.bucket, Key=backend.key)
    assert section.is_what_happened(plan(), which=1)
    shown, *_, planned = section.follow(applied_dev, VERSION_ID=last)
    assert f"state-repair . --restore {last}" in shown.printed
    assert nothing_to_do(planned)


def test_a_state_that_cannot_be_read_is_refused_and_nothing_is_changed(
    applied_dev: Platform, backend: Backend, sections: Mapping[str, Section]
) -> None:
    section = sections["The state cannot be read"]
    half = backend.content()[: len(backend.content()) // 2]
    last, keys = backend.versions()[0]["VersionId"], own_keys(applied_dev)
    backend.overwrite(half)
    backend.record_digest(digest(half))
    assert section.is_what_happened(applied_dev.terragrunt("apply", "-auto-approve", unit="kms", seconds=120))
    assert backend.content() == half
    assert own_keys(applied_dev) == keys == {key_of_alias(applied_dev)}
    assert backend.locks() == (None, None)
    shown, *_, planned = section.follow(applied_dev, VERSION_ID=last)
    assert f"state-repair . --restore {last}" in shown.printed
    assert nothing_to_do(planned)


def test_what_exists_without_the_state_knowing_is_refused_and_imported(
    applied_dev: Platform, sections: Mapping[str, Section]
) -> None:
    section = sections["A resource exists already"]
    applied_dev.terragrunt("state", "rm", "aws_kms_alias.this", unit="kms").expect_success()
    assert section.is_what_happened(applied_dev.terragrunt("apply", "-auto-approve", unit="kms", seconds=120))
    assert nothing_to_do(section.follow(applied_dev)[-1])


def test_every_version_of_a_state_is_encrypted(backend: Backend) -> None:
    heads = [
        backend.s3.head_object(Bucket=backend.bucket, Key=backend.key, VersionId=version["VersionId"])
        for version in backend.versions()
    ]
    assert {head["ServerSideEncryption"] for head in heads} == {"AES256"}

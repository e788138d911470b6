"""`kill -9` of Terragrunt, Terraform and provider while the key is being made."""

from collections.abc import Mapping

from tests.integration.state.conftest import Killed
from tests.support.platform import Platform
from tests.support.runbook import Section
from tests.support.state import Backend, key_of_alias, own_keys

A_DEAD_LOCK = "A lock stays after its run is dead"
ANOTHER_ID = "00000000-0000-0000-0000-000000000000"


def test_the_lock_stays_in_both_places(killed: Killed, dev_after_kill: Platform) -> None:
    assert Backend(dev_after_kill, "kms").locks() == (killed.lock, killed.lock)


def test_a_plan_is_refused_and_names_the_owner(
    killed: Killed, dev_after_kill: Platform, sections: Mapping[str, Section]
) -> None:
    ran = dev_after_kill.terragrunt("plan", "-lock-timeout=0s", unit="kms", seconds=120)
    assert sections[A_DEAD_LOCK].is_what_happened(ran)
    assert f"ID: {killed.lock['ID']}" in " ".join(ran.printed.split())
    assert f"Who: {killed.lock['Who']}" in " ".join(ran.printed.split())


def test_a_wrong_id_unlocks_nothing(killed: Killed, dev_after_kill: Platform) -> None:
    ran = dev_after_kill.terragrunt("force-unlock", "-force", ANOTHER_ID, unit="kms", seconds=120)
    assert ran.status != 0
    assert f"lock ID '{ANOTHER_ID}' does not match the existing lock ID '{killed.lock['ID']}'" in ran.printed
    assert Backend(dev_after_kill, "kms").locks() == (killed.lock, killed.lock)


def test_the_right_id_clears_both_locks(
    killed: Killed, dev_after_kill: Platform, sections: Mapping[str, Section]
) -> None:
    shown, _ = sections[A_DEAD_LOCK].follow(dev_after_kill, LOCK_ID=killed.lock["ID"])
    assert f"{killed.lock['ID']}, held by {killed.lock['Who']}" in shown.printed
    assert "lock table, .tflock object" in shown.printed
    assert Backend(dev_after_kill, "kms").locks() == (None, None)


def test_the_next_apply_converges_and_leaves_the_key_that_was_begun_to_a_person(
    killed: Killed, dev_after_kill: Platform
) -> None:
    dev_after_kill.terragrunt("force-unlock", "-force", killed.lock["ID"], unit="kms").expect_success()
    dev_after_kill.terragrunt("apply", "-auto-approve", unit="kms", seconds=180).expect_success()
    assert "No changes." in dev_after_kill.terragrunt("plan", unit="kms").expect_success().printed
    assert own_keys(dev_after_kill) == {killed.key_id, key_of_alias(dev_after_kill)}
    assert key_of_alias(dev_after_kill) != killed.key_id


def test_what_the_killed_apply_made_can_be_taken_into_the_state(
    killed: Killed, dev_after_kill: Platform, sections: Mapping[str, Section]
) -> None:
    dev_after_kill.terragrunt("force-unlock", "-force", killed.lock["ID"], unit="kms").expect_success()
    *_, planned = sections["A dead run had begun something"].follow(dev_after_kill, KEY_ID=killed.key_id)
    assert "No changes." in planned.printed
    assert own_keys(dev_after_kill) == {key_of_alias(dev_after_kill)} == {killed.key_id}

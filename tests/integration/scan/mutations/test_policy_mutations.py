"""Weaknesses seeded for real: into copies of this repository, before its real guards."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.common import environments
from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import Mutation
from scripts.scan.mutations.errors import GuardError
from scripts.scan.mutations.trial import Trial, Verdict

LIMIT_SECONDS = 3600
GUARD_OF_GUARDS = "tests/infrastructure/test_policy_of_modules.py"
ONE_FOR_EACH_GUARD = ("network-further-way-out", "kms-protected-but-soon-gone", "state-not-encrypted")


def command(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("policy-mutations")), "--json", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.stdout, done.stderr[-6000:]
    return done.returncode, json.loads(done.stdout)


def test_scan_terraform_test_and_pytest_each_catch_what_they_are_named_for() -> None:
    status, said = command(*(argument for name in ONE_FOR_EACH_GUARD for argument in ("--only", name)))
    assert status == 0, said
    caught = {one["id"]: [catch["by"] for catch in one["caught_by"]] for one in said["mutations"]}
    assert caught == {
        "network-further-way-out": ["CKV_CSV_5"],
        "kms-protected-but-soon-gone": ["refuses_protection_with_a_short_deletion_window"],
        "state-not-encrypted": [f"test_the_state_is_encrypted[{environments.names()[0]}/kms]"],
    }


@pytest.mark.slow
def test_every_weakness_of_the_catalogue_is_caught_by_every_guard_it_names() -> None:
    status, said = command()
    assert [one for one in said["mutations"] if not one["caught"] or one["missed_by"]] == []
    assert (status, said["caught"]) == (0, said["seeded"])


def judged(repository: Path, folder: Path, replaced: str, replacement: str, guard: str) -> Verdict:
    mutation = Mutation(
        "made-up", "Something is other than it was.", "modules/kms/main.tf", replaced, replacement, (guard,)
    )
    (verdict,) = Trial(repository, folder, lambda _: None, jobs=2).run([mutation])
    return verdict


def test_a_weakness_that_no_guard_notices_survives(tmp_path: Path) -> None:
    verdict = judged(
        environments.REPOSITORY,
        tmp_path,
        "enable_key_rotation     = true",
        "enable_key_rotation = false",
        GUARD_OF_GUARDS,
    )
    assert verdict.survived
    assert not verdict.problem


def test_a_mutation_that_breaks_a_module_instead_of_weakening_it_is_no_catch(tmp_path: Path) -> None:
    verdict = judged(
        environments.REPOSITORY,
        tmp_path,
        "enable_key_rotation     = true",
        "enable_key_rotation = var.no_such_variable",
        "modules/kms/tests/key.tftest.hcl::key_rotates_every_year_and_waits_before_it_is_gone",
    )
    assert "made-up breaks modules/kms instead of weakening it" in verdict.problem
    assert not verdict.held


def test_a_guard_that_fails_where_nothing_is_weakened_proves_nothing_and_is_refused(tmp_path: Path) -> None:
    weak = tmp_path / "repository"
    weak.mkdir()
    seeding.copy_tree(environments.REPOSITORY, weak)
    queue = weak / "modules" / "sqs" / "main.tf"
    queue.write_text(queue.read_text().replace("prevent_destroy = true", "prevent_destroy = false"))
    with pytest.raises(GuardError, match="fails where nothing was weakened"):
        judged(weak, tmp_path / "trial", "prevent_destroy = true", "prevent_destroy = false", GUARD_OF_GUARDS)

"""Mutants of copies of this repository, and its real checks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.common import environments, paths
from scripts.common.errors import UserError
from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import Mutation
from scripts.scan.mutations.trial import Trial, Verdict

LIMIT_SECONDS = 3600
GUARDS_OF_MODULES = "tests/infrastructure/test_policy_of_modules.py"
ONE_FOR_EACH_CHECK = ("network-further-way-out", "kms-protected-but-soon-gone", "state-not-encrypted")


def command(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [paths.command("policy-mutations"), "--json", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.stdout, done.stderr[-6000:]
    return done.returncode, json.loads(done.stdout)


def test_scan_terraform_test_and_pytest_each_kill_their_mutant() -> None:
    status, said = command(*(argument for name in ONE_FOR_EACH_CHECK for argument in ("--only", name)))
    assert status == 0, said
    killed = {one["id"]: [kill["by"] for kill in one["killed_by"]] for one in said["mutations"]}
    assert killed == {
        "network-further-way-out": ["CKV_CSV_5"],
        "kms-protected-but-soon-gone": ["refuses_protection_with_a_short_deletion_window"],
        "state-not-encrypted": [f"test_the_state_is_encrypted[{environments.names()[0]}/kms]"],
    }


@pytest.mark.slow
def test_every_mutant_of_the_catalogue_is_killed_by_every_check_it_names() -> None:
    status, said = command()
    assert [one for one in said["mutations"] if not one["killed"] or one["missed_by"]] == []
    assert (status, said["killed"]) == (0, said["mutants"])


def judged(repository: Path, folder: Path, replaced: str, replacement: str, check: str) -> Verdict:
    texts = {"id": "made-up", "weakens": "Something has changed.", "file": "modules/kms/main.tf"}
    mutation = Mutation.model_validate({**texts, "replace": replaced, "with": replacement, "checks": [check]})
    (verdict,) = Trial(repository, folder, lambda _: None, jobs=2).run([mutation])
    return verdict


def test_a_mutant_that_no_check_kills_survives(tmp_path: Path) -> None:
    verdict = judged(
        paths.REPOSITORY,
        tmp_path,
        "enable_key_rotation     = true",
        "enable_key_rotation = false",
        GUARDS_OF_MODULES,
    )
    assert not verdict.killed
    assert not verdict.problem


def test_a_mutation_that_breaks_a_module_instead_of_weakening_it_is_inconclusive(tmp_path: Path) -> None:
    verdict = judged(
        paths.REPOSITORY,
        tmp_path,
        "enable_key_rotation     = true",
        "enable_key_rotation = var.no_such_variable",
        "modules/kms/tests/key.tftest.hcl::key_rotates_every_year_and_waits_before_it_is_gone",
    )
    assert "made-up breaks modules/kms instead of weakening it" in verdict.problem
    assert not verdict.as_expected


def test_a_check_that_fails_on_the_unmutated_copy_is_refused(tmp_path: Path) -> None:
    weak = tmp_path / "repository"
    weak.mkdir()
    seeding.copy_tree(paths.REPOSITORY, weak)
    queue = weak / "modules" / "sqs" / "main.tf"
    queue.write_text(queue.read_text().replace("prevent_destroy = true", "prevent_destroy = false"))
    with pytest.raises(UserError, match="fails on the unmutated copy"):
        judged(weak, tmp_path / "trial", "prevent_destroy = true", "prevent_destroy = false", GUARDS_OF_MODULES)


def test_a_copy_has_what_a_check_needs_to_tell_it_from_another(tmp_path: Path) -> None:
    seeding.copy_tree(paths.REPOSITORY, tmp_path)
    digest = "from tests.support.moments import digest_of_inputs; print(digest_of_inputs())"

    def in_the_copy() -> str:
        ran = subprocess.run(
            [sys.executable, "-c", digest], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
        )
        return ran.stdout

    before = in_the_copy()
    assert in_the_copy() == before
    (tmp_path / "modules" / "sqs" / "main.tf").write_text("")
    assert in_the_copy() != before

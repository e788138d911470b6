"""Each reason not to apply, and that it says that nothing was applied."""

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.units import checks
from scripts.units.folder import Folder
from scripts.units.manifest import State
from scripts.units.progress import Progress, Step
from scripts.units.states import Seen
from tests.unit.units.made_up import STATE, manifest, unit_plan

ENVIRONMENT = Environment("test", "123456789012", "eu-north-1")


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(Folder(tmp_path), "")


def test_plans_of_the_same_account_and_region_pass() -> None:
    checks.same_account(manifest(), ENVIRONMENT)
    checks.same_target(manifest(), "a local AWS")


@pytest.mark.parametrize("other", [{"account_id": "444455556666"}, {"region": "eu-west-1"}])
def test_another_account_or_region_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(UserError, match=rf"{next(iter(other.values()))}.*Nothing was applied"):
        checks.same_account(manifest(**other), ENVIRONMENT)


def test_plans_of_a_local_aws_are_not_applied_to_a_real_one() -> None:
    with pytest.raises(UserError, match="made on a local AWS, and this shell would apply them to AWS itself"):
        checks.same_target(manifest(), "AWS itself")


@pytest.mark.parametrize(
    "now", [replace(STATE, serial=4), replace(STATE, lineage="other"), replace(STATE, serial=None)]
)
def test_a_state_that_was_written_since_makes_the_plan_stale(progress: Progress, now: State) -> None:
    planned = manifest(unit_plan("sqs"))
    with pytest.raises(UserError, match="plan of sqs is stale"):
        checks.not_stale(planned, progress, {"sqs": Seen(now, frozenset())})
    progress.note("sqs", Step.APPLIED)
    checks.not_stale(planned, progress, {"sqs": Seen(now, frozenset())})


def test_mocks_are_refused_unless_what_they_stand_for_is_applied_first(progress: Progress) -> None:
    sqs = unit_plan("sqs", "kms", mocks=["kms"])
    checks.mocks_are_replaced(manifest(unit_plan("kms"), sqs), progress)
    for others in ((), (unit_plan("kms", has_changes=False),)):
        with pytest.raises(UserError, match=r"holds mocks in place of outputs of kms.*Nothing was applied"):
            checks.mocks_are_replaced(manifest(*others, sqs), progress)

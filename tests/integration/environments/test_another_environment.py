"""What a user does first: edits account and region in env.hcl, and adds an environment as the guide says."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from tests.support.followed import Copy
from tests.support.platform import DEV

GUIDE = REPOSITORY / "docs" / "how-to" / "add-an-environment.md"

NAME = next(name for name in ("staging", "staging-two", "staging-three") if name not in environments.names())
ACCOUNT_ID, REGION = "444455556666", "eu-central-1"
POLICY_OF_UNITS = "tests/infrastructure/test_policy_of_units.py"
OF_ENVIRONMENTS = (
    "tests/infrastructure/test_units_fit_together.py",
    "tests/unit/common/test_environments.py",
    "tests/unit/test_live_alone_knows_environments.py",
    "tests/unit/terragrunt/test_launcher.py",
)
OF_ACCOUNTS = (
    *OF_ENVIRONMENTS,
    "tests/integration/platform/test_refusals.py",
    "tests/integration/local/demo/test_demo.py::test_local_aws_of_another_demo_is_left_alone",
    "tests/integration/local/aws/test_cli.py::test_start_without_an_account_takes_the_one_of_the_environment",
)


@dataclass(frozen=True, slots=True)
class Added:
    """A copy of the checkout with the guide's environment, and what its commands printed."""

    copy: Copy
    printed: str


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Added]:
    copy = Copy(tmp_path_factory.mktemp("staging") / "checkout")
    yield Added(copy, copy.follow(GUIDE, staging=NAME))
    copy.run("local-aws", "reset", NAME)


@pytest.fixture
def with_staging(added: Added) -> Copy:
    return added.copy


def test_an_environment_that_is_added_as_the_guide_says_is_planned(added: Added) -> None:
    said = added.printed
    assert f"local AWS of {NAME}: account {ACCOUNT_ID}, region {REGION}" in said
    assert f"Plan of {NAME} (account {ACCOUNT_ID}, {REGION})" in " ".join(said.split())
    planned = dict(re.findall(r"^│ (\w+) +│ +(\d+) │ +0 │ +0 │$", said, re.MULTILINE))
    assert sorted(planned) == DEV.units(), said
    assert all(int(count) > 0 for count in planned.values()), said


def test_the_checks_of_units_include_a_copied_folder(with_staging: Copy) -> None:
    with_staging.tests(*OF_ENVIRONMENTS)
    said = with_staging.tests(POLICY_OF_UNITS, "-v", "-k", NAME)
    for check in ("test_the_state_is_encrypted", "test_rows_travel_to_oracle_encrypted"):
        assert re.search(rf"::{check}\[{NAME}/\w+\] PASSED", said), said[-3000:]


def test_make_names_a_copied_folder(with_staging: Copy) -> None:
    assert re.search(rf"ENV=\S*\b{NAME}\b", with_staging.run("make", "help"))


@pytest.mark.slow
def test_the_plans_of_a_copied_folder_that_is_production_are_scanned_as_production(with_staging: Copy) -> None:
    with_staging.edit(NAME, "env.hcl", (r"^(\s*production\s*=) false", r"\1 true"))
    making = (
        "from pathlib import Path; from rich.console import Console; from scripts.common import environments;"
        "from scripts.scan import plans;"
        f"plans.make(environments.load({NAME!r}), Path('plans').resolve(), Console())"
    )
    with_staging.run(sys.executable, "-c", making)
    scan = "from scripts.scan.cli import main; print(main(['--plans', 'plans', '--reports', 'reports']))"
    said = with_staging.run(sys.executable, "-c", scan)
    assert "FAILED CKV_CSV_11" in said, "deletion_protection is false in what was copied"


def test_other_accounts_and_regions_in_env_hcl_leave_every_test_green(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    copy = Copy(tmp_path_factory.mktemp("accounts") / "checkout")
    for number, name in enumerate(environments.names(), start=7):
        account_id, region = f"{number}" * 12, "ap-southeast-2"
        changes = (
            (r'^(\s*account_id\s*=) ".*"', rf'\1 "{account_id}"'),
            (r'^(\s*region\s*=) ".*"', rf'\1 "{region}"'),
        )
        copy.edit(name, "env.hcl", *changes)
    copy.tests(*OF_ACCOUNTS)

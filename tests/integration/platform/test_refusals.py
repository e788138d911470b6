"""Bad input that Terragrunt sees first. What a module's variables refuse is tested beside each module."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from tests.support.platform import BARE_TERRAGRUNT, DEV, TERRAGRUNT, TOOLCHAIN, Platform, running


@pytest.fixture(scope="module")
def dev(cache: Path) -> Iterator[Platform]:
    """What is refused changes nothing, so one local AWS serves every test here."""
    with running(DEV.name, cache) as platform:
        yield platform


@pytest.fixture
def elsewhere(dev: Platform, cache: Path) -> Platform:
    """Another environment with the credentials of the first."""
    others = [name for name in environments.names() if environments.load(name).account_id != DEV.account_id]
    if not others:
        pytest.skip("no other environment of live/ has an account of its own")
    return Platform(others[0], dev.aws, cache)


@pytest.mark.parametrize(
    "arguments",
    [("run", "--all", "plan"), ("apply", "-auto-approve"), ("backend", "bootstrap"), ("state", "list")],
    ids=" ".join,
)
def test_the_wrong_account_is_refused_before_any_state_is_read_or_made(
    elsewhere: Platform, arguments: tuple[str, ...]
) -> None:
    unit = "" if "--all" in arguments else "kms"
    calls_before = len(elsewhere.aws.log)
    ran = elsewhere.terragrunt(*arguments, unit=unit, program=BARE_TERRAGRUNT)
    assert ran.expect_refusal().startswith(
        f"Wrong account: these credentials belong to account {DEV.account_id}, and {elsewhere.environment.name} is "
        f"account {elsewhere.environment.account_id}"
    )
    assert set(re.findall(r"INFO \d{3} (\w+) [A-Z]+ ", elsewhere.aws.log[calls_before:])) == {"sts"}
    assert elsewhere.client("s3").list_buckets()["Buckets"] == []
    assert elsewhere.client("dynamodb").list_tables()["TableNames"] == []


def test_another_endpoint_is_refused_where_the_local_aws_was_asked_for(dev: Platform) -> None:
    detour = dev.setting(AWS_ENDPOINT_URL="https://sts.example.invalid")
    ran = detour.terragrunt("plan", unit="kms", seconds=120)
    assert "AWS_ENDPOINT_URL is 'https://sts.example.invalid'" in ran.expect_refusal()


@pytest.mark.parametrize("program", [BARE_TERRAGRUNT, TERRAGRUNT], ids=["bare", "launcher"])
def test_the_repository_s_root_is_refused_as_no_unit(dev: Platform, program: str) -> None:
    ran = dev.run([program, "plan"], REPOSITORY, 60)
    assert ran.expect_refusal().startswith("This directory is not a unit. Run terragrunt in live/<environment>")


@pytest.fixture
def copy_of_the_tree(tmp_path: Path) -> Path:
    """The configuration without packages, as a clone has it before anything was built."""
    for name in ("live", "modules", "scripts"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copy(REPOSITORY / "terragrunt.hcl", tmp_path)
    return tmp_path


def test_a_package_that_was_never_built_is_named_with_the_command_that_builds_it(
    dev: Platform, copy_of_the_tree: Path
) -> None:
    ran = dev.run([BARE_TERRAGRUNT, "plan"], copy_of_the_tree / f"live/{DEV.name}/lambda_batch_processor", 60)
    refusal = ran.expect_refusal()
    assert "Package batch_processor (x86_64) was not built" in refusal
    assert refusal.endswith("make package")


def test_a_terragrunt_that_is_too_old_is_refused_with_the_version_that_is_wanted(
    dev: Platform, copy_of_the_tree: Path
) -> None:
    root = copy_of_the_tree / "terragrunt.hcl"
    root.write_text(
        root.read_text().replace(
            'terragrunt_version_constraint = ">= 1.1"', 'terragrunt_version_constraint = ">= 99.1"'
        )
    )
    ran = dev.run([BARE_TERRAGRUNT, "plan"], copy_of_the_tree / f"live/{DEV.name}/kms", 60)
    assert ran.status != 0
    assert ">= 99.1" in ran.printed


def test_no_terraform_is_said_in_one_clear_sentence(dev: Platform, tmp_path: Path) -> None:
    missing = str(tmp_path / "terraform")
    ran = dev.setting(TG_TF_PATH=missing).terragrunt("plan", unit="kms", seconds=60, program=BARE_TERRAGRUNT)
    assert ran.status != 0
    assert missing in ran.printed
    assert TOOLCHAIN["engine"] != missing

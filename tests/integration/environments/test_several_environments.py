"""Environments that share an account, and one that stays on a release of the modules."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.common.paths import REPOSITORY
from tests.support.followed import Copy
from tests.support.platform import BARE_TERRAGRUNT, DEV, Platform, Ran, running

GUIDE = REPOSITORY / "docs" / "how-to" / "regions-accounts-and-releases.md"
NAMES = ("name", "bucket", "function_name", "alias", "identifier", "log_group_name", "url")
"""The arguments by which AWS tells resources of an account apart; others follow from these."""
GLOBAL = ("aws_iam_", "aws_s3_bucket")
"""Resources whose names are taken in every region of an account, or of AWS."""
OF_ANOTHER = frozenset({"aws_iam_role_policy", "aws_lambda_permission", "aws_scheduler_schedule"})
"""Resources that belong to another one (a role, a function, a group), and whose name is one within that."""

OF_THE_ACCOUNT = "aws_iam_openid_connect_provider"
"""An account has one, which its first environment makes."""


@pytest.mark.slow
def test_environments_of_one_account_share_no_name(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "checkout")
    said = copy.follow(GUIDE)
    assert said.count(f"account {DEV.account_id}, region") >= 2, said
    region, trial = f"{DEV.name}-us", "trial"
    for name in (region, trial):
        copy.run("local-aws", "reset", name)
    own, other, neighbour = (_names(copy, name) for name in (DEV.name, region, trial))
    assert len(own) > 20
    assert own & neighbour == set()
    assert {one for one in own if one[0].startswith(GLOBAL)} & other == set()
    kinds = {kind for kind, _ in own} - {OF_THE_ACCOUNT}
    assert kinds == {kind for kind, _ in other} == {kind for kind, _ in neighbour}


def _names(copy: Copy, environment: str) -> set[tuple[str, str]]:
    making = (
        "from pathlib import Path; from rich.console import Console; from scripts.common import environments;"
        "from scripts.scan import plans;"
        f"plans.make(environments.load({environment!r}), Path('plans').resolve(), Console())"
    )
    copy.run(sys.executable, "-c", making)
    files = (copy.root / "plans" / environment).glob("*/tfplan.json")
    return {name for file in files for name in _planned(json.loads(file.read_text())["planned_values"]["root_module"])}


def _planned(module: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for resource in module.get("resources", []):
        kind, values = resource["type"], resource["values"]
        if kind not in OF_ANOTHER:
            yield from ((kind, values[one]) for one in NAMES if isinstance(values.get(one), str))
    for child in module.get("child_modules", []):
        yield from _planned(child)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A checkout whose tag `v1.0.0` has a module with one output fewer than its files have now."""
    copy = Copy(tmp_path_factory.mktemp("released") / "checkout")
    author = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")
    for command in (["add", "--all", "."], [*author, "commit", "--quiet", "-m", "Release"], ["tag", "v1.0.0"]):
        subprocess.run(["git", *command], cwd=copy.root, timeout=60, check=True)
    outputs = copy.root / "modules" / "kms" / "outputs.tf"
    outputs.write_text(outputs.read_text() + 'output "added_later" {\n  value = "yes"\n}\n')
    return copy


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Plans change nothing, so one local AWS serves every test here."""
    with running(DEV.name, tmp_path_factory.mktemp("cache")) as platform:
        platform.bootstrap()
        yield platform


@pytest.mark.parametrize(("ref", "has_it"), [(None, True), ("v1.0.0", False)])
def test_modules_come_from_the_ref_of_the_environment(
    dev: Platform, released: Copy, ref: str | None, has_it: bool
) -> None:
    released.edit(DEV.name, "env.hcl", (r"modules_ref = .*", f"modules_ref = {json.dumps(ref)}"))
    said = _plan(dev, released).expect_success().printed
    assert "2 to add" in said, said
    assert ("added_later" in said) is has_it


def test_a_ref_that_there_is_not_is_named(dev: Platform, released: Copy) -> None:
    released.edit(DEV.name, "env.hcl", (r"modules_ref = .*", 'modules_ref = "v9.9.9"'))
    ran = _plan(dev, released)
    assert ran.status != 0
    assert "v9.9.9" in ran.printed


def test_the_settings_of_another_environment_are_refused(dev: Platform, released: Copy) -> None:
    released.edit(DEV.name, "env.hcl", (r"environment = .*", 'environment = "another"'))
    refusal = _plan(dev, released).expect_refusal()
    assert refusal.startswith(f'live/{DEV.name}/env.hcl says environment = "another"')
    assert refusal.endswith(f'Set environment = "{DEV.name}".')


def _plan(platform: Platform, copy: Copy) -> Ran:
    return platform.run([BARE_TERRAGRUNT, "plan"], copy.root / "live" / DEV.name / "kms", 300)


def test_an_account_gets_one_identity_provider(dev: Platform, released: Copy) -> None:
    released.edit(
        DEV.name,
        "env.hcl",
        (r"environment = .*", f'environment = "{DEV.name}"'),
        (r"modules_ref = .*", "modules_ref = null"),
    )
    live = released.root / "live"
    shutil.copytree(live / DEV.name, live / "twin")
    try:
        for file in (live / "twin").glob("env.hcl"):
            file.write_text(file.read_text().replace(f'"{DEV.name}"', '"twin"', 1))
        refused = dev.run([BARE_TERRAGRUNT, "plan"], live / "twin" / "ci_roles", 300).expect_refusal()
        assert f"{DEV.name} and twin are in account {DEV.account_id}" in refused
        assert "oidc_provider_arn" in refused
        assert dev.run([BARE_TERRAGRUNT, "render"], live / "twin" / "ci_roles", 300).status == 0
    finally:
        shutil.rmtree(live / "twin")

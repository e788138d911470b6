"""What a change touches is planned, and nothing else; and the sentences where nothing can be planned."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from scripts.units.markdown import LIMIT
from tests.support.changed_tree import ChangedTree
from tests.support.platform import DEV, Platform

MONITORING = f"live/{DEV.name}/monitoring/terragrunt.hcl"
SCHEDULES = f"live/{DEV.name}/eventbridge/terragrunt.hcl"


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text()))


def planned(folder: Path) -> list[str]:
    return [unit["name"] for unit in manifest(folder)["units"]]


def subscribe(tree: ChangedTree) -> str:
    tree.edit(MONITORING, r"email_addresses = \[\]", 'email_addresses = ["team@example.com"]')
    return tree.commit()


def test_a_change_of_a_readme_and_of_tests_plans_nothing_and_asks_no_aws(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    tree.add("modules/kms/README.md")
    tree.add("modules/kms/tests/key.tftest.hcl")
    tree.commit()
    nowhere = dev.setting(AWS_ENDPOINT_URL="https://127.0.0.1:1")
    tree.units(nowhere, "plan", "--changed-since", "main", "--out", str(tmp_path / "plans")).expect_success()
    assert planned(tmp_path / "plans") == []
    assert "Nothing to apply" in (tmp_path / "plans" / "plan.md").read_text()
    assert "nothing to apply" in tree.units(nowhere, "apply", str(tmp_path / "plans")).expect_success().printed


def test_a_change_of_one_unit_plans_it_and_those_that_depend_on_it(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    tree.edit(SCHEDULES, r"rate\(15 minutes\)", "rate(30 minutes)")
    commit = tree.commit()
    folder = tmp_path / "plans"
    said = tree.units(dev, "plan", DEV.name, "--changed-since", "main", "--out", str(folder)).expect_success().printed
    assert planned(folder) == ["eventbridge", "monitoring"]
    assert re.search(r"eventbridge +│ +0 │ +1 │ +0 │ +0 │ reads live/", said)
    found = manifest(folder)
    assert found["commit"] == commit
    assert (found["account_id"], found["region"]) == (DEV.account_id, DEV.region)
    assert found["target"] == "a local AWS"
    assert all(unit["mocks"] == [] for unit in found["units"])
    assert {file.name for file in (folder / "units" / "eventbridge").iterdir()} == {"tfplan.tfplan", "tfplan.json"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    comment = (folder / "plan.md").read_text()
    assert len(comment) < LIMIT
    assert '- schedule_expression = "rate(15 minutes)"' in comment
    assert '+ schedule_expression = "rate(30 minutes)"' in comment


def test_units_that_were_never_applied_are_planned_with_mocks_and_marked(
    tree: ChangedTree, new_dev: Platform, tmp_path: Path
) -> None:
    folder = tmp_path / "plans"
    tree.add(f"live/{DEV.name}/sqs/terragrunt.hcl", "# changed\n")
    tree.commit()
    tree.units(new_dev, "plan", "--changed-since", "main", "--out", str(folder)).expect_success()
    mocks = {unit["name"]: unit["mocks"] for unit in manifest(folder)["units"]}
    assert mocks["sqs"] == ["kms"]
    assert "planned with mocks of kms" in (folder / "plan.md").read_text()
    refused = tree.units(new_dev, "apply", str(folder), "--yes")
    assert refused.status == 1
    assert "holds mocks in place of outputs of kms" in refused.printed
    assert "Nothing was applied" in refused.printed


def test_an_unknown_reference_is_named(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    done = tree.units(dev, "plan", "--changed-since", "no-such-branch", "--out", str(tmp_path / "plans"))
    assert done.status == 1
    assert "units: git knows no commit 'no-such-branch'" in done.printed
    assert not (tmp_path / "plans").exists()


def test_a_tree_that_is_not_committed_is_planned_only_to_be_read(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    tree.add(MONITORING, "# not committed\n")
    out = str(tmp_path / "plans")
    refused = tree.units(dev, "plan", "--changed-since", "main", "--out", out)
    assert refused.status == 1
    assert f"1 files are not committed ({MONITORING})" in refused.printed
    tree.units(dev, "plan", "--changed-since", "main", "--out", out, "--uncommitted").expect_success()
    assert planned(tmp_path / "plans") == ["monitoring"]
    applied = tree.units(dev, "apply", out, "--yes")
    assert applied.status == 1
    assert "changes that were not committed" in applied.printed


def test_a_machine_without_git_is_told(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    variables = {**tree.variables(dev), "PATH": str(tmp_path)}
    done = tree.run([f"{tree.root}/.venv/bin/units", "plan"], variables)
    assert done.status == 1
    assert "install git" in done.printed


def test_a_unit_that_was_removed_is_said_to_stay_in_the_account(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    (tree.root / MONITORING).unlink()
    tree.commit()
    tree.units(dev, "plan", "--changed-since", "main", "--out", str(tmp_path / "plans")).expect_success()
    assert planned(tmp_path / "plans") == []
    assert (
        "monitoring was removed from the tree, and its resources stay" in (tmp_path / "plans" / "plan.md").read_text()
    )


def test_a_file_that_was_deleted_touches_the_units_that_read_it_before(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    (tree.root / "modules" / "monitoring" / "dashboard.tf").unlink()
    tree.edit("modules/monitoring/outputs.tf", r'(?s)output "dashboard_name".*?^}\n', "")
    tree.commit()
    done = tree.units(dev, "plan", "--changed-since", "main", "--out", str(tmp_path / "plans"))
    done.expect_success()
    assert planned(tmp_path / "plans") == ["monitoring"]
    assert "aws_cloudwatch_dashboard.this" in done.printed
    assert "DESTROY" in done.printed


def test_a_unit_that_cannot_be_planned_leaves_no_plan_to_apply(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    tree.edit(MONITORING, r"require_target = false", "require_target = true")
    tree.commit()
    done = tree.units(dev, "plan", "--changed-since", "main", "--out", str(tmp_path / "plans"))
    assert done.status == 1
    assert "monitoring of" in done.printed
    assert "could not be planned" in done.printed
    assert tree.units(dev, "apply", str(tmp_path / "plans")).status == 1


@pytest.mark.parametrize("arguments", [["plan", "no-such-environment"], ["apply", "no-such-folder"], ["show", "."]])
def test_what_is_not_there_is_named(tree: ChangedTree, dev: Platform, arguments: list[str]) -> None:
    done = tree.units(dev, *arguments)
    assert done.status == 1
    assert arguments[1] in done.printed
    assert "Traceback" not in done.printed

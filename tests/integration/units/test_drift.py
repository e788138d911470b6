"""A change in the account is found in each unit and told from a change of the tree; nothing else is reported."""

import json
from pathlib import Path
from typing import Any

from tests.support.changed_tree import ChangedTree
from tests.support.drift_seeds import SEEDS, eventbridge, monitoring
from tests.support.platform import DEV, Platform


def drift(tree: ChangedTree, dev: Platform, file: Path) -> tuple[int, dict[str, Any]]:
    """The exit status, and the units with what the JSON says of them."""
    issue = file.with_suffix(".md")
    done = tree.units(dev, "drift", DEV.name, "--json", str(file), "--markdown", str(issue))
    assert done.status in {0, 2}, done.printed
    assert ("differ." in issue.read_text()) is (done.status == 2)
    return done.status, {unit["unit"]: unit for unit in json.loads(file.read_text())["units"]}


def test_every_unit_has_a_seed() -> None:
    assert sorted(SEEDS) == DEV.units()


def test_drift_is_found_in_every_unit_and_nowhere_else(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    status, units = drift(tree, dev, tmp_path / "before.json")
    assert {name: unit["status"] for name, unit in units.items()} == dict.fromkeys(DEV.units(), "clean")
    assert status == 0
    for seed in SEEDS.values():
        seed(dev)
    status, units = drift(tree, dev, tmp_path / "after.json")
    assert {name: unit["status"] for name, unit in units.items()} == dict.fromkeys(DEV.units(), "drift")
    assert status == 2
    assert {name: unit["change"] for name, unit in units.items()} == {key: [] for key in DEV.units()}


def test_drift_is_told_from_a_tree_that_is_ahead(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    eventbridge(dev)
    monitoring(dev)
    tree.edit(
        f"live/{DEV.name}/monitoring/terragrunt.hcl",
        r"email_addresses = \[\]",
        'email_addresses = ["team@example.com"]',
    )
    tree.edit(f"live/{DEV.name}/kms/terragrunt.hcl", "deletion_window_days = 7", "deletion_window_days = 8")
    tree.commit()
    status, units = drift(tree, dev, tmp_path / "drift.json")
    found = {name: unit["status"] for name, unit in units.items() if unit["status"] != "clean"}
    assert found == {"eventbridge": "drift", "monitoring": "drift and change", "kms": "change"}
    assert status == 2
    (change,) = units["monitoring"]["change"]
    assert change["address"].startswith("aws_sns_topic_subscription.this")


def test_what_cannot_be_compared_is_an_error_and_no_difference(tree: ChangedTree, dev: Platform) -> None:
    done = tree.units(dev.setting(AWS_ENDPOINT_URL="https://127.0.0.1:1"), "drift", DEV.name)
    assert done.status == 1
    assert "AWS cannot be reached" in done.printed
    assert "Traceback" not in done.printed

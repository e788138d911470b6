"""docs/how-to/verify-an-account.md: its command, typed in a copy of the checkout, goes from nothing to nothing."""

import json
from pathlib import Path

import pytest

from scripts.account.verify.steps import NAMES
from scripts.common.paths import REPOSITORY
from tests.support import documents
from tests.support.documents import Checkout
from tests.support.platform import DEV

GUIDE = REPOSITORY / "docs" / "how-to" / "verify-an-account.md"
EXPECTED = {"KMS key", "state bucket", "lock table", "state"}


def test_the_guide_names_every_step() -> None:
    section = GUIDE.read_text(encoding="utf-8").partition("## The steps")[2].partition("\n## ")[0]
    named = [name for row in section.splitlines() if row.startswith("| `") for name in row.split("|")[1].split(",")]
    assert [name.strip(" `") for name in named] == list(NAMES)


@pytest.mark.slow
def test_the_command_of_the_guide_passes_every_step_and_leaves_nothing(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    blocks = [block for block in documents.blocks(GUIDE) if not block.not_typed]
    assert [block.commands for block in blocks] == ["make verify AWS=local\n"]
    try:
        done = checkout.type(blocks, {})
    finally:
        checkout.end()
    assert done.returncode == 0, done.stdout[-6000:]
    report = json.loads((checkout.root / "dist" / "verify" / f"{DEV.name}.json").read_text(encoding="utf-8"))
    assert report["passed"], done.stdout[-6000:]
    assert [step["step"] for step in report["steps"]] == list(NAMES)
    assert {one["kind"] for one in report["inventory"]} == EXPECTED
    assert all(one["is_expected"] for one in report["inventory"])
    estimate = report["estimate"]
    assert estimate["not_estimated"] == {}
    assert float(estimate["dollars_per_hour"]) > 0
    added = next(step["found"] for step in report["steps"] if step["step"] == "apply")
    assert f"{estimate['resources']} resources added" in added

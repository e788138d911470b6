"""docs/how-to/review-a-change.md: its commands, typed one after another, plan, apply and compare a change."""

from scripts.common.paths import REPOSITORY
from tests.support import documents
from tests.support.changed_tree import ChangedTree
from tests.support.platform import DEV, Platform

GUIDE = REPOSITORY / "docs" / "how-to" / "review-a-change.md"


def test_the_guide_plans_a_change_applies_it_and_finds_no_drift(tree: ChangedTree, dev: Platform) -> None:
    monitoring = f"live/{DEV.name}/monitoring/terragrunt.hcl"
    tree.edit(monitoring, r"email_addresses = \[\]", 'email_addresses = ["team@example.com"]')
    tree.commit()
    script = documents.script(documents.blocks(GUIDE))
    done = tree.run(["bash", "-c", script], {**tree.variables(dev), "DOCUMENT_ROOT": str(tree.root)}).expect_success()
    assert "1 of 1 units change: 1 to add, 0 to change, 0 to replace, 0 to destroy" in done.printed
    assert "monitoring: 1 added, 0 changed, 0 destroyed" in done.printed
    assert done.printed.count("clean") == len(DEV.units())
    assert (tree.root / ".local" / "plans" / DEV.name / "plan.html").is_file()
    assert tree.git("status", "--porcelain") == "?? drift.json"

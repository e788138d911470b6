"""Makes the golden files of a review again: `python -m tests.golden_review`; takes some ten minutes.

With `--render` the kept plans stay, and only what is made of them is made again.

On a local AWS with dev as it was applied, a copy of this checkout is changed in three units and planned. The plans,
without what no reader is shown, and the comment, the page and the table made of them are kept beside this file.
tests/unit/units/test_golden.py compares them with what is made of the same plans later. Look at the difference before
you commit it.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from scripts.common.paths import REPOSITORY
from scripts.units import findings
from scripts.units.folder import MANIFEST, PLAN_JSON, Folder
from tests.support import moments
from tests.support.changed_tree import ChangedTree
from tests.support.golden_review import GOLDEN, rendered
from tests.support.platform import DEV, running

SHOWN = ("format_version", "resource_changes", "resource_drift", "output_changes")
MIRRORED = "aws_iam_role_policy"
"""What is needed of the state, to tell drift from what only repeats it."""


def change(tree: ChangedTree) -> None:
    """Three units: an update, a deletion with a creation, alarms and a subscription."""
    unit = f"live/{DEV.name}/{{}}/terragrunt.hcl"
    tree.edit(unit.format("kms"), "deletion_window_days = 7", "deletion_window_days = 30")
    tree.edit(unit.format("eventbridge"), "every-quarter-hour", "every-half-hour")
    tree.edit(unit.format("eventbridge"), r"rate\(15 minutes\)", "rate(30 minutes)")
    tree.edit(unit.format("monitoring"), r"email_addresses = \[\]", 'email_addresses = ["team@example.com"]')
    tree.commit()


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden_review", description=__doc__)
    parser.add_argument("--render", action="store_true", help="make no new plans")
    if not parser.parse_args().render:
        plan()
    render()


def plan() -> None:
    """Plan and scan the change, and keep the plans."""
    with tempfile.TemporaryDirectory() as temporary:
        cache = Path(temporary) / "cache"
        tree = ChangedTree(Path(temporary) / "checkout")
        tree.branch()
        change(tree)
        made = Path(temporary) / "plans"
        with running(DEV.name, cache, moments.of_dev(cache).applied) as dev:
            print(
                tree.units(dev, "plan", "--changed-since", "main", "--scan", "--out", str(made))
                .expect_success()
                .printed
            )
        keep(made)


def keep(made: Path) -> None:
    """Keep the plans of a folder as far as readers are shown them."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    GOLDEN.mkdir()
    for name in (MANIFEST, findings.FILE):
        shutil.copy(made / name, GOLDEN / name)
    for file in sorted(made.glob(f"units/*/{PLAN_JSON}")):
        content = json.loads(file.read_text(encoding="utf-8"))
        shown = {name: content[name] for name in SHOWN if name in content} | {"configuration": {}}
        shown["resource_changes"] = [one for one in shown["resource_changes"] if one["change"]["actions"] != ["no-op"]]
        state = content["prior_state"]["values"]["root_module"]["resources"]
        mirrored = [one for one in state if one["type"] == MIRRORED]
        shown["prior_state"] = {"values": {"root_module": {"resources": mirrored}}}
        kept = GOLDEN / file.relative_to(made)
        kept.parent.mkdir(parents=True)
        kept.write_text(json.dumps(shown, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def render() -> None:
    """Keep what is made of the kept plans."""
    for name, text in rendered(Folder(GOLDEN)).items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
    print(f"kept in {GOLDEN.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()

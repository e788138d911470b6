"""Exactly what was reviewed is applied, in order; anything else is refused, or shown and asked about."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from scripts.common.paths import command
from scripts.local.aws.server import LocalAws
from tests.support.changed_tree import ChangedTree
from tests.support.platform import DEV, TERRAGRUNT, Platform

SCHEDULES = f"live/{DEV.name}/eventbridge/terragrunt.hcl"
MONITORING = f"live/{DEV.name}/monitoring/terragrunt.hcl"


def planned(tree: ChangedTree, dev: Platform, folder: Path) -> str:
    """The folder of plans of a change that is committed now."""
    tree.commit()
    tree.units(dev, "plan", "--changed-since", "main", "--out", str(folder)).expect_success()
    return str(folder)


def started_schedule(tree: ChangedTree) -> None:
    """Changes eventbridge, and an output of it from which monitoring makes an alarm."""
    tree.edit(SCHEDULES, r"enabled = include\.component\S+", "enabled = true")


def subscribed(tree: ChangedTree) -> None:
    """Changes monitoring alone."""
    tree.edit(MONITORING, r"email_addresses = \[\]", 'email_addresses = ["team@example.com"]')


def progress(folder: str) -> dict[str, str]:
    return dict(json.loads((Path(folder) / "progress.json").read_text())["units"])


def schedule(dev: Platform) -> str:
    return str(dev.only_schedule()["State"])


def subscriptions(dev: Platform) -> int:
    return len(dev.client("sns").list_subscriptions()["Subscriptions"])


def test_what_reads_changed_outputs_is_planned_again_and_asked_about(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    started_schedule(tree)
    folder = planned(tree, dev, tmp_path / "plans")
    first = tree.units(dev, "apply", folder, given="no\n")
    assert first.status == 1, first.printed
    assert schedule(dev) == "ENABLED", first.printed
    assert "eventbridge: 0 added, 1 changed, 0 destroyed" in first.printed
    assert "monitoring is planned again: outputs of eventbridge have changed" in first.printed
    assert "The new plans of monitoring were not accepted" in first.printed
    assert "done: eventbridge\nbegun and not finished: none\nnot begun: monitoring" in first.printed
    assert progress(folder) == {"eventbridge": "applied"}
    second = tree.units(dev, "apply", folder, given="yes\n").expect_success()
    assert "done before: eventbridge" in second.printed
    assert progress(folder) == {"eventbridge": "applied", "monitoring": "applied"}
    tree.units(dev, "plan", "--out", str(tmp_path / "after"), "--changed-since", "main").expect_success()
    assert "**Nothing to apply.**" in (tmp_path / "after" / "plan.md").read_text()


def test_units_that_are_excepted_are_left(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    tree.edit(SCHEDULES, r"rate\(15 minutes\)", "rate(30 minutes)")
    subscribed(tree)
    folder = planned(tree, dev, tmp_path / "plans")
    refused = tree.units(dev, "apply", folder, "--except", "eventbrigde")
    assert refused.status == 1
    assert f"--except eventbrigde: {DEV.name} has no such unit. Nothing was applied." in refused.printed
    assert subscriptions(dev) == 0
    done = tree.units(dev, "apply", folder, "--except", "eventbridge", "--except", "ci_roles").expect_success()
    assert "eventbridge: has changes that this run leaves (--except)" in done.printed
    assert "ci_roles: " not in done.printed
    assert "applied: monitoring" in done.printed
    assert subscriptions(dev) == 1
    assert progress(folder) == {"monitoring": "applied"}


def test_plans_of_another_commit_and_of_another_account_and_changed_ones_are_refused(
    tree: ChangedTree, dev: Platform, tmp_path: Path
) -> None:
    subscribed(tree)
    folder = planned(tree, dev, tmp_path / "plans")
    plan = Path(folder) / "units" / "monitoring" / "tfplan.tfplan"
    content = plan.read_bytes()

    plan.write_bytes(content + b"x")
    changed = tree.units(dev, "apply", folder, "--yes")
    assert changed.status == 1
    assert "tfplan.tfplan was changed after the plan was made" in changed.printed
    plan.write_bytes(content)

    with LocalAws(account_id="444455556666", region=DEV.region) as other:
        elsewhere = tree.units(dev.setting(**other.environment), "apply", folder, "--yes")
    assert elsewhere.status == 1
    assert "Wrong account: these credentials belong to account 444455556666" in elsewhere.printed

    tree.add(MONITORING, "# not committed\n")
    dirty = tree.units(dev, "apply", folder, "--yes")
    assert dirty.status == 1
    assert "files are not committed" in dirty.printed
    tree.commit()
    another = tree.units(dev, "apply", folder, "--yes")
    assert another.status == 1
    assert "These plans are of commit" in another.printed
    assert "Nothing was applied" in another.printed
    assert subscriptions(dev) == 0

    tree.git("checkout", "--quiet", "HEAD~1")
    tree.units(dev, "apply", folder).expect_success()
    assert subscriptions(dev) == 1


def test_a_plan_is_stale_once_the_state_was_written(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    subscribed(tree)
    folder = planned(tree, dev, tmp_path / "plans")
    written = [TERRAGRUNT, "apply", "-auto-approve", "-replace=aws_cloudwatch_dashboard.this"]
    dev.run([*written, "--working-dir", str(DEV.folder / "monitoring")], DEV.folder, 300).expect_success()
    stale = tree.units(dev, "apply", folder, "--yes")
    assert stale.status == 1
    assert "The plan of monitoring is stale: its state was written since" in stale.printed

    # Terraform has the last word, should a state be written in between.
    manifest = json.loads((Path(folder) / "manifest.json").read_text())
    serial = int(stale.printed.partition("planned, ")[2].split()[0])
    manifest["units"][0]["state"]["serial"] = serial
    (Path(folder) / "manifest.json").write_text(json.dumps(manifest))
    refused = tree.units(dev, "apply", folder, "--yes")
    assert refused.status == 1
    assert "Saved plan is stale: somebody has applied since it was made" in refused.printed
    assert subscriptions(dev) == 0


def test_a_unit_that_fails_in_the_middle_is_gone_on_from(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    tree.edit(SCHEDULES, r"^( *)every-quarter-hour = (.*)$", r"\1every-quarter-hour = \2\n\1every-hour = \2")
    folder = planned(tree, dev, tmp_path / "plans")
    scheduler = dev.client("scheduler")
    there = dev.only_schedule()
    name = there["Name"].replace("every-quarter-hour", "every-hour")
    scheduler.create_schedule(
        Name=name,
        GroupName=there["GroupName"],
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=there["Target"],
    )
    failed = tree.units(dev, "apply", folder, "--yes")
    assert failed.status == 1, failed.printed
    assert "eventbridge could not be applied" in failed.printed
    assert "done: none\nbegun and not finished: eventbridge\nnot begun: monitoring" in failed.printed
    assert f"units apply {folder}" in failed.printed
    scheduler.delete_schedule(Name=name, GroupName=there["GroupName"])
    done = tree.units(dev, "apply", folder, "--yes").expect_success()
    assert "eventbridge is planned again: an earlier run began to apply it and did not finish" in done.printed
    assert set(progress(folder)) == {"eventbridge", "monitoring"}
    assert len(scheduler.list_schedules()["Schedules"]) == 2


@pytest.mark.slow
def test_an_interrupted_apply_says_what_is_done_and_goes_on(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    """A queue takes the provider some 25 seconds, which is time enough for Ctrl-C."""
    tree.edit("live/_components/common.hcl", r"queue_retention_days( *)= 4", r"queue_retention_days\1= 5")
    folder = planned(tree, dev, tmp_path / "plans")
    output = tmp_path / "printed"
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [command("units"), "apply", folder, "--yes"],
            cwd=tree.root,
            env=tree.variables(dev),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            limit = time.monotonic() + 300
            while progress_or_nothing(folder).get("sqs") != "started":
                assert process.poll() is None, output.read_text()
                assert time.monotonic() < limit, output.read_text()
                time.sleep(0.05)
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(300) == 130
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)
    said = output.read_text()
    assert "done: " in said
    assert f"to go on from there: units apply {folder}" in said
    tree.units(dev, "apply", folder, "--yes").expect_success()
    assert set(progress(folder).values()) <= {"applied", "unchanged"}


def progress_or_nothing(folder: str) -> dict[str, str]:
    return progress(folder) if (Path(folder) / "progress.json").exists() else {}

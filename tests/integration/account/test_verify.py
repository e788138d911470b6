"""`verify-account` on dev as it was applied, with the deployed zips and IAM enforced; and where nothing is."""

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scripts.account.account import connect
from scripts.account.verify import cli, cost, inventory
from scripts.account.verify.steps import NAMES
from scripts.local.aws.server import LocalAws
from tests.integration.account.verification import BEFORE_THE_SECRET, Verification, executing
from tests.integration.platform.conftest import cache, moments
from tests.support.moments import Moments
from tests.support.platform import DEV, production, running

__all__ = ["cache", "moments"]


@pytest.fixture(scope="module")
def applied(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verification]:
    """Dev as it was applied; the steps before the secret are done, and a second plan, which takes a minute, too."""
    folder = tmp_path_factory.mktemp("verify")
    with LocalAws(DEV.name, DEV.account_id, DEV.region, moments.applied, enforce_iam=True) as aws:
        verification = Verification(aws, folder)
        verification.begin_after(*BEFORE_THE_SECRET, "plan")
        with executing(aws, DEV.name, folder / "home"):
            yield verification


@pytest.fixture
def empty(cache: Path, tmp_path: Path) -> Iterator[Verification]:
    """An account in which nothing was ever made."""
    with running(DEV.name, cache) as platform:
        yield Verification(platform.aws, tmp_path)


def test_an_interrupted_wait_is_continued_up_to_the_denials_and_the_environment_is_kept(applied: Verification) -> None:
    mapping = applied.client("lambda").list_event_source_mappings()["EventSourceMappings"][0]["UUID"]
    applied.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    said = applied.interrupted_while_loading()
    applied.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    assert f"Continue after the last step that is done: verify-account {DEV.name} --aws local" in said
    assert applied.outcomes["wait"] == "interrupted"
    assert applied.outcomes["compare"] == "not reached"

    printed = applied.run("--keep")

    assert "continues the run of" in printed
    assert "Drop a file" not in printed.partition("continues the run of")[2].partition("step")[0]
    assert "1,025 rows = 980 in the table + 25 superseded + 20 rejected" in printed.replace("\n", " ")
    assert [name for name, outcome in applied.outcomes.items() if outcome != "passed"] == ["destroy", "inventory"]
    assert "is kept, and costs money until it is destroyed" in printed


def test_a_kept_environment_is_not_destroyed_without_being_asked_for(applied: Verification) -> None:
    assert "--from destroy" in applied.run(status=1)
    assert applied.client("lambda").list_functions()["Functions"]


def test_the_report_says_what_every_identity_was_answered(applied: Verification) -> None:
    (denials,) = [one for one in applied.report["steps"] if one["step"] == "denials"]
    assert denials["found"] == "6 calls by 3 identities, each answered as it must be"
    text = (applied.folder / "reports" / f"{DEV.name}.md").read_text(encoding="utf-8")
    assert re.search(r"\| Have calls denied \(`denials`\) \| passed \| \d+ \| 6 calls by 3 identities", text)


def test_a_row_that_changed_in_the_database_fails_the_comparison(applied: Verification) -> None:
    changed = "UPDATE recipients SET name = 'Other' WHERE load_line = (SELECT MIN(load_line) FROM recipients)"
    with closing(sqlite3.connect(applied.store)) as connection, connection:
        assert connection.execute(changed).rowcount == 1
    printed = applied.run("--from", "compare", "--keep", status=1)
    assert "the values in table recipients are not those of the file" in printed.replace("\n", " ")
    assert applied.outcomes["compare"] == "failed"


def test_a_call_that_is_not_denied_fails_the_run(applied: Verification) -> None:
    iam, role = applied.client("iam"), f"{DEV.prefix}-rejects-reader"
    policy = iam.get_role_policy(RoleName=role, PolicyName="task")["PolicyDocument"]
    widened = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="task", PolicyDocument=json.dumps(widened))
    try:
        applied.begin_after(*BEFORE_THE_SECRET, "plan")
        printed = applied.run("--keep", status=1)
    finally:
        iam.put_role_policy(RoleName=role, PolicyName="task", PolicyDocument=json.dumps(policy))
    assert re.search(r"the rejects reader must not read incoming/recipients/\S+: it was not denied", printed)
    assert applied.outcomes["denials"] == "failed"


def test_an_environment_that_is_in_use_is_refused(applied: Verification) -> None:
    applied.begin_after("package")
    printed = applied.run(given="yes\n", status=1)
    assert f"{DEV.name} is in use: state live/{DEV.name}/" in printed
    assert "Nothing was created" in printed


def test_without_a_record_and_a_yes_nothing_is_destroyed(applied: Verification) -> None:
    applied.record_file.unlink(missing_ok=True)
    printed = applied.run("--from", "destroy", given="no\n", status=1)
    assert re.search(rf"Destroy {DEV.name}, of which \d+ resources .* account {DEV.account_id}", printed)
    assert "not confirmed: nothing was destroyed" in printed
    assert applied.client("lambda").list_functions()["Functions"]


def test_a_bucket_that_is_left_behind_is_reported(empty: Verification) -> None:
    empty.begin_after(*NAMES[:-1])
    other = f"{DEV.prefix}x-somebody-elses"
    left = f"{DEV.prefix}-made-by-hand"
    for name in (left, other):
        empty.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": DEV.region})
    printed = empty.run(status=1)
    assert f"LEFT: bucket {left}" in printed
    assert other not in printed
    assert [one["name"] for one in empty.report["inventory"]] == [left]

    empty.client("s3").delete_bucket(Bucket=left)
    assert "nothing is left" in empty.run().replace("\n", " ")


def test_what_is_left_is_found_in_every_service(applied: Verification, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in applied.variables.items():
        monkeypatch.setenv(name, value)
    found = inventory.take(connect(DEV))
    kinds = {one.kind for one in found if not one.is_expected}
    assert kinds >= {row[0] for row in inventory.BY_NAME} - {"rule"}
    assert kinds >= {"secret", "event source mapping", "KMS key", "VPC", "subnet", "security group", "VPC endpoint"}
    states = [one for one in found if one.kind == "state"]
    assert len(states) == len(DEV.units())


def test_without_a_yes_nothing_is_created(
    empty: Verification, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, value in empty.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cost, "of_environment", lambda *_: cost.of_plans([], DEV.region))
    empty.begin_after("package")
    with (tmp_path / "answer").open("w+", encoding="utf-8") as answer:
        answer.write("no\n")
        answer.seek(0)
        monkeypatch.setattr(sys, "stdin", answer)
        assert cli.main([DEV.name, *empty.typed[2:]]) == 1
    said = capsys.readouterr().err
    for named in (DEV.name, DEV.account_id, DEV.region, "0 resources", "Estimated cost: $0.00 an hour"):
        assert named in said
    assert "not confirmed: nothing was created" in said
    assert inventory.take(connect(DEV)) == []


def test_production_is_refused_before_anything_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([production(), "--aws", "real", "--yes"]) == 1
    assert "is production" in capsys.readouterr().err


def test_the_real_aws_is_refused_in_a_shell_that_points_to_a_local_one(empty: Verification) -> None:
    said = empty.run("--aws", "real", "--yes", status=1)
    assert "AWS=real was asked for" in said
    assert [file.name for file in (empty.folder / DEV.name).iterdir()] == ["run.lock"]

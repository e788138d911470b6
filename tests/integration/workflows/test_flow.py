"""A change on its way from a pull request to the account and back, played from the workflow files themselves."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from scripts.local.aws.server import LocalAws
from tests.integration.ci_roles.integration import REPOSITORY, Integration
from tests.integration.ci_roles.tokens import token
from tests.integration.least_privilege.enforced import iam_decisions
from tests.integration.workflows.changes import every_half_hour, of_dev
from tests.support import moments
from tests.support.drift_seeds import SEEDS
from tests.support.fake_github import Forge
from tests.support.leftovers import what_is_left
from tests.support.platform import DEV, Platform
from tests.support.workflows.jobs import Job
from tests.support.workflows.project import Project
from tests.support.workflows.runner import Runner

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalAws]:
    applied = moments.of_dev(tmp_path / "cache").applied
    with LocalAws(DEV.name, DEV.account_id, DEV.region, applied, enforce_iam=True) as aws:
        yield aws


@pytest.fixture
def administrator(server: LocalAws, tmp_path: Path) -> Platform:
    return Platform(DEV.name, server, tmp_path / "cache")


@pytest.fixture
def runner(server: LocalAws, project: Project, forge: Forge, tmp_path: Path) -> Runner:
    integration = Integration(server)

    def assume(role: str, subject: str, seconds: int) -> Mapping[str, str]:
        name = role.rpartition("/")[2]
        assert role == integration.role_arn(name)
        return integration.assume(name, token(subject), seconds)

    machine = {name: value for name, value in server.environment.items() if name not in CREDENTIALS}
    return Runner(project.origin, tmp_path / "runner", forge, machine, assume, REPOSITORY)


def schedule(platform: Platform) -> str:
    return str(platform.only_schedule()["ScheduleExpression"])


@pytest.mark.slow
def test_a_change_is_planned_approved_applied_watched_and_taken_back(
    administrator: Platform, project: Project, forge: Forge, runner: Runner
) -> None:
    there = what_is_left(administrator)

    pull_request = project.pull_request(7, every_half_hour, forge.variables["GITHUB_REPOSITORY"])
    reviewed = runner.play("pull-request.yml", pull_request, of_dev)
    reviewed.expect(**{f"plan_{DEV.name}": "success", f"comment_{DEV.name}": "success"})
    (comment,) = forge.comments
    assert comment["issue"] == 7
    assert '- schedule_expression = "rate(15 minutes)"' in comment["body"]
    assert '+ schedule_expression = "rate(30 minutes)"' in comment["body"]
    assert schedule(administrator) == "rate(15 minutes)"

    asked: list[str] = []

    def approves(job: Job) -> bool:
        asked.append(str(job.deployment_environment))
        assert schedule(administrator) == "rate(15 minutes)"
        return True

    merged = runner.play("apply.yml", project.merge(pull_request), of_dev, approves)
    merged.expect(**{f"{DEV.name}_plan": "success", f"{DEV.name}_apply": "success"})
    assert asked == [DEV.name]
    assert "rate(30 minutes)" in merged.summaries
    assert schedule(administrator) == "rate(30 minutes)"

    looked = {f"look_{DEV.name}": "success", f"issue_{DEV.name}": "success"}
    quiet = runner.play("drift.yml", project.scheduled(), of_dev).expect(**looked)
    assert forge.issues == []
    for seed in SEEDS.values():
        seed(administrator)
    found = runner.play("drift.yml", project.scheduled(), of_dev).expect(**looked)
    (issue,) = forge.issues
    assert issue["state"] == "open"
    assert [unit for unit in DEV.units() if f"| `{unit}` | drift |" not in issue["body"]] == []

    reverted = runner.play("apply.yml", project.revert(), of_dev, lambda job: True)
    reverted.expect(**{f"{DEV.name}_plan": "success", f"{DEV.name}_apply": "success"})
    assert schedule(administrator) == "rate(15 minutes)"
    # A job never changes what it is allowed to do, and says so.
    assert "ci_roles: has changes that this run leaves" in reverted.transcript
    administrator.terragrunt("apply", "-auto-approve", unit="ci_roles").expect_success()
    closed = runner.play("drift.yml", project.scheduled(), of_dev).expect(**looked)
    assert issue["state"] == "closed"
    assert what_is_left(administrator) == there
    assert [one for one in iam_decisions(administrator.aws.log) if not one.allowed] == []
    print(*(played.transcript for played in (reviewed, merged, quiet, found, reverted, closed)), sep="\n")

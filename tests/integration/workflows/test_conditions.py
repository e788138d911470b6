"""Which jobs run, for which event and repository: no job that these tests play gets as far as a checkout."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration.workflows.changes import every_half_hour, of_dev
from tests.support.fake_github import Forge
from tests.support.platform import DEV
from tests.support.workflows.project import Project
from tests.support.workflows.runner import Event, Runner


def refused(role: str, subject: str, seconds: int) -> Mapping[str, str]:
    raise AssertionError(f"{subject} asked for {role} for {seconds} s")


@pytest.fixture
def runner(project: Project, forge: Forge, tmp_path: Path) -> Runner:
    return Runner(project.origin, tmp_path / "runner", forge, {}, refused, "example-org/csvbatch")


def test_a_fork_gets_neither_credentials_nor_a_plan(project: Project, forge: Forge, runner: Runner) -> None:
    event = project.pull_request(8, every_half_hour, "somebody-else/csvbatch")
    skipped = {f"plan_{DEV.name}": "skipped", f"comment_{DEV.name}": "skipped"}
    runner.play("pull-request.yml", event, of_dev).expect(**skipped)
    assert forge.calls == []


def test_nothing_is_deployed_from_a_repository_that_was_not_set_up(project: Project, runner: Runner) -> None:
    runner.set_variables = {}
    push = Event("push", "refs/heads/main", project.scheduled().sha)
    runner.play("apply.yml", push, of_dev).expect(**{DEV.name: "skipped"})
    skipped = {f"look_{DEV.name}": "skipped", f"issue_{DEV.name}": "skipped"}
    runner.play("drift.yml", project.scheduled(), of_dev).expect(**skipped)

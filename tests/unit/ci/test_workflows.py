"""What workflows hold to, beyond what actionlint and zizmor check: steps are make targets, and credentials are few."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.common import environments
from scripts.common.paths import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
GITLAB = yaml.safe_load((REPOSITORY / ".gitlab-ci.yml").read_text(encoding="utf-8"))
PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")
WRITES = {"contents", "issues", "pull-requests"}

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def loaded(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    return dict(loaded(path)["jobs"])


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path).values() for step in job.get("steps", [])]


def targets_of(command: str, matrix: list[str]) -> Iterator[str]:
    """The targets that a step makes; `$TARGET` stands for each of the matrix."""
    program, *names = command.split()
    assert program == "make", f"not a make target: {command}"
    for name in names:
        yield from matrix if name == '"$TARGET"' else [name]


def gitlab_matrix(job: dict[str, Any]) -> list[str]:
    return [one for row in job.get("parallel", {}).get("matrix", []) for one in row["TARGET"]]


def matrix_of(job: dict[str, Any]) -> list[str]:
    return list(job.get("strategy", {}).get("matrix", {}).get("target", []))


@each_workflow
def test_every_step_that_runs_something_is_a_make_target_that_exists(path: Path) -> None:
    named = {
        target
        for job in jobs(path).values()
        for step in job.get("steps", [])
        if "run" in step
        for target in targets_of(step["run"], matrix_of(job))
    }
    assert named <= TARGETS


def test_every_script_of_gitlab_is_a_make_target_that_exists() -> None:
    scripts = [
        (line, job)
        for job in GITLAB.values()
        if isinstance(job, dict)
        for line in [*job.get("before_script", []), *job.get("script", [])]
    ]
    named = {target for line, job in scripts for target in targets_of(line, gitlab_matrix(job))}
    assert named
    assert named <= TARGETS


@each_workflow
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    used += [job["uses"] for job in jobs(path).values() if "uses" in job]
    assert [one for one in used if not (PINNED.fullmatch(one) or one.startswith("./.github/workflows/"))] == []


def test_an_action_has_one_pin_in_all_workflows() -> None:
    pins = {step["uses"] for path in WORKFLOWS for step in steps(path) if "uses" in step}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@each_workflow
def test_nothing_is_permitted_that_a_job_does_not_ask_for(path: Path) -> None:
    assert loaded(path)["permissions"] == {}
    assert all("permissions" in job for job in jobs(path).values())


@each_workflow
def test_no_job_has_credentials_of_aws_and_writes_to_the_repository(path: Path) -> None:
    for name, job in jobs(path).items():
        permissions = job["permissions"]
        writing = {one for one, level in permissions.items() if level == "write"} & WRITES
        assert not (writing and "id-token" in permissions), name


@each_workflow
def test_no_job_keeps_the_token_of_its_checkout(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_workflow
def test_jobs_that_plan_have_the_whole_history(path: Path) -> None:
    """Terragrunt takes modules of an earlier release (`modules_ref`) from the history of the checkout."""
    planning = {"make review", "make apply-review", "make ci-drift"}
    for name, job in jobs(path).items():
        of_job = job.get("steps", [])
        if planning & {step.get("run") for step in of_job}:
            (checkout,) = [step for step in of_job if step.get("uses", "").startswith("actions/checkout@")]
            assert checkout["with"].get("fetch-depth") == 0, name


@each_workflow
def test_no_workflow_runs_the_code_of_a_fork_with_credentials(path: Path) -> None:
    triggers = loaded(path)[True]  # YAML 1.1 reads the key `on` as true.
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers)
    for name, job in jobs(path).items():
        if "pull_request" in triggers and "id-token" in job.get("permissions", {}):
            assert "head.repo.full_name == github.repository" in job["if"], name


@each_workflow
def test_every_job_with_steps_has_a_time_limit(path: Path) -> None:
    assert [name for name, job in jobs(path).items() if "steps" in job and "timeout-minutes" not in job] == []


@each_workflow
def test_only_jobs_in_a_protected_environment_take_the_apply_role(path: Path) -> None:
    for name, job in jobs(path).items():
        taken = [
            step["with"]["role-to-assume"] for step in job.get("steps", []) if "role-to-assume" in step.get("with", {})
        ]
        assert ("environment" in job) == any("apply_role" in role for role in taken), name


def test_every_environment_is_planned_looked_at_and_applied() -> None:
    there = set(environments.names())
    for path in WORKFLOWS:
        for name, job in jobs(path).items():
            named = job.get("strategy", {}).get("matrix", {}).get("environment")
            assert named is None or set(named) == there, f"{path.name}: {name}"
    applied = jobs(REPOSITORY / ".github" / "workflows" / "apply.yml")
    assert {job["with"]["environment"] for job in applied.values()} == there


def test_gitlab_runs_what_github_runs_of_the_checks() -> None:
    github = {
        target
        for name in ("pull-request", "nightly")
        for job in jobs(REPOSITORY / ".github" / "workflows" / f"{name}.yml").values()
        for target in matrix_of(job)
    }
    gitlab = {target for job in GITLAB.values() if isinstance(job, dict) for target in gitlab_matrix(job)}
    assert gitlab == github

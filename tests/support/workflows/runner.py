"""Plays a workflow on this machine: the `run` steps of its jobs, as they stand in its file, each job on a new checkout.

What an action does that a job uses is done here instead, as far as our workflows need it; anything that this does not
know is an error. The account is that of a local AWS, and jobs become its roles with tokens as GitHub gives them.
"""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.documents import of_a_new_shell
from tests.support.fake_github import Forge
from tests.support.workflows.expressions import filled
from tests.support.workflows.jobs import Job, jobs_of

SUCCESS, FAILURE, SKIPPED, WAITING = "success", "failure", "skipped", "waiting"
_WORKFLOWS = ".github/workflows"

Assume = Callable[[str, str, int], Mapping[str, str]]
"""Gives the credentials of a role, by its ARN, to the holder of a subject, for so many seconds; or raises."""


@dataclass(frozen=True, slots=True)
class Event:
    """What starts a workflow: the commit and the reference that are checked out, and what expressions may ask for."""

    name: str
    ref: str
    sha: str
    pull_request: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The branch that a pull request is for."""
        return "main" if self.pull_request else ""

    def subject(self, repository: str, environment: str | None) -> str:
        """Who a token of its jobs is for: https://docs.github.com/en/actions/reference/security/oidc ."""
        if environment:
            return f"repo:{repository}:environment:{environment}"
        return f"repo:{repository}:pull_request" if self.pull_request else f"repo:{repository}:ref:{self.ref}"


@dataclass(slots=True)
class Played:
    """How each job ended and what it printed, and the texts on the pages of jobs."""

    conclusions: dict[str, str] = field(default_factory=dict)
    transcript: str = ""
    summaries: str = ""

    def expect(self, **conclusions: str) -> "Played":
        """Fail where a job ended otherwise; spaces of names are underscores here."""
        found = {name.replace(" ", "_"): how for name, how in self.conclusions.items()}
        assert found == conclusions, f"{found}\n{self.transcript[-8000:]}"
        return self


@dataclass
class Runner:
    """A repository on disk, its forge, and a machine whose jobs come one after the other into the same folder."""

    origin: Path
    folder: Path
    forge: Forge
    variables: Mapping[str, str]
    assume: Assume
    repository: str
    """As tokens name it."""
    set_variables: Mapping[str, str] = field(default_factory=lambda: {"CSVBATCH_DEPLOYS": "yes"})
    """Those of the repository."""
    number: int = 0

    def play(
        self, workflow: str, event: Event, wanted: Callable[[Job], bool], approves: Callable[[Job], bool] | None = None
    ) -> Played:
        """Play the jobs that are wanted; one that has to be approved waits unless it is."""
        self.number += 1
        played = Played()
        self._play(workflow, event, {}, wanted, approves or (lambda job: False), played, "")
        return played

    def _play(
        self,
        workflow: str,
        event: Event,
        inputs: Mapping[str, Any],
        wanted: Callable[[Job], bool],
        approves: Callable[[Job], bool],
        played: Played,
        prefix: str,
    ) -> None:
        text = self.git(self.origin, "show", f"{event.sha}:{_WORKFLOWS}/{workflow}")
        own: dict[str, str] = {}
        for job in jobs_of(text, self._names(event, inputs)):
            if not wanted(job):
                continue
            before = {how for name, how in own.items() if name.partition(" ")[0] in job.needs}
            if before - {SUCCESS} or not job.is_wanted():
                own[job.name] = SKIPPED
            elif job.calls:
                called = filled(job.content.get("with", {}), job.names)
                self._play(job.calls.name, event, called, wanted, approves, played, f"{prefix}{job.name} ")
                parts = {how for name, how in played.conclusions.items() if name.startswith(f"{prefix}{job.name} ")}
                own[job.name] = SUCCESS if parts == {SUCCESS} else FAILURE
                continue
            elif job.deployment_environment and not approves(job):
                own[job.name] = WAITING
            else:
                own[job.name] = OneJob(self, job, event, played).run()
            played.conclusions[f"{prefix}{job.name}"] = own[job.name]

    def _names(self, event: Event, inputs: Mapping[str, Any]) -> dict[str, Any]:
        github = {
            "base_ref": event.base,
            "event": {"pull_request": event.pull_request},
            "event_name": event.name,
            "repository": self.forge.variables["GITHUB_REPOSITORY"],
            "token": self.forge.variables["GITHUB_TOKEN"],
        }
        return {"github": github, "inputs": inputs, "vars": self.set_variables, "steps": {}}

    @property
    def artifacts(self) -> Path:
        """Those of this run."""
        return self.folder / "artifacts" / str(self.number)

    def git(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout.strip()


class OneJob:
    """The steps of one job, in a folder that was never there before."""

    def __init__(self, runner: Runner, job: Job, event: Event, played: Played) -> None:
        self._runner = runner
        self._job = job
        self._event = event
        self._played = played
        self._workspace = runner.folder / "work"
        self._credentials: dict[str, str] = {}
        self._outputs: dict[str, dict[str, dict[str, str]]] = {}
        self._permissions = dict(job.content["permissions"])

    def run(self) -> str:
        """How it ended."""
        shutil.rmtree(self._workspace, ignore_errors=True)
        self._workspace.mkdir(parents=True)
        self._runner.forge.permissions = self._permissions
        for step in self._job.content["steps"]:
            given = filled(step, {**self._job.names, "steps": self._outputs})
            if "run" not in given:
                self._act(given["uses"].partition("@")[0], given.get("with", {}))
            elif not self._types(given):
                return FAILURE
        return SUCCESS

    def _types(self, step: Mapping[str, Any]) -> bool:
        """Run a step as GitHub does.

        https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
        """
        unknown = set(step) - {"env", "id", "run"}
        assert not unknown, f"this test does not know {sorted(unknown)} of a step"
        files = {name: self._workspace.parent / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=self._workspace,
            env=self._variables() | {name: str(file) for name, file in files.items()} | step.get("env", {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60 * self._job.minutes,
            check=False,
        )
        self._played.transcript += f"\n[{self._job.name}] $ {step['run']}\n{done.stdout}"
        self._played.summaries += files["GITHUB_STEP_SUMMARY"].read_text()
        if "id" in step:
            lines = [line.partition("=") for line in files["GITHUB_OUTPUT"].read_text().splitlines()]
            self._outputs[step["id"]] = {"outputs": {name: value for name, _, value in lines}}
        return done.returncode == 0

    def _variables(self) -> dict[str, str]:
        job = self._job.env()
        if job.get("AWS") == "real":
            job["AWS"] = "local"
        return {
            **of_a_new_shell(),
            **self._runner.variables,
            **{name: value for name, value in self._runner.forge.variables.items() if name != "GITHUB_TOKEN"},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self._workspace),
            **self._credentials,
            **job,
        }

    def _act(self, action: str, given: Mapping[str, Any]) -> None:
        known: dict[str, Callable[..., None]] = {
            "actions/checkout": self._check_out,
            "actions/setup-python": self._set_python_up,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
            "aws-actions/configure-aws-credentials": self._become,
        }
        assert action in known, f"this test does not know the action {action}"
        known[action](**{name.replace("-", "_"): value for name, value in given.items()})

    def _check_out(self, *, persist_credentials: bool, ref: str = "", fetch_depth: int = 1) -> None:
        """As https://github.com/actions/checkout says: one commit, or with a depth of 0 all branches and tags.

        The branches are those of `origin` (getRefSpecForAllHistory in its src/ref-helper.ts).
        """
        assert not persist_credentials
        assert "contents" in self._permissions, "a token that may read nothing cannot check out"
        git = self._runner.git
        git(self._workspace, "init", "--quiet")
        git(self._workspace, "remote", "add", "origin", self._runner.origin.as_uri())
        wanted = f"refs/heads/{ref}" if ref else self._event.sha
        if fetch_depth:
            git(self._workspace, "fetch", "--quiet", f"--depth={fetch_depth}", "--no-tags", "origin", wanted)
        else:
            branches = "+refs/heads/*:refs/remotes/origin/*"
            git(self._workspace, "fetch", "--quiet", "--tags", "origin", branches)
            git(self._workspace, "fetch", "--quiet", "origin", wanted)
        git(self._workspace, "checkout", "--quiet", "--detach", "FETCH_HEAD")

    def _set_python_up(self, *, python_version: str) -> None:
        found = subprocess.run(
            ["python3", "--version"], env=self._variables(), capture_output=True, text=True, timeout=60, check=True
        )
        assert found.stdout.startswith(f"Python {python_version}.")

    def _upload(self, *, name: str, path: str, retention_days: int) -> None:
        """As https://github.com/actions/upload-artifact says: without hidden files and without permissions of files."""
        assert retention_days > 0
        source, target = self._workspace / path, self._runner.artifacts / name
        files = [source] if source.is_file() else [one for one in source.rglob("*") if one.is_file()]
        root = source.parent if source.is_file() else source
        shown = [one for one in files if not any(part.startswith(".") for part in one.relative_to(root).parts)]
        assert shown, f"there is nothing to upload in {path}"
        target.mkdir(parents=True)
        for file in shown:
            copy = target / file.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            copy.chmod(0o644)

    def _download(self, *, name: str, path: str) -> None:
        shutil.copytree(self._runner.artifacts / name, self._workspace / path, dirs_exist_ok=True)

    def _become(self, *, role_to_assume: str, aws_region: str, role_duration_seconds: int = 3600) -> None:
        """As https://github.com/aws-actions/configure-aws-credentials does with a token of the job."""
        assert self._permissions.get("id-token") == "write", "the job gets no token"
        subject = self._event.subject(self._runner.repository, self._job.deployment_environment)
        region = {"AWS_REGION": aws_region, "AWS_DEFAULT_REGION": aws_region}
        self._credentials = {**self._runner.assume(role_to_assume, subject, role_duration_seconds), **region}

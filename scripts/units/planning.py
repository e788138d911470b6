"""Plans units with Terragrunt into a folder, and writes down what each plan is bound to."""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from scripts.common import tools
from scripts.common.commands import run
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.terragrunt import plan_units
from scripts.units import states
from scripts.units.affected import Unit
from scripts.units.folder import PLAN, PLAN_JSON, Folder
from scripts.units.manifest import UnitPlan
from scripts.units.target import Target

SHOW_LIMIT_SECONDS = 300
MOCKS_ALLOWED = {"CSVBATCH_MOCKS_IN_SAVED_PLANS": "review"}
"""Read by live/_components/common.hcl. A plan that was made so is marked, and never applied."""


@dataclass(frozen=True, slots=True)
class Job:
    """Which units are planned, why, and where: `units` are all of the environment."""

    environment: Environment
    units: Mapping[str, Unit]
    reasons: Mapping[str, str]
    target: Target
    console: Console

    @property
    def needed(self) -> set[str]:
        """The units planned and those that they depend on directly."""
        return set(self.reasons).union(*(self.units[name].needs for name in self.reasons))


def make(job: Job, folder: Folder, options: Sequence[str] = (), *, show_all: bool = False) -> list[UnitPlan]:
    """Plan the job's units into a folder, with further options of `terraform plan`; raises UserError where one fails.

    Plans without changes are shown in JSON only where `show_all` asks for it: it starts the provider once more. States
    are read before the plans are made, so that a state that is written meanwhile makes a plan stale, and never passes
    for the one that was planned on.
    """
    before = states.read(job.environment, job.needed, job.target.s3)
    mocks = {name: states.mocked(job.environment, job.units[name].needs, before) for name in job.reasons}
    said = _plan(job, folder, [name for name in mocks if not mocks[name]], {}, options)
    said |= _plan(job, folder, [name for name in mocks if mocks[name]], MOCKS_ALLOWED, options)
    changed = [name for name in job.reasons if said[name].has_changes]
    _show(job, folder, list(job.reasons) if show_all else changed)
    folder.close()
    return [
        UnitPlan(
            name=name,
            reason=job.reasons[name],
            needs=tuple(sorted(job.units[name].needs)),
            has_changes=name in changed,
            digests=folder.digests(name),
            mocks=tuple(mocks[name]),
            state=before[name].state,
            inputs={one: before[one].state.outputs for one in sorted(job.units[name].needs)},
        )
        for name in job.reasons
    ]


def _plan(
    job: Job, folder: Folder, units: Sequence[str], extra: Mapping[str, str], options: Sequence[str]
) -> dict[str, plan_units.UnitPlan]:
    if not units:
        return {}
    variables = {**job.target.variables, **extra}
    out = ["--out-dir", str(folder.units)]
    plans, status = plan_units.plan(
        job.environment, variables, job.console, out, options, units, program=job.target.terragrunt
    )
    if status != 0:
        failed = [one.unit for one in plans if one.counts is None]
        raise UserError(
            f"{', '.join(failed) or 'A unit'} of {job.environment.name} could not be planned; the errors are above. "
            "Nothing was saved for review."
        )
    return {one.unit: one for one in plans}


def _show(job: Job, folder: Folder, units: Sequence[str]) -> None:
    """Write the plans of these units in JSON beside them."""
    engine = tools.read()
    variables = {**job.target.variables, "TF_CLI_CONFIG_FILE": engine.cli_configuration}

    def one(name: str) -> None:
        plan = folder.unit(name) / PLAN
        command = [engine.engine, "show", "-json", "-no-color", str(plan)]
        done = run(command, limit_seconds=SHOW_LIMIT_SECONDS, cwd=_working_folder(job, name), environment=variables)
        (folder.unit(name) / PLAN_JSON).write_text(done.stdout, encoding="utf-8")

    with ThreadPoolExecutor(os.process_cpu_count()) as several:
        list(several.map(one, units))


def _working_folder(job: Job, unit: str) -> Path:
    """Where Terragrunt ran Terraform for a unit, with the provider that its plan needs: its backend names the state."""
    shared = job.target.variables.get("TG_DOWNLOAD_DIR")
    cache = Path(shared) if shared else job.environment.folder / unit / ".terragrunt-cache"
    key = f'"{job.environment.state_key(unit)}"'
    found = [file for file in cache.glob("*/*/*/backend.tf") if key in file.read_text(encoding="utf-8")]
    if not found:
        raise UserError(f"{cache} has no folder in which {unit} was planned; remove it and plan again.")
    return max(found, key=lambda file: file.stat().st_mtime).parent


def versions(variables: Mapping[str, str]) -> dict[str, str]:
    """The tools that plan: Terraform or OpenTofu, and Terragrunt."""
    found = tools.read()
    engine = json.loads(run([found.engine, "version", "-json"], limit_seconds=60, environment=variables).stdout)
    terragrunt = run([found.terragrunt, "--version"], limit_seconds=60, environment=variables).stdout.split()
    return {Path(found.engine).name: str(engine["terraform_version"]), "terragrunt": terragrunt[-1]}


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

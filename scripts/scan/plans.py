"""Makes the plan of every unit of an environment from an empty state, and reads plans that were made."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.common.paths import LOCAL, PACKAGES
from scripts.local.aws.server import LocalAws
from scripts.terragrunt import plan_units, runner

CACHE = LOCAL / "scan"
PLAN = "tfplan.json"
_KEYS = {"format_version", "terraform_version", "planned_values", "configuration"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A unit's plan as Terraform shows it in JSON; https://developer.hashicorp.com/terraform/internals/json-format ."""

    environment: str
    unit: str
    file: Path
    content: dict[str, Any]

    @property
    def name(self) -> str:
        """Its unit, as a user would write it below `live/`."""
        return f"{self.environment}/{self.unit}"

    def planned(self) -> list[str]:
        """The addresses of all the resources that it creates or keeps."""
        return list(_addresses(self.content["planned_values"].get("root_module", {})))


def make(environment: environments.Environment, folder: Path, console: Console) -> None:
    """Plan every unit on a temporary local AWS; UserError where one cannot be planned.

    Mocks replace the outputs of what was never applied, so these plans are for reading only.
    """
    if not list(PACKAGES.glob("*/*.json")):
        raise UserError(f"The functions are not packaged: {PACKAGES} has no package. Run: make package")
    options = ["--json-out-dir", str(folder / environment.name), "--download-dir", str(CACHE / environment.name)]
    try:
        console.print(
            f"{environment.name}: planning {len(environment.units())} units on a local AWS with an empty state"
        )
        with LocalAws(environment.name, environment.account_id, environment.region) as aws:
            variables = {**aws.environment, "CSVBATCH_MOCKS_IN_SAVED_PLANS": "scan"}
            runner.bootstrap(environment, variables)
            # Nothing else uses this AWS, so locks are not needed.
            _, status = plan_units.plan(environment, variables, console, options, ["-lock=false"])
    except (UserError, OSError) as error:
        raise UserError(f"{environment.name} could not be planned: {error}") from error
    if status != 0:
        raise UserError(f"{environment.name} could not be planned (exit status {status}); its plans were not scanned.")


def read(folder: Path) -> list[Plan]:
    """Every plan in `<environment>/<unit>/tfplan.json` below a folder.

    UserError where there is none, one is missing, or one is not a complete plan.
    """
    found = [_read(file) for file in sorted(folder.glob(f"*/*/{PLAN}"))]
    if not found:
        raise UserError(f"{folder} holds no plan (<environment>/<unit>/{PLAN}): nothing was scanned.")
    there = {plan.name for plan in found}
    for name in sorted({plan.environment for plan in found} & set(environments.names())):
        missing = [unit for unit in environments.load(name).units() if f"{name}/{unit}" not in there]
        if missing:
            raise UserError(f"{folder / name} holds no plan of {', '.join(missing)}: the scan would be incomplete.")
    return found


def _read(file: Path) -> Plan:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read as a plan in JSON ({error}); nothing was scanned.") from error
    if not isinstance(content, dict) or not content.keys() >= _KEYS:
        raise UserError(
            f"{file} is JSON but not a plan of Terraform; nothing was scanned. Create it with: terraform show -json"
        )
    if content.get("errored"):
        raise UserError(f"{file} is a plan that ended in an error, so it is not complete; nothing was scanned.")
    plan = Plan(file.parent.parent.name, file.parent.name, file, content)
    if not plan.planned():
        raise UserError(f"{file} plans no resource; nothing was scanned.")
    return plan


def _addresses(module: dict[str, Any]) -> Iterator[str]:
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield resource["address"]
    for child in module.get("child_modules", []):
        yield from _addresses(child)

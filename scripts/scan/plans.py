"""Makes the plan of every unit of an environment from an empty state, and reads plans that were made."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.local.aws.server import LocalAws
from scripts.scan.errors import ScanError
from scripts.terragrunt import plan_units, runner

PACKAGES = environments.REPOSITORY / "dist" / "lambda"
CACHE = environments.REPOSITORY / ".local" / "scan"
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
        """The addresses of all the resources it would make or keep."""
        return list(_addresses(self.content["planned_values"].get("root_module", {})))


def make(environment: environments.Environment, folder: Path, console: Console) -> None:
    """Plan every unit on a local AWS made for it and gone after it; ScanError where one cannot be planned.

    Mocks stand in for what was never applied, so these plans are for reading only.
    """
    if not list(PACKAGES.glob("*/*.json")):
        raise ScanError(f"The functions were never packaged: {PACKAGES} has no package. Build them: make package")
    options = ["--json-out-dir", str(folder / environment.name), "--download-dir", str(CACHE / environment.name)]
    try:
        console.print(
            f"{environment.name}: planning {len(environment.units())} units on a local AWS with an empty state"
        )
        with LocalAws(environment.name, environment.account_id, environment.region) as aws:
            variables = {**aws.environment, "CSVBATCH_MOCKS_IN_SAVED_PLANS": "scan"}
            runner.bootstrap(environment, variables)
            # Nobody else knows this AWS, so nothing is to be locked.
            _, status = plan_units.plan(environment, variables, console, options, ["-lock=false"])
    except (UserError, OSError) as error:
        raise ScanError(f"{environment.name} could not be planned: {error}") from error
    if status != 0:
        raise ScanError(f"{environment.name} could not be planned (exit status {status}); its plans were not scanned.")


def read(folder: Path) -> list[Plan]:
    """Every plan in `<environment>/<unit>/tfplan.json` below a folder.

    ScanError where there is none, one is missing, or one is no whole plan.
    """
    found = [_read(file) for file in sorted(folder.glob(f"*/*/{PLAN}"))]
    if not found:
        raise ScanError(f"{folder} holds no plan (<environment>/<unit>/{PLAN}): nothing was scanned.")
    there = {plan.name for plan in found}
    for name in sorted({plan.environment for plan in found} & set(environments.names())):
        missing = [unit for unit in environments.load(name).units() if f"{name}/{unit}" not in there]
        if missing:
            raise ScanError(f"{folder / name} holds no plan of {', '.join(missing)}: the scan would be incomplete.")
    return found


def _read(file: Path) -> Plan:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScanError(f"{file} cannot be read as a plan in JSON ({error}); nothing was scanned.") from error
    if not isinstance(content, dict) or not content.keys() >= _KEYS:
        raise ScanError(
            f"{file} is JSON but no plan of Terraform's; nothing was scanned. Make it: terraform show -json"
        )
    if content.get("errored"):
        raise ScanError(f"{file} is a plan that ended in an error, so it is not whole; nothing was scanned.")
    plan = Plan(file.parent.parent.name, file.parent.name, file, content)
    if not plan.planned():
        raise ScanError(f"{file} plans no resource at all; nothing was scanned.")
    return plan


def _addresses(module: dict[str, Any]) -> Iterator[str]:
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield resource["address"]
    for child in module.get("child_modules", []):
        yield from _addresses(child)

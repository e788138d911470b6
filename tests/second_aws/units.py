"""All units of an environment on an AWS: applied, planned again, and destroyed, by the project's own Terragrunt."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.terragrunt import runner
from scripts.terragrunt.runner import LogLine
from tests.second_aws.differences import Difference

PLAN = "tfplan.json"
NOTHING_TO_DO = "no change"
_LIMIT_SECONDS = 1500
_LAST_LINES = 15
_FAILED = r'Failed to execute "[^"]*" in \S*/{unit}$.*?Error: (.+?)\.\s'
_INDEX = re.compile(r"\[[^\]]*\]")
_UNCHANGED = (["no-op"], ["read"])


def plan_again(environment: Environment, variables: Mapping[str, str], folder: Path) -> list[Difference]:
    """Plan units that were applied: each attribute that a plan would change, and each plan that fails.

    On AWS there is none. Raises UserError where Terragrunt fails for another reason.
    """
    made = ["--queue-ignore-dag-order", "--json-out-dir", str(folder)]
    status, errors = _run(environment, ["plan"], variables, made)
    found: list[Difference] = []
    for unit in environment.units():
        file = folder / unit / PLAN
        if file.exists():
            found.extend(changes(unit, json.loads(file.read_text(encoding="utf-8"))))
        elif said := failure(unit, errors):
            found.append(Difference("plan", f"{unit} as a whole", NOTHING_TO_DO, said))
        else:
            raise UserError(f"terragrunt plan of {unit} ended with exit status {status} and no plan:\n{_last(errors)}")
    return found


def destroy(environment: Environment, variables: Mapping[str, str]) -> None:
    """Destroy all units in the opposite order; raises UserError with Terragrunt's last errors.

    Without a refresh, since a unit that cannot be planned again could not be refreshed either.
    """
    status, errors = _run(environment, ["destroy", "-refresh=false"], variables, [])
    if status != 0:
        raise UserError(f"terragrunt destroy of {environment.name} failed with exit status {status}:\n{_last(errors)}")


def failure(unit: str, said: str) -> str:
    """The title and the first sentence of the error that Terraform ended with in a unit, in one line; empty if none.

    Terragrunt reports it after the run, by the folder that it ran Terraform in.
    """
    found = re.search(_FAILED.format(unit=unit), said, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def changes(unit: str, plan: Mapping[str, Any]) -> set[Difference]:
    """What a plan would change: attribute by attribute, with what was read; the same of all instances is one change.

    The format is Terraform's: https://developer.hashicorp.com/terraform/internals/json-format.
    """
    found: set[Difference] = set()
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        if change["actions"] in _UNCHANGED:
            continue
        before, after, unknown = (change.get(side) or {} for side in ("before", "after", "after_unknown"))
        names = {name for name in {**before, **after} if before.get(name) != after.get(name)} - unknown.keys()
        address = f"{unit}/{_INDEX.sub('', resource['address'])}"
        done = "+".join(change["actions"])
        for name in names or [""]:
            read = f"{done}, read as {json.dumps(before.get(name))}" if name else done
            found.add(Difference("plan", f"{address} {name}".strip(), NOTHING_TO_DO, read))
    return found


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """The leaves of a JSON value by their paths, such as `rule.0.id`; an empty object or list is a leaf."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: dict[str, Any] = {}
    for name, inner in items:
        found.update(flat(inner, f"{path}.{name}" if path else str(name)))
    return found or ({path: value} if path else {})


def _run(
    environment: Environment, terraform: list[str], variables: Mapping[str, str], options: list[str]
) -> tuple[int, str]:
    """The exit status, and all errors."""
    said: list[str] = []

    def read(line: LogLine) -> None:
        if line.is_error:
            said.append(f"{line.unit}: {line.message}")

    status = runner.run_all(environment, terraform, variables, read, limit_seconds=_LIMIT_SECONDS, options=options)
    return status, "\n".join(said)


def _last(errors: str) -> str:
    return "\n".join(errors.splitlines()[-_LAST_LINES:])

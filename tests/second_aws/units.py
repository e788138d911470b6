"""All units of an environment on an AWS: applied, planned again, and destroyed, by the project's own Terragrunt."""

import json
from collections.abc import Callable, Iterator, Mapping
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
_UNCHANGED = (["no-op"], ["read"])


def plan_again(environment: Environment, variables: Mapping[str, str], folder: Path) -> list[Difference]:
    """Plan units that were applied: each attribute that a plan would change, which on AWS none does."""
    made = ["--queue-ignore-dag-order", "--json-out-dir", str(folder)]
    _run(environment, ["plan"], variables, made)
    return [change for unit in environment.units() for change in changes(unit, _plan(folder / unit / PLAN))]


def destroy(environment: Environment, variables: Mapping[str, str]) -> None:
    """Destroy all units in the opposite order; raises UserError with Terragrunt's last errors."""
    _run(environment, ["destroy"], variables, [])


def changes(unit: str, plan: Mapping[str, Any]) -> Iterator[Difference]:
    """What a plan would change, attribute by attribute.

    The format is Terraform's: https://developer.hashicorp.com/terraform/internals/json-format.
    """
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        if change["actions"] in _UNCHANGED:
            continue
        before, after = (flat(change[side] or {}) for side in ("before", "after"))
        unknown = flat(change.get("after_unknown") or {})
        different = {path for path in {**before, **after} if before.get(path) != after.get(path)} - unknown.keys()
        done = "+".join(change["actions"])
        for path in sorted(different) or [""]:
            text = f"{done}: {before.get(path)} → {after.get(path)}" if path else done
            yield Difference("plan", f"{unit}/{resource['address']} {path}".strip(), NOTHING_TO_DO, text)


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """The leaves of a JSON value by their paths, such as `rule.0.id`; an empty object or list is a leaf."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: dict[str, Any] = {}
    for name, inner in items:
        found.update(flat(inner, f"{path}.{name}" if path else str(name)))
    return found or ({path: value} if path else {})


def _plan(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"Terragrunt wrote no plan to {file}: {error.strerror}") from error


def _run(environment: Environment, terraform: list[str], variables: Mapping[str, str], options: list[str]) -> None:
    said: list[str] = []

    def read(line: LogLine) -> None:
        if line.is_error:
            said.append(f"{line.unit}: {line.message}".strip())

    status = runner.run_all(environment, terraform, variables, read, limit_seconds=_LIMIT_SECONDS, options=options)
    if status != 0:
        last = "\n".join("\n".join(said).splitlines()[-_LAST_LINES:])
        raise UserError(f"terragrunt {terraform[0]} of {environment.name} failed with exit status {status}:\n{last}")


type Say = Callable[[str], None]

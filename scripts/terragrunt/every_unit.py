"""Applies or destroys every unit of an environment with Terragrunt, and reports each one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scripts.common.commands import GRACE_SECONDS, CommandTimedOutError
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.terragrunt import runner
from scripts.terragrunt.runner import LogLine

_APPLIED = re.compile(r"Apply complete! Resources: (?P<added>\d+) added, (?P<changed>\d+) changed, \d+ destroyed")
_DESTROYED = re.compile(r"Destroy complete! Resources: (?P<destroyed>\d+) destroyed")
_LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a run may take, and how long an interrupted one may take to finish what it has begun, in seconds.

    What Terraform is killed over is in no state.
    """

    seconds: float = 1500
    grace_seconds: float = GRACE_SECONDS


def apply(
    environment: Environment, variables: Mapping[str, str], say: Callable[[str], None], limits: Limits = Limits()
) -> int:
    """Apply all units in the order of their dependencies; give how many resources were added.

    Raises UserError with Terragrunt's last errors.
    """
    done = _run(environment, ["apply"], _APPLIED, "applied", variables, say, limits)
    return sum(int(found["added"]) for found in done)


def destroy(environment: Environment, variables: Mapping[str, str], say: Callable[[str], None], limits: Limits) -> int:
    """Destroy all units, dependents first; give how many resources were destroyed.

    Raises UserError with Terragrunt's last errors.
    """
    done = _run(environment, ["destroy"], _DESTROYED, "destroyed", variables, say, limits)
    return sum(int(found["destroyed"]) for found in done)


def _run(
    environment: Environment,
    terraform: Sequence[str],
    end: re.Pattern[str],
    what: str,
    variables: Mapping[str, str],
    say: Callable[[str], None],
    limits: Limits,
) -> Sequence[re.Match[str]]:
    """Run a Terraform command in all units, and give what each of them printed at its end."""
    units = environment.units()
    done: dict[str, re.Match[str]] = {}
    said: list[str] = []

    def read(line: LogLine) -> None:
        if line.is_error:
            said.append(f"{line.unit}: {line.message}".strip())
        found = end.search(line.message)
        if found and line.unit in units and line.unit not in done:
            done[line.unit] = found
            counts = ", ".join(f"{count} {name}" for name, count in found.groupdict().items())
            say(f"{what} {line.unit} ({len(done)}/{len(units)}): {counts}")

    def stopping() -> None:
        say(f"stopping: Terraform has {limits.grace_seconds:.0f} s to finish what it has begun")

    command = f"terragrunt {terraform[0]} of {environment.name}"
    try:
        status = runner.run_all(
            environment,
            terraform,
            variables,
            read,
            limit_seconds=limits.seconds,
            grace_seconds=limits.grace_seconds,
            stopping=stopping,
        )
    except CommandTimedOutError as error:
        missing = ", ".join(unit for unit in units if unit not in done)
        raise UserError(f"{command}: {error}; not {what}: {missing}") from error
    if status != 0:
        last = "\n".join("\n".join(said).splitlines()[-_LAST_LINES:])
        raise UserError(f"{command} failed with exit status {status}:\n{last}")
    return list(done.values())

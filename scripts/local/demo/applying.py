"""Applies every unit of an environment with Terragrunt, and reports each one."""

import re
from collections.abc import Callable, Mapping

from scripts.common import environments
from scripts.common.commands import CommandTimedOutError
from scripts.common.errors import UserError
from scripts.terragrunt import runner
from scripts.terragrunt.runner import LogLine

LIMIT_SECONDS = 1500
_DONE = re.compile(r"Apply complete! Resources: (\d+) added, (\d+) changed, (\d+) destroyed")
_LAST_LINES = 15


def apply(environment: environments.Environment, variables: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Apply all units in the order of their dependencies; raises UserError with Terragrunt's last errors."""
    units = environment.units()
    done: set[str] = set()
    said: list[str] = []

    def read(line: LogLine) -> None:
        if line.is_error:
            said.append(f"{line.unit}: {line.message}".strip())
        found = _DONE.search(line.message)
        if found and line.unit in units and line.unit not in done:
            done.add(line.unit)
            say(f"applied {line.unit} ({len(done)}/{len(units)}): {found[1]} added, {found[2]} changed")

    try:
        status = runner.run_all(environment, ["apply"], variables, read, limit_seconds=LIMIT_SECONDS)
    except CommandTimedOutError as error:
        missing = ", ".join(unit for unit in units if unit not in done)
        raise UserError(f"terragrunt apply of {environment.name}: {error}; not applied: {missing}") from error
    if status != 0:
        last = "\n".join("\n".join(said).splitlines()[-_LAST_LINES:])
        raise UserError(f"terragrunt apply of {environment.name} failed with exit status {status}:\n{last}")

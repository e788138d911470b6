"""Applies every unit of an environment with Terragrunt, and says of each when it is done."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from scripts.common import environments, processes
from scripts.local.demo.errors import DemoError
from scripts.terragrunt import launcher

LIMIT_SECONDS = 1500
_DONE = re.compile(r"Apply complete! Resources: (\d+) added, (\d+) changed, (\d+) destroyed")
_LAST_LINES = 15


def apply(environment: environments.Environment, variables: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Apply all units in the order of their dependencies; raises DemoError with what Terragrunt said last."""
    command = [launcher.COMMAND, "run", "--all", "--non-interactive", "--log-format", "json"]
    command += ["--working-dir", str(environment.folder), "apply"]
    units = environment.units()
    done: set[str] = set()
    said: list[str] = []
    try:
        with processes.running(command, variables, limit_seconds=LIMIT_SECONDS) as terragrunt:
            for unit, level, message in _records(terragrunt.lines()):
                if level == "error":
                    said.append(f"{unit}: {message}".strip())
                found = _DONE.search(message)
                if found and unit in units and unit not in done:
                    done.add(unit)
                    say(f"applied {unit} ({len(done)}/{len(units)}): {found[1]} added, {found[2]} changed")
            status = terragrunt.wait()
    except processes.TimeLimitError as error:
        missing = ", ".join(unit for unit in units if unit not in done)
        raise DemoError(f"terragrunt apply of {environment.name}: {error}; not applied: {missing}") from error
    if status != 0:
        last = "\n".join("\n".join(said).splitlines()[-_LAST_LINES:])
        raise DemoError(f"terragrunt apply of {environment.name} failed with exit status {status}:\n{last}")


def _records(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Unit, level and text of each line; one that is no record is taken for an error's text."""
    for line in lines:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            yield "", "error", line.rstrip()
            continue
        unit = record.get("working-dir", "").rstrip("/").rpartition("/")[2]
        yield unit, record.get("level", ""), record.get("msg", "")

"""Plan every unit of an environment, and end with a table: what each would add, change and destroy.

With the local AWS (the default where no real credentials are) it is started, and given the backend, first.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from scripts.common import environments, processes
from scripts.common.aws_target import AwsTarget, AwsTargetError, choose
from scripts.local import start
from scripts.local.aws.errors import LocalAwsError
from scripts.terragrunt import launcher
from scripts.toolchain.commands import only_one

PLAN_LIMIT_SECONDS = 1800
_PLAN = re.compile(r"Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
_NOTHING = re.compile(r"^(No changes\.|Changes to Outputs:)", re.MULTILINE)


@dataclass(slots=True)
class UnitPlan:
    """What one unit said while it was planned."""

    unit: str
    said: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int] | None:
        """Resources to add, change and destroy; None where the plan did not come to an end."""
        text = "\n".join(self.said)
        found = _PLAN.search(text)
        if found:
            return int(found[1]), int(found[2]), int(found[3])
        return (0, 0, 0) if _NOTHING.search(text) else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when every unit was planned."""
    parser = argparse.ArgumentParser(prog="plan-units", description=__doc__)
    parser.add_argument("environment", metavar="ENV", help=f"one of: {', '.join(environments.names())}")
    parser.add_argument(
        "--aws", metavar="local|real", help="which AWS; needs saying where real credentials are present"
    )
    options = parser.parse_args(arguments)
    console = Console()
    try:
        environment = environments.load(options.environment)
        target = choose(options.aws or None)
        with processes.ending_on_signals(), _only_plan(environment):
            variables = start.ready(environment) if target is AwsTarget.LOCAL else dict(os.environ)
            plans, status = plan(environment, variables, console)
    except processes.TerminatedError as error:
        print(f"plan-units: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print("plan-units: interrupted", file=sys.stderr)
        return 130
    except (environments.UnknownEnvironmentError, AwsTargetError, LocalAwsError) as error:
        print(f"plan-units: {error}", file=sys.stderr)
        return 1
    console.print(table(environment, plans))
    return status


@contextmanager
def _only_plan(environment: environments.Environment) -> Iterator[None]:
    """Let one command at a time plan an environment: two would share Terragrunt's caches and the locks of the state."""

    def waits() -> None:
        print(f"plan-units: another plan of {environment.name} runs in this checkout: waiting for it", file=sys.stderr)

    with only_one(environments.REPOSITORY / ".local" / f"plan-{environment.name}.lock", waits):
        yield


def plan(
    environment: environments.Environment,
    variables: Mapping[str, str],
    console: Console,
    run_options: Sequence[str] = (),
    plan_options: Sequence[str] = (),
) -> tuple[list[UnitPlan], int]:
    """Plan all units at once; a plan takes outputs from state, so their order buys nothing.

    The options are more of what Terragrunt takes for the run, and Terraform for each plan.
    """
    command = [launcher.COMMAND, "run", "--all", "--non-interactive", "--no-color", "--log-format", "json"]
    command += [
        "--queue-ignore-dag-order",
        "--working-dir",
        str(environment.folder),
        *run_options,
        "--",
        "plan",
        *plan_options,
    ]
    plans = {name: UnitPlan(name) for name in environment.units()}
    try:
        with processes.running(command, variables, limit_seconds=PLAN_LIMIT_SECONDS) as terragrunt:
            for unit, level, message in _log(terragrunt.lines()):
                _note(plans, unit, level, message, console)
            status = terragrunt.wait()
    except processes.TimeLimitError as error:
        status = 1
        console.print(f"Planning {environment.name}: {error}.", style="red", markup=False, highlight=False)
    unfinished = [one.unit for one in plans.values() if one.counts is None]
    if status != 0 and unfinished:
        console.print(f"Not planned: {', '.join(unfinished)}", style="red", markup=False, highlight=False)
    elif unfinished:
        console.print(f"Terragrunt reported success, but said no plan for: {', '.join(unfinished)}", style="red")
        status = 1
    return list(plans.values()), status


def _log(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Unit, level and text of each line Terragrunt writes; a line that is no record passes as text."""
    for line in lines:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            if line.strip():
                yield "", "info", line.rstrip()
            continue
        unit = record.get("working-dir", "").rstrip("/").rpartition("/")[2]
        yield unit, record.get("level", ""), record.get("msg", "")


def _note(plans: Mapping[str, UnitPlan], unit: str, level: str, message: str, console: Console) -> None:
    one = plans.get(unit)
    if one is None:
        if level == "error" or message.startswith("REFUSED: "):
            console.print(message.strip(), style="red", markup=False, highlight=False)
        return
    before = one.counts
    one.said.append(message)
    if level == "error":
        one.errors.append(message)
        console.print(f"{unit}: {message.strip()}", style="red", markup=False, highlight=False)
    elif before is None and one.counts is not None:
        console.print(f"{unit}: planned", highlight=False)


def table(environment: environments.Environment, plans: Sequence[UnitPlan]) -> Table:
    """The plans as a table with a sum."""
    result = Table(title=f"Plan of {environment.name} (account {environment.account_id}, {environment.region})")
    for heading in ("unit", "add", "change", "destroy"):
        result.add_column(heading, justify="left" if heading == "unit" else "right")
    for one in plans:
        counts = one.counts
        result.add_row(one.unit, *(map(str, counts) if counts else ("failed", "", "")))
    sums = [sum(column) for column in zip(*(one.counts for one in plans if one.counts), strict=True)] or [
        0,
        0,
        0,
    ]
    result.add_section()
    result.add_row(f"{len(plans)} units", *map(str, sums))
    return result


if __name__ == "__main__":
    sys.exit(main())

"""Plan every unit of an environment, and print a table of what each would add, change and destroy.

The local AWS, which is the default where no real credentials are present, is started first, with the state backend.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from scripts.common import environments
from scripts.common.aws_target import AwsTarget, choose
from scripts.common.commands import CommandTimedOutError
from scripts.common.environments import Environment
from scripts.common.errors import run_main
from scripts.common.locks import only_one
from scripts.common.paths import LOCAL
from scripts.local import start
from scripts.terragrunt import runner
from scripts.terragrunt.runner import LogLine

PLAN_LIMIT_SECONDS = 1800
_PLAN = re.compile(r"Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
_NOTHING = re.compile(r"^(No changes\.|Changes to Outputs:)", re.MULTILINE)


@dataclass(slots=True)
class UnitPlan:
    """What one unit said while it was planned."""

    unit: str
    said: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int] | None:
        """Resources to add, change and destroy; None where the plan did not come to an end."""
        text = "\n".join(self.said)
        found = _PLAN.search(text)
        if found:
            return int(found[1]), int(found[2]), int(found[3])
        return (0, 0, 0) if _NOTHING.search(text) else None

    @property
    def changes_outputs(self) -> bool:
        """Whether an apply would change outputs, even if no resource."""
        return any("Changes to Outputs:" in text for text in self.said)

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to apply; a resource that only moves in the state is counted nowhere."""
        return self.changes_outputs or any(_PLAN.search(text) for text in self.said)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when every unit was planned."""
    parser = argparse.ArgumentParser(prog="plan-units", description=__doc__)
    parser.add_argument("environment", metavar="ENV", help=f"one of: {', '.join(environments.names())}")
    parser.add_argument("--aws", metavar="local|real", help="which AWS; required where real credentials are present")
    options = parser.parse_args(arguments)
    return run_main("plan-units", lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    environment = environments.load(options.environment)
    target = choose(options.aws or None)
    console = Console()
    with only_one(LOCAL / f"plan-{environment.name}.lock", lambda: _report_waiting(environment)):
        variables = start.ready(environment) if target is AwsTarget.LOCAL else os.environ
        plans, status = plan(environment, variables, console)
    console.print(table(environment, plans))
    return status


def _report_waiting(environment: Environment) -> None:
    """Two plans at once would share Terragrunt's caches and the locks of the state."""
    print(f"plan-units: another plan of {environment.name} runs in this checkout: waiting for it", file=sys.stderr)


def plan(
    environment: Environment,
    variables: Mapping[str, str],
    console: Console,
    run_options: Sequence[str] = (),
    plan_options: Sequence[str] = (),
    units: Sequence[str] = (),
    program: str = "",
) -> tuple[list[UnitPlan], int]:
    """Plan units at once: a plan reads outputs from state, so the order of the units does not matter.

    `run_options` are further flags of Terragrunt's run, and `plan_options` of each plan of Terraform. Without `units`
    all of the environment are planned.
    """
    plans = {name: UnitPlan(name) for name in units or environment.units()}
    try:
        status = runner.run_all(
            environment,
            ["plan", *plan_options],
            variables,
            lambda line: _note(plans, line, console),
            limit_seconds=PLAN_LIMIT_SECONDS,
            options=["--queue-ignore-dag-order", *runner.only(units), *run_options],
            program=program,
        )
    except CommandTimedOutError as error:
        status = 1
        console.print(f"Planning {environment.name}: {error}.", style="red", markup=False, highlight=False)
    unfinished = [one.unit for one in plans.values() if one.counts is None]
    if status != 0 and unfinished:
        console.print(f"Not planned: {', '.join(unfinished)}", style="red", markup=False, highlight=False)
    elif unfinished:
        console.print(f"Terragrunt reported success, but printed no plan of: {', '.join(unfinished)}", style="red")
        status = 1
    return list(plans.values()), status


def _note(plans: Mapping[str, UnitPlan], line: LogLine, console: Console) -> None:
    one = plans.get(line.unit)
    if one is None:
        if line.is_error:
            console.print(line.message.strip(), style="red", markup=False, highlight=False)
        return
    before = one.counts
    one.said.append(line.message)
    if line.is_error:
        console.print(f"{line.unit}: {line.message.strip()}", style="red", markup=False, highlight=False)
    elif before is None and one.counts is not None:
        console.print(f"{line.unit}: planned", highlight=False)


def table(environment: Environment, plans: Sequence[UnitPlan]) -> Table:
    """The plans as a table with a sum."""
    result = Table(title=f"Plan of {environment.name} (account {environment.account_id}, {environment.region})")
    for heading in ("unit", "add", "change", "destroy"):
        result.add_column(heading, justify="left" if heading == "unit" else "right")
    for one in plans:
        counts = one.counts
        result.add_row(one.unit, *(map(str, counts) if counts else ("failed", "", "")))
    counted = [one.counts for one in plans if one.counts]
    result.add_section()
    result.add_row(f"{len(plans)} units", *(str(sum(counts[column] for counts in counted)) for column in range(3)))
    return result


if __name__ == "__main__":
    sys.exit(main())

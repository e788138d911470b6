"""Draw the order of an environment's units as a Mermaid flowchart, from what Terragrunt reads in the units.

A unit is applied after the units whose arrows lead to it, and destroyed before them. An arrow that follows from two
others is left out.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

from scripts.common import environments
from scripts.common.commands import run
from scripts.common.errors import run_main
from scripts.common.paths import REPOSITORY
from scripts.docs import generated
from scripts.terragrunt.runner import TERRAGRUNT

COMMAND = "units-graph"
DOCUMENT = REPOSITORY / "docs" / "architecture.md"
LIMIT_SECONDS = 120
Dependencies = Mapping[str, frozenset[str]]
"""Unit names, and for each the units that it reads outputs of."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 with the reason on standard error where Terragrunt cannot read the units."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("environment", metavar="ENV", nargs="?", help=f"one of: {', '.join(environments.names())}")
    shown = DOCUMENT.relative_to(REPOSITORY)
    parser.add_argument("--write", action="store_true", help=f"write the flowchart into {shown} instead of printing it")
    options = parser.parse_args(arguments)
    return run_main(COMMAND, lambda: _draw(options))


def _draw(options: argparse.Namespace) -> int:
    named = options.environment
    chart = flowchart(dependencies(environments.load(named) if named else environments.default()))
    if options.write:
        generated.write(DOCUMENT, COMMAND, block(chart))
    else:
        print(chart, end="")
    return 0


def dependencies(environment: environments.Environment) -> Dependencies:
    """The units of an environment with their direct dependencies, each after those it depends on."""
    find = [TERRAGRUNT, "find", "--dag", "--dependencies", "--json"]
    found = run(find, limit_seconds=LIMIT_SECONDS, cwd=environment.folder)
    return {unit["path"]: frozenset(unit.get("dependencies", [])) for unit in json.loads(found.stdout)}


def before(direct: Dependencies) -> Dependencies:
    """The units that must be applied before each unit, directly or through another one."""
    result: dict[str, frozenset[str]] = {}
    for unit, needed in direct.items():
        result[unit] = needed.union(*(result[one] for one in needed))
    return result


def flowchart(direct: Dependencies) -> str:
    """The order as a Mermaid flowchart without the arrows that follow from others."""
    reached = before(direct)
    lines = ["flowchart LR"]
    for unit, needed in direct.items():
        through_others = frozenset[str]().union(*(reached[one] for one in needed))
        shown = sorted(needed - through_others)
        lines += [f"  {one} --> {unit}" for one in shown] if shown else [f"  {unit}"]
    return "\n".join(lines) + "\n"


def block(chart: str) -> str:
    """The flowchart as a block of Markdown."""
    return f"```mermaid\n{chart}```\n"


if __name__ == "__main__":
    sys.exit(main())

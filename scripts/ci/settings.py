"""Print what a job needs to become a role of an environment, as the lines that a step's output file takes."""

import argparse
import sys
from collections.abc import Sequence

from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import run_main


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when the lines are printed."""
    parser = argparse.ArgumentParser(prog="ci-settings", description=__doc__)
    parser.add_argument("environment", metavar="ENV", help=f"one of: {', '.join(environments.names())}")
    options = parser.parse_args(arguments)
    return run_main("ci-settings", lambda: print(*lines(environments.load(options.environment)), sep="\n"))


def lines(environment: Environment) -> list[str]:
    """`name=value` for the region and both roles; modules/ci_roles builds the same names."""
    role = f"arn:aws:iam::{environment.account_id}:role/{environment.prefix}-ci-"
    return [f"region={environment.region}", f"plan_role={role}plan", f"apply_role={role}apply"]


if __name__ == "__main__":
    sys.exit(main())

"""The project's `terragrunt`: starts the real one with the project's tools, and still accepts `run-all`.

Terragrunt replaced `run-all COMMAND` by `run --all COMMAND` in 0.90; both work here. Before Terragrunt starts, a line
on standard error names the environment, its account and the endpoint.

Two more things differ from Terragrunt itself. `backend bootstrap` does not ask for confirmation, and with `--all` it
runs in one unit, since all units of an environment share the backend. And a run that cannot succeed, because there is
no state backend or because a unit that it reads from was never applied, is refused with the command to type first.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from scripts.common import environments, tools
from scripts.common.aws_target import is_local
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.tools import Tools
from scripts.terragrunt import arguments

GO_MEMORY_FOR_SPEED = "400"
"""GOGC: Terragrunt and the providers run for seconds, and collecting garbage less often saves a fifth of that time."""


def main() -> None:
    """Replace this process by Terragrunt, or end with what to do first."""
    typed = arguments.modern(sys.argv[1:])
    folder = arguments.working_dir(typed).resolve()
    try:
        found = tools.read()
        environment = environments.of_folder(folder)
    except UserError as error:
        sys.exit(f"terragrunt: {error}")
    print(banner(environment, os.environ), file=sys.stderr, flush=True)
    variables = tool_environment(found, os.environ)
    is_bootstrap = arguments.is_bootstrap(typed)
    if environment and (is_bootstrap or _may_be_refused(typed, variables)):
        # Imported here: importing boto3 takes longer than the other commands, which do not need it.
        from scripts.terragrunt import run_refusals

        checked = run_refusals.Run(environment, folder, found.terragrunt, variables)
        if is_bootstrap:
            typed = arguments.bootstrap(typed, checked.first_unit() if "--all" in typed else None)
        elif refused := run_refusals.refusal(checked, needs_outputs=arguments.needs_outputs(typed)):
            sys.exit(f"\nREFUSED: {refused}\n")
    os.execve(found.terragrunt, ["terragrunt", *typed], variables)


def _may_be_refused(typed: list[str], variables: Mapping[str, str]) -> bool:
    """Whether the run reads a state, and does not create the backend on its way."""
    creates_backend = "--backend-bootstrap" in typed or variables.get("TG_BACKEND_BOOTSTRAP") == "true"
    return arguments.terraform_command(typed) is not None and not creates_backend


def tool_environment(found: Tools, inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables by which Terragrunt finds the project's tools; what the user has set keeps its value."""
    commands = str(Path(sys.executable).parent)
    return {
        "GOGC": GO_MEMORY_FOR_SPEED,
        "TG_TF_PATH": found.engine,
        "TG_DEPENDENCY_FETCH_OUTPUT_FROM_STATE": "true",
        **inherited,
        "TF_CLI_CONFIG_FILE": found.cli_configuration,
        "PATH": os.pathsep.join([commands, inherited.get("PATH", os.defpath)]),
    }


def banner(environment: Environment | None, variables: Mapping[str, str]) -> str:
    """One line with the environment, its account and the endpoint that the run talks to."""
    where = "no environment"
    if environment:
        where = f"{environment.name}, account {environment.account_id}, {environment.region}"
    return f"terragrunt: {where}; endpoint {endpoint(variables)}"


def endpoint(variables: Mapping[str, str]) -> str:
    """The endpoint in words: the local AWS, another configured one, or AWS itself."""
    url = variables.get("AWS_ENDPOINT_URL")
    if not url:
        return "AWS itself"
    return f"{url} (local AWS)" if is_local(url) else url


if __name__ == "__main__":
    main()

"""The project's `terragrunt`: the real one, with the project's tools, and `run-all` still understood.

Terragrunt removed `run-all COMMAND` in 0.90 for `run --all COMMAND`; both work here. Before it starts, a
line on standard error names the environment, its account and the endpoint.

Two commands are made easier than they are in Terragrunt itself. `backend bootstrap` does not ask whether it should,
and with `--all` it looks at one unit: all units of an environment share the backend. And a run that cannot succeed,
because there is no state backend or because what a unit reads was never applied, is refused with what to type first.
"""

import itertools
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from scripts.common import environments, tools
from scripts.common.aws_target import is_local
from scripts.common.errors import UserError
from scripts.common.tools import Tools

GO_MEMORY_FOR_SPEED = "400"
"""GOGC: provider and Terragrunt live for seconds; collecting less often saves a fifth of their time."""

BOOTSTRAP = ("backend", "bootstrap")
NEED_OUTPUTS = frozenset({"apply", "console", "import", "refresh"})
"""Commands for which no mock may stand in, so that everything the unit reads has to have been applied."""
NEED_STATE = NEED_OUTPUTS | {"destroy", "force-unlock", "init", "output", "plan", "show", "state"}
HELP = frozenset({"--help", "-h", "-help"})


def main() -> None:
    """Replace this process by Terragrunt, or refuse with what to do first."""
    arguments = modern_arguments(sys.argv[1:])
    folder = _working_dir(arguments)
    try:
        found = tools.read()
        environment = environments.of_folder(folder)
        print(banner(folder, os.environ), file=sys.stderr, flush=True)
    except UserError as error:
        sys.exit(f"terragrunt: {error}")
    variables = tool_environment(found, os.environ)
    if environment and is_bootstrap(arguments):
        arguments = _bootstrap_arguments(arguments, folder, environment, found.terragrunt, variables)
    if environment and (refused := _refusal(arguments, folder, environment, found.terragrunt, variables)):
        sys.exit(f"\nREFUSED: {refused}\n")
    os.execve(found.terragrunt, ["terragrunt", *arguments], variables)


def modern_arguments(arguments: Sequence[str]) -> list[str]:
    """`run-all plan` becomes `run --all plan`, and flags lose the prefix of the same age, `--terragrunt-`."""
    modern = [_without_prefix(argument) for argument in arguments]
    if "run-all" in modern:
        at = modern.index("run-all")
        modern[at : at + 1] = ["run", "--all"]
    return modern


def _without_prefix(argument: str) -> str:
    return "--" + argument.removeprefix("--terragrunt-") if argument.startswith("--terragrunt-") else argument


def is_bootstrap(arguments: Sequence[str]) -> bool:
    """Whether the state backend is to be created; asking for help creates nothing."""
    return BOOTSTRAP in itertools.pairwise(arguments) and HELP.isdisjoint(arguments)


def bootstrap_arguments(arguments: Sequence[str], unit: Path | None) -> list[str]:
    """Create the backend without asking; in that unit alone where one is given, which serves all that share it."""
    changed = list(arguments)
    if unit:
        changed = [*_without_working_dir(one for one in changed if one != "--all"), "--working-dir", str(unit)]
    return changed if "--non-interactive" in changed else [*changed, "--non-interactive"]


def terraform_command(arguments: Sequence[str]) -> str | None:
    """The command of Terraform that reads a state, as it stands behind Terragrunt's own words and flags; else None."""
    if "backend" in arguments or not HELP.isdisjoint(arguments):
        return None
    return next((one for one in arguments if one in NEED_STATE), None)


def needs_outputs(arguments: Sequence[str]) -> bool:
    """Whether one unit is run with a command that reads the outputs of others and takes no mocks for them."""
    command = terraform_command(arguments)
    saves_plan = command == "plan" and any(re.match(r"--?out(=|$)", one) for one in arguments)
    return (command in NEED_OUTPUTS or saves_plan) and {"--all", "-a", "--graph"}.isdisjoint(arguments)


def _bootstrap_arguments(
    arguments: Sequence[str],
    folder: Path,
    environment: environments.Environment,
    terragrunt: str,
    variables: Mapping[str, str],
) -> list[str]:
    of_environment = "--all" in arguments and folder.resolve() == environment.folder.resolve()
    if not of_environment:
        return bootstrap_arguments(arguments, None)
    # Imported here: it takes longer than most commands, which have no use for it.
    from scripts.terragrunt import run_refusals

    units = run_refusals.of_environment(environment, terragrunt, variables)
    return bootstrap_arguments(arguments, environment.folder / next(iter(units.needs)) if units else None)


def _refusal(
    arguments: Sequence[str],
    folder: Path,
    environment: environments.Environment,
    terragrunt: str,
    variables: Mapping[str, str],
) -> str | None:
    """What to do first; None where nothing is in the way, or something else, which Terragrunt reports."""
    is_elsewhere = variables.get("CSVBATCH_AWS") == "local" and not is_local(variables.get("AWS_ENDPOINT_URL", ""))
    creates_backend = "--backend-bootstrap" in arguments or variables.get("TG_BACKEND_BOOTSTRAP") == "true"
    if terraform_command(arguments) is None or is_elsewhere or creates_backend:
        return None
    from scripts.terragrunt import run_refusals

    s3 = run_refusals.client(environment)
    if s3 is None:
        return None
    if refused := run_refusals.no_backend(environment, s3):
        return refused
    unit = folder.resolve()
    if unit.parent != environment.folder.resolve() or not needs_outputs(arguments):
        return None
    units = run_refusals.of_environment(environment, terragrunt, variables)
    return run_refusals.not_yet(environment, unit.name, units, s3) if units else None


def tool_environment(found: Tools, inherited: Mapping[str, str]) -> dict[str, str]:
    """What Terragrunt needs to find the project's tools; whatever the user set himself stands."""
    commands = str(Path(sys.executable).parent)
    return {
        "GOGC": GO_MEMORY_FOR_SPEED,
        "TG_TF_PATH": found.engine,
        "TG_DEPENDENCY_FETCH_OUTPUT_FROM_STATE": "true",
        **inherited,
        "TF_CLI_CONFIG_FILE": found.cli_configuration,
        "PATH": os.pathsep.join([commands, inherited.get("PATH", os.defpath)]),
    }


def banner(folder: Path, variables: Mapping[str, str]) -> str:
    """One line: environment, its account, and the endpoint the run will talk to."""
    environment = environments.of_folder(folder)
    where = (
        f"{environment.name}, account {environment.account_id}, {environment.region}"
        if environment
        else "no environment"
    )
    return f"terragrunt: {where}; endpoint {endpoint(variables)}"


def endpoint(variables: Mapping[str, str]) -> str:
    """The endpoint in words: the local AWS, another one that was configured, or AWS itself."""
    url = variables.get("AWS_ENDPOINT_URL")
    if not url:
        return "AWS itself"
    return f"{url} (local AWS)" if is_local(url) else url


def _working_dir(arguments: Sequence[str]) -> Path:
    for flag, value in itertools.pairwise([*arguments, ""]):
        if flag == "--working-dir":
            return Path(value)
        if flag.startswith("--working-dir="):
            return Path(flag.partition("=")[2])
    return Path.cwd()


def _without_working_dir(arguments: Iterable[str]) -> list[str]:
    kept: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--working-dir":
            next(rest, None)
        elif not argument.startswith("--working-dir="):
            kept.append(argument)
    return kept


if __name__ == "__main__":
    main()

"""The project's `terragrunt`: the real one, with the project's tools, and `run-all` still understood.

Terragrunt removed `run-all COMMAND` in 0.90 for `run --all COMMAND`; both work here. Before it starts, a
line on standard error names the environment, its account and the endpoint.
"""

import itertools
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import environments

TOOLCHAIN_JSON = environments.REPOSITORY / ".tools" / "toolchain.json"
COMMAND = str(Path(sys.executable).with_name("terragrunt"))
"""This launcher, as the project's other commands start it."""
GO_MEMORY_FOR_SPEED = "400"
"""GOGC: provider and Terragrunt live for seconds; collecting less often saves a fifth of their time."""


def main() -> None:
    """Replace this process by Terragrunt."""
    arguments = modern_arguments(sys.argv[1:])
    try:
        tools = json.loads(TOOLCHAIN_JSON.read_text(encoding="utf-8"))
        print(banner(_working_dir(arguments), os.environ), file=sys.stderr, flush=True)
    except FileNotFoundError:
        sys.exit(f"terragrunt: the project's tools are not set up ({TOOLCHAIN_JSON} is missing). Run: make setup")
    except environments.UnknownEnvironmentError as error:
        sys.exit(f"terragrunt: {error}")
    os.execve(tools["terragrunt"], ["terragrunt", *arguments], tool_environment(tools, os.environ))


def modern_arguments(arguments: Sequence[str]) -> list[str]:
    """`run-all plan` becomes `run --all plan`, and flags lose the prefix of the same age, `--terragrunt-`."""
    modern = [_without_prefix(argument) for argument in arguments]
    if "run-all" in modern:
        at = modern.index("run-all")
        modern[at : at + 1] = ["run", "--all"]
    return modern


def _without_prefix(argument: str) -> str:
    return "--" + argument.removeprefix("--terragrunt-") if argument.startswith("--terragrunt-") else argument


def tool_environment(tools: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    """What Terragrunt needs to find the project's tools; whatever the user set himself stands."""
    commands = str(Path(sys.executable).parent)
    return {
        "GOGC": GO_MEMORY_FOR_SPEED,
        "TG_TF_PATH": tools["engine"],
        "TG_DEPENDENCY_FETCH_OUTPUT_FROM_STATE": "true",
        **inherited,
        "TF_CLI_CONFIG_FILE": tools["cli_configuration"],
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
    return f"{url} (local AWS)" if re.match(r"https://(127\.0\.0\.1|localhost)[:/]", url) else url


def _working_dir(arguments: Sequence[str]) -> Path:
    for flag, value in itertools.pairwise(arguments):
        if flag == "--working-dir":
            return Path(value)
    return Path.cwd()


if __name__ == "__main__":
    main()

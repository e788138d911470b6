"""Reads and rewrites the arguments of a Terragrunt command; nothing here starts or asks anything."""

import argparse
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

NEED_OUTPUTS = frozenset({"apply", "console", "import", "refresh"})
"""Commands that accept no mock outputs, so that every unit they read from has to be applied before."""
NEED_STATE = NEED_OUTPUTS | {"destroy", "force-unlock", "init", "output", "plan", "show", "state"}
HELP = frozenset({"--help", "-h", "-help"})

_OWN = argparse.ArgumentParser("terragrunt", add_help=False, allow_abbrev=False)
_OWN.add_argument("--working-dir", type=Path)


def modern(arguments: Sequence[str]) -> list[str]:
    """Turn `run-all plan` into `run --all plan`, and drop the old prefix `--terragrunt-` of flags."""
    renamed = [re.sub("^--terragrunt-", "--", argument) for argument in arguments]
    if "run-all" in renamed:
        at = renamed.index("run-all")
        renamed[at : at + 1] = ["run", "--all"]
    return renamed


def working_dir(arguments: Sequence[str]) -> Path:
    """The folder that Terragrunt runs in."""
    return _OWN.parse_known_args(arguments)[0].working_dir or Path.cwd()


def is_bootstrap(arguments: Sequence[str]) -> bool:
    """Whether the command creates the state backend, and does not only show its help."""
    return ("backend", "bootstrap") in itertools.pairwise(arguments) and HELP.isdisjoint(arguments)


def bootstrap(arguments: Sequence[str], unit: Path | None) -> list[str]:
    """Make `backend bootstrap` not ask, and run in `unit` only where one is given."""
    changed = list(arguments)
    if unit:
        _, rest = _OWN.parse_known_args(one for one in changed if one != "--all")
        changed = [*rest, "--working-dir", str(unit)]
    return changed if "--non-interactive" in changed else [*changed, "--non-interactive"]


def terraform_command(arguments: Sequence[str]) -> str | None:
    """The first word that is a Terraform command which reads the state; None where there is none."""
    if "backend" in arguments or not HELP.isdisjoint(arguments):
        return None
    return next((one for one in arguments if one in NEED_STATE), None)


def needs_outputs(arguments: Sequence[str]) -> bool:
    """Whether the command runs in one unit, reads the outputs of others and accepts no mocks for them."""
    command = terraform_command(arguments)
    saves_plan = command == "plan" and any(re.match(r"--?out(=|$)", one) for one in arguments)
    return (command in NEED_OUTPUTS or saves_plan) and {"--all", "-a", "--graph"}.isdisjoint(arguments)

"""Finds out, before Terragrunt starts, why a run cannot succeed.

Terragrunt's own messages do not say what to type: without a state bucket it suggests a flag that creates the bucket as
a side effect, and where a unit reads outputs of units that were never applied, it suggests mocks and then reports that
there is no variable named "dependency".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.account.account import connect
from scripts.common.commands import CommandError, run
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.terragrunt import unit_states

FIND_LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Run:
    """A run of Terragrunt in a folder of an environment."""

    environment: Environment
    folder: Path
    terragrunt: str
    variables: Mapping[str, str]

    def first_unit(self) -> Path | None:
        """The folder of the first unit to apply, where the run is in the folder of the whole environment."""
        needs = self.needs() if self.folder == self.environment.folder.resolve() else {}
        return next((self.environment.folder / unit for unit in needs), None)

    def needs(self) -> dict[str, frozenset[str]]:
        """The units in the order in which to apply them, each with the units whose outputs it reads.

        Empty where Terragrunt cannot order them, since the run itself then shows the reason.
        https://docs.terragrunt.com/reference/cli/commands/find
        """
        command = [self.terragrunt, "find", "--dag", "--dependencies", "--json"]
        command += ["--working-dir", str(self.environment.folder)]
        try:
            found = json.loads(run(command, limit_seconds=FIND_LIMIT_SECONDS, environment=self.variables).stdout)
        except (CommandError, ValueError):
            return {}
        return {_name(one["path"]): frozenset(map(_name, one.get("dependencies", ()))) for one in found}


def _name(path: str) -> str:
    return Path(path).name


def refusal(checked: Run, *, needs_outputs: bool) -> str | None:
    """What to do first; None where nothing prevents the run, or only something that Terragrunt itself reports."""
    environment, unit = checked.environment, checked.folder
    s3 = client(environment)
    if s3 is None:
        return None
    if refused := no_backend(environment, s3):
        return refused
    if not needs_outputs or unit.parent != environment.folder.resolve():
        return None
    return not_yet(environment, unit.name, checked.needs(), s3)


def no_backend(environment: Environment, s3: Any) -> str | None:
    """Why no state can be read: the state bucket is missing. None where it exists, or AWS does not say."""
    try:
        s3.head_bucket(Bucket=environment.state_name, ExpectedBucketOwner=environment.account_id)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            return (
                f"The state backend of {environment.name} does not exist yet: there is no bucket "
                f"{environment.state_name} in account {environment.account_id}. Create it, once for all units of "
                f"{environment.name}, in live/{environment.name}: terragrunt backend bootstrap --all"
            )
    except BotoCoreError:
        pass
    return None


def not_yet(environment: Environment, unit: str, needs: Mapping[str, frozenset[str]], s3: Any) -> str | None:
    """Why a unit cannot be applied yet, with the units to apply first; None where all of them were applied."""
    try:
        if all(_has_outputs(environment, one, s3) for one in needs.get(unit, ())):
            return None
        first = [one for one in before(needs, unit) if not _has_outputs(environment, one, s3)]
    except (BotoCoreError, ClientError):
        return None
    return (
        f"{unit} of {environment.name} reads outputs of units that were never applied. Apply first, in this order: "
        f"{', '.join(first)}. Or apply every unit in its order, in live/{environment.name}: terragrunt run --all apply"
    )


def before(needs: Mapping[str, frozenset[str]], unit: str) -> list[str]:
    """All units that a unit depends on, directly or indirectly, in the order in which to apply them."""
    needed: set[str] = set()
    found = set(needs.get(unit, ()))
    while found:
        needed |= found
        found = {other for one in found for other in needs.get(one, ())} - needed
    return [one for one in needs if one in needed]


def _has_outputs(environment: Environment, unit: str, s3: Any) -> bool:
    """Whether a unit was applied: it has a state, with any output."""
    state = unit_states.stored(environment, unit, s3)
    if state is None:
        return False
    try:
        return bool(json.loads(state)["outputs"])
    except (ValueError, KeyError, TypeError):
        # Terraform itself refuses a damaged state, with the message that docs/state.md explains.
        return True


def client(environment: Environment) -> Any | None:
    """An S3 client for the state bucket; None where Terragrunt itself refuses the account or the endpoint."""
    try:
        return connect(environment).client("s3")
    except UserError:
        return None

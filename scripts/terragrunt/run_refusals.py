"""What stands in the way of a run although Terragrunt would start it, asked before it starts.

Without the bucket of the states Terragrunt suggests a flag that creates it as a side effect. Where a unit reads outputs
of units that were never applied, it advises to add mocks and reports that there is no variable named "dependency". Both
leave open what to type.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.common.commands import CommandError, run
from scripts.common.environments import Environment

FIND_LIMIT_SECONDS = 60
_PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class Units:
    """The units of an environment in the order of their dependencies, each with the units it reads outputs of."""

    needs: Mapping[str, frozenset[str]]

    def before(self, unit: str) -> list[str]:
        """All the units that a unit depends on, directly or through others, in the order in which to apply them."""
        needed: set[str] = set()
        found = set(self.needs.get(unit, ()))
        while found:
            needed |= found
            found = {other for one in found for other in self.needs.get(one, ())} - needed
        return [one for one in self.needs if one in needed]


def of_environment(environment: Environment, terragrunt: str, variables: Mapping[str, str]) -> Units | None:
    """The units as Terragrunt orders them; None where it cannot tell, for which the run itself gives the reason.

    https://docs.terragrunt.com/reference/cli/commands/find
    """
    command = [terragrunt, "find", "--dag", "--dependencies", "--json", "--working-dir", str(environment.folder)]
    try:
        found = json.loads(run(command, limit_seconds=FIND_LIMIT_SECONDS, environment=variables).stdout)
    except (CommandError, ValueError):
        return None
    return Units({Path(one["path"]).name: frozenset(map(_name, one.get("dependencies", ()))) for one in found})


def _name(path: str) -> str:
    return Path(path).name


def no_backend(environment: Environment, s3: Any) -> str | None:
    """Why no state can be read: there is no bucket; None where there is one, or AWS does not tell."""
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


def not_yet(environment: Environment, unit: str, units: Units, s3: Any) -> str | None:
    """Why a unit cannot be applied yet, with what to apply first; None where all it reads is there."""
    try:
        if not never_applied(environment, units.needs.get(unit, ()), s3):
            return None
        first = never_applied(environment, units.before(unit), s3)
    except (BotoCoreError, ClientError):
        return None
    return (
        f"{unit} of {environment.name} reads outputs of units that were never applied. Apply first, in this order: "
        f"{', '.join(first)}. Or apply every unit in its order, in live/{environment.name}: terragrunt run --all apply"
    )


def never_applied(environment: Environment, units: Iterable[str], s3: Any) -> list[str]:
    """Those of the units that have no state, or one without any output."""
    return [unit for unit in units if not _has_outputs(environment, unit, s3)]


def _has_outputs(environment: Environment, unit: str, s3: Any) -> bool:
    try:
        answer = s3.get_object(
            Bucket=environment.state_name,
            Key=f"live/{environment.name}/{unit}/terraform.tfstate",
            ExpectedBucketOwner=environment.account_id,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return False
        raise
    try:
        return bool(json.loads(answer["Body"].read())["outputs"])
    except (ValueError, KeyError, TypeError):
        # A damaged state is for Terraform to refuse: docs/state.md is about its message.
        return True


def client(environment: Environment) -> Any | None:
    """An S3 client for the states; None with other credentials, which Terragrunt refuses before any state is read."""
    try:
        session = boto3.Session(region_name=environment.region)
        account_id = session.client("sts", config=_PATIENCE).get_caller_identity()["Account"]
        return session.client("s3", config=_PATIENCE) if account_id == environment.account_id else None
    except (BotoCoreError, ClientError, ValueError):
        return None

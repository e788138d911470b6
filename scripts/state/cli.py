"""Show a unit's state and repair it; docs/state.md says when."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.state.unit_state import Lock, RepairError, UnitState, Version

EXIT_REFUSED = 1
EXIT_INTERRUPTED = 130

_PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class Found:
    """All that is known of one unit's state at one moment."""

    versions: list[Version]
    digest: str | None
    locks: list[Lock]

    @property
    def current(self) -> Version | None:
        """The version that Terraform would read; None where the object is deleted."""
        return next((version for version in self.versions if version.is_current), None)

    @property
    def expected(self) -> Version | None:
        """The newest version that the digest was recorded for."""
        return next((version for version in self.versions if version.state and version.digest == self.digest), None)

    def advice(self, unit: Path) -> str:
        """What to do next."""
        if self.locks:
            return f"Where that run is dead, and only then: terragrunt force-unlock {self.locks[0].lock_id}"
        current, expected = self.current, self.expected
        readable = next((version for version in self.versions if version.state), None)
        if current and current.state and self.digest in {None, current.digest}:
            return "Nothing to repair."
        if expected:
            return f"The digest belongs to an earlier version: state-repair {unit} --restore {expected.version_id}"
        if current and current.state:
            return f"No version has the recorded digest. If the current one is the latest: state-repair {unit} --accept"
        if readable:
            return f"The newest version that can be read: state-repair {unit} --restore {readable.version_id}"
        return "There is no state yet." if not self.versions else "No version can be read."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 where something was refused."""
    asked = _parser().parse_args(arguments)
    try:
        state = _open(asked.unit)
        found = Found(state.versions(), state.recorded_digest(), state.locks())
        if not (asked.accept or asked.restore):
            print(_described(found, asked.unit))
            return 0
        version = _wanted(found, asked.restore)
        print(f"would {'restore' if asked.restore else 'accept'}: {_row(version, found)}")
        if not asked.write:
            print("Nothing was written: add --write to do it.")
            return 0
        _confirm(asked.unit.resolve().name)
        (state.restore if asked.restore else state.accept)(version, found.current)
        print("Done. Now terragrunt plan has to say: No changes.")
    except (RepairError, UserError) as error:
        print(f"state-repair: {error}", file=sys.stderr)
        return EXIT_REFUSED
    except KeyboardInterrupt:
        print("state-repair: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="state-repair",
        description="Shows a unit's state: locks, digest and versions, and what to do. Writes only with --write, "
        "under the state's lock, and after asking.",
        epilog="docs/state.md says when each repair is right.",
    )
    parser.add_argument("unit", type=Path, metavar="UNIT", help="the unit's folder, live/<environment>/<component>")
    repair = parser.add_mutually_exclusive_group()
    repair.add_argument("--accept", action="store_true", help="record the digest of the current version")
    repair.add_argument("--restore", metavar="VERSION_ID", help="make that version the current one, with its digest")
    parser.add_argument("--write", action="store_true", help="do it; without this it is only shown")
    return parser


def _open(unit: Path, variables: Mapping[str, str] = os.environ) -> UnitState:
    """The unit's state, after account and endpoint were checked and said."""
    environment = environments.of_folder(unit)
    if environment is None or not (unit / "terragrunt.hcl").is_file():
        raise RepairError(f"{unit} is no unit. Give the folder live/<environment>/<component>.")
    clients = _clients(environment.region)
    for client in clients.values():
        _require_local(client.meta.endpoint_url, variables)
    try:
        account_id = clients["sts"].get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise RepairError(f"Nobody says whose account this is ({type(error).__name__}): check credentials.") from None
    if account_id != environment.account_id:
        raise RepairError(
            f"Wrong account: these credentials belong to account {account_id}, and {environment.name} is account "
            f"{environment.account_id} (live/{environment.name}/env.hcl). Nothing was read or changed."
        )
    key = f"{unit.resolve().relative_to(environments.REPOSITORY).as_posix()}/terraform.tfstate"
    state = UnitState(environment.state_name, key, clients["s3"], clients["dynamodb"])
    endpoint = clients["s3"].meta.endpoint_url
    print(f"{environment.name}, account {account_id}, {environment.region}; endpoint {endpoint}")
    print(f"s3://{state.name}/{state.key}")
    return state


def _clients(region: str) -> dict[str, Any]:
    try:
        session = boto3.Session(region_name=region)
        return {name: session.client(name, config=_PATIENCE) for name in ("sts", "s3", "dynamodb")}
    except (BotoCoreError, ValueError) as error:
        raise RepairError(f"AWS cannot be reached ({type(error).__name__}): check profile and endpoint.") from None


def _require_local(endpoint: str, variables: Mapping[str, str]) -> None:
    if variables.get("CSVBATCH_AWS") == "local" and urlsplit(endpoint).hostname not in {"127.0.0.1", "localhost"}:
        raise RepairError(f"CSVBATCH_AWS asks for the local AWS, but {endpoint} would answer.")


def _wanted(found: Found, version_id: str | None) -> Version:
    if version_id:
        version = next((version for version in found.versions if version.version_id == version_id), None)
        if version is None:
            raise RepairError(f"The state has no version {version_id}. List them with: state-repair UNIT")
    elif (version := found.current) is None:
        raise RepairError("There is no state object to accept: it is deleted. Restore a version of it.")
    if version.state is None:
        raise RepairError(f"Version {version.version_id} is no state that Terraform could read. Nothing was written.")
    return version


def _confirm(name: str) -> None:
    print(f"Type {name} to write: ", end="", flush=True)
    if sys.stdin.readline().strip() != name:
        raise RepairError("Not confirmed. Nothing was written.")


def _described(found: Found, unit: Path) -> str:
    lines = [
        f"lock      {lock.lock_id}, held by {lock.who} since {lock.created} "
        f"({lock.operation}): {', '.join(lock.places)}"
        for lock in found.locks
    ] or ["lock      none"]
    lines.append(f"digest    {found.digest or 'none recorded'}")
    lines += [f"version   {_row(version, found)}" for version in found.versions] or ["version   none"]
    return "\n".join([*lines, found.advice(unit)])


def _row(version: Version, found: Found) -> str:
    state = version.state
    what = f"serial {state['serial']}, {version.managed} resources" if state else "cannot be read"
    marks = [
        mark
        for mark, holds in (("current", version.is_current), ("has the digest", version.digest == found.digest))
        if holds
    ]
    written = f"{version.written:%Y-%m-%d %H:%M:%SZ}"
    return "  ".join([version.version_id, written, what, version.digest, *([", ".join(marks)] if marks else [])])

"""The `state-repair` command: shows the state of a unit and repairs it; docs/state.md says when."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.account.account import connect
from scripts.common import environments
from scripts.common.errors import UserError, run_main
from scripts.state import state_lock
from scripts.state.state_lock import StateLock
from scripts.state.unit_locks import Lock
from scripts.state.unit_state import UnitState, Version


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that is known about a unit's state at one moment."""

    versions: list[Version]
    digest: str | None
    locks: list[Lock]
    keeps_digests: bool

    @property
    def current(self) -> Version | None:
        """The version that Terraform would read; None where the object was deleted."""
        return next((version for version in self.versions if version.is_current), None)

    @property
    def expected(self) -> Version | None:
        """The newest version that the digest was recorded for."""
        return next((version for version in self.versions if version.state and version.digest == self.digest), None)

    def advice(self, unit: Path) -> str:
        """What to do next."""
        if self.locks:
            return f"Only if that run is dead: terragrunt force-unlock {self.locks[0].lock_id}"
        current, expected = self.current, self.expected
        readable = next((version for version in self.versions if version.state), None)
        if current and current.state and self.digest in {None, current.digest}:
            return "Nothing to repair."
        if current and expected and _follows(current, expected):
            return (
                "The digest belongs to an earlier version. "
                f"If the runs since then had state_lock = {StateLock.LOCKFILE}, "
                f"the current one is right: state-repair {unit} --accept; "
                f"otherwise: state-repair {unit} --restore {expected.version_id}"
            )
        if expected:
            return f"The digest belongs to an earlier version: state-repair {unit} --restore {expected.version_id}"
        if current and current.state:
            return f"No version has the recorded digest. If the current one is the latest: state-repair {unit} --accept"
        if readable:
            return f"The newest version that can be read: state-repair {unit} --restore {readable.version_id}"
        return "There is no state yet." if not self.versions else "No version can be read."


def _follows(version: Version, earlier: Version) -> bool:
    """Whether a version looks like one that Terraform wrote after an earlier one: it has the lineage and counts on."""
    state, before = version.state, earlier.state
    if not state or not before:
        return False
    return bool(state["lineage"] == before["lineage"] and state["serial"] > before["serial"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 where something was refused."""
    options = _parser().parse_args(arguments)
    return run_main("state-repair", lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    state = _open(options.unit)
    found = Found(state.versions(), state.recorded_digest(), state.locks(), state.lock.in_table)
    if not (options.accept or options.restore):
        print(_described(found, options.unit))
        return 0
    if options.accept and not found.keeps_digests:
        raise UserError(
            f"There is no digest to record: state_lock is {StateLock.LOCKFILE} in terragrunt.hcl, "
            "so Terraform compares none."
        )
    version = _wanted(found, options.restore)
    print(f"would {'restore' if options.restore else 'accept'}: {_row(version, found)}")
    if not options.write:
        print("Nothing was written: add --write to do it.")
        return 0
    _confirm(options.unit.resolve().name)
    (state.restore if options.restore else state.accept)(version, found.current)
    print("Done. Now terragrunt plan has to say: No changes.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="state-repair",
        description="Shows a unit's state (locks, digest and versions) and what to do. Writes only with --write, "
        "after asking, and under the state's lock.",
        epilog="docs/state.md says when each repair is right.",
    )
    parser.add_argument("unit", type=Path, metavar="UNIT", help="the unit's folder, live/<environment>/<component>")
    repair = parser.add_mutually_exclusive_group()
    repair.add_argument("--accept", action="store_true", help="record the digest of the current version")
    repair.add_argument("--restore", metavar="VERSION_ID", help="make that version the current one, with its digest")
    parser.add_argument("--write", action="store_true", help="do it; without this the repair is only shown")
    return parser


def _open(unit: Path) -> UnitState:
    """The unit's state, once account and endpoint are checked and printed."""
    environment, name = environments.of_folder(unit), unit.resolve().name
    if environment is None or name not in environment.units():
        raise UserError(f"{unit} is not a unit. Give the folder live/<environment>/<component>.")
    account = connect(environment)
    s3, dynamodb = account.client("s3"), account.client("dynamodb")
    lock = state_lock.of(environment)
    state = UnitState(environment.state_name, environment.state_key(name), s3, dynamodb, lock)
    endpoint = s3.meta.endpoint_url
    print(f"{environment.name}, account {environment.account_id}, {environment.region}; endpoint {endpoint}")
    print(f"s3://{state.name}/{state.key}")
    return state


def _wanted(found: Found, version_id: str | None) -> Version:
    if version_id:
        version = next((version for version in found.versions if version.version_id == version_id), None)
        if version is None:
            raise UserError(f"The state has no version {version_id}. List them with: state-repair UNIT")
    elif (version := found.current) is None:
        raise UserError("There is no state object to accept: it was deleted. Restore one of its versions.")
    if version.state is None:
        raise UserError(f"Version {version.version_id} is not a state that Terraform can read. Nothing was written.")
    return version


def _confirm(name: str) -> None:
    print(f"Type {name} to write: ", end="", flush=True)
    if sys.stdin.readline().strip() != name:
        raise UserError("Not confirmed. Nothing was written.")


def _described(found: Found, unit: Path) -> str:
    lines = [
        f"lock      {lock.lock_id}, held by {lock.who} since {lock.created} "
        f"({lock.operation}): {', '.join(lock.places)}"
        for lock in found.locks
    ] or ["lock      none"]
    no_digest = "none recorded" if found.keeps_digests else f"none: state_lock is {StateLock.LOCKFILE}"
    lines.append(f"digest    {found.digest or no_digest}")
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

"""What a folder of plans says about itself: for which commit and account it was made, and what each plan is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scripts.common.errors import UserError

VERSION = 1


@dataclass(frozen=True, slots=True)
class State:
    """A unit's state when it was planned; the serial is None where the unit was never applied.

    `outputs` is a digest of its outputs: whoever reads them has to be planned again when it differs.
    """

    serial: int | None
    lineage: str
    outputs: str


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """One unit's plan.

    Attributes
    ----------
    reason
        Why it was planned.
    needs
        The units that it depends on directly.
    digests
        The SHA-256 of each file of the plan, in hex, by its name; without changes there is no JSON.
    mocks
        The units whose outputs, or some of them, were mocks.
    inputs
        The digest of the outputs of each unit it depends on.

    """

    name: str
    reason: str
    needs: tuple[str, ...]
    has_changes: bool
    digests: Mapping[str, str]
    mocks: tuple[str, ...]
    state: State
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All plans of a folder, in the order in which to apply them.

    `since` is what the change was compared with; None where all units were planned. `target` says which AWS was asked.
    """

    environment: str
    account_id: str
    region: str
    target: str
    commit: str
    since: str | None
    has_uncommitted: bool
    made: str
    tools: Mapping[str, str]
    units: tuple[UnitPlan, ...]
    removed: tuple[str, ...] = ()
    version: int = field(default=VERSION)

    def unit(self, name: str) -> UnitPlan:
        """The plan of a unit of the folder."""
        return next(one for one in self.units if one.name == name)

    def as_json(self) -> bytes:
        """The content of its file."""
        return _ADAPTER.dump_json(self, indent=2) + b"\n"


_ADAPTER = TypeAdapter(Manifest)


def parse(content: bytes, file: Path) -> Manifest:
    """Read a manifest; raises UserError where it is damaged or of another version."""
    try:
        found = _ADAPTER.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UserError(f"{file} is not a manifest of plans ({place}: {first['msg']}). Plan again.") from None
    if found.version != VERSION:
        raise UserError(f"{file} was written by another version of this command ({found.version}). Plan again.")
    return found


def digest(content: bytes) -> str:
    """The SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()

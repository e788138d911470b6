"""Tells what was changed in the account (drift) from what the tree has and the account not yet (change).

One whole plan of a unit refreshes the state first, and its JSON lists what the refresh found (`resource_drift`), as a
plan with `-refresh-only` would: https://developer.hashicorp.com/terraform/internals/json-format . Where it also
changes something, it may only undo the drift. A second plan without refresh compares the tree with the state, and so
tells whether the tree is ahead.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from scripts.units import changes, markdown, planning
from scripts.units.changes import Change
from scripts.units.folder import PLAN_JSON, Folder
from scripts.units.planning import Job

CLEAN, DIFFERENCES = 0, 2
_OPTIONS = ("-input=false",)
_RESERVED = 100
"""What the sentence about what was left out may take."""


@dataclass(frozen=True, slots=True)
class UnitDrift:
    """What differs in a unit: in the account, and in the tree."""

    unit: str
    was_applied: bool
    drift: tuple[Change, ...]
    change: tuple[Change, ...]

    @property
    def status(self) -> str:
        """In words, the same for people and programs."""
        if not self.was_applied:
            return "not applied"
        found = [word for word, of in (("drift", self.drift), ("change", self.change)) if of]
        return " and ".join(found) or "clean"


def find(job: Job) -> list[UnitDrift]:
    """Plan all units of a job and tell drift from change; raises UserError where one cannot be planned.

    The plans are deleted again. Outputs that differ count as a change.
    """
    with tempfile.TemporaryDirectory(prefix="units-drift-") as temporary:
        made = planning.make(job, Folder(Path(temporary)), _OPTIONS, show_all=True)
        whole = {one.name: _read(Path(temporary), one.name) for one in made}
    both = [name for name, found in whole.items() if found.drift and not found.is_empty]
    ahead = _against_state(job, both)
    result = []
    for unit in made:
        found = whole[unit.name]
        planned = (*found.resources, *found.outputs)
        result.append(UnitDrift(unit.name, unit.state.serial is not None, found.drift, ahead.get(unit.name, planned)))
    return result


def _against_state(job: Job, units: Sequence[str]) -> dict[str, tuple[Change, ...]]:
    """What the tree would change if nothing had drifted."""
    if not units:
        return {}
    some = Job(job.environment, job.units, dict.fromkeys(units, ""), job.target, job.console)
    with tempfile.TemporaryDirectory(prefix="units-drift-") as temporary:
        made = planning.make(some, Folder(Path(temporary)), [*_OPTIONS, "-refresh=false"], show_all=True)
        found = {one.name: _read(Path(temporary), one.name) for one in made}
    return {name: (*one.resources, *one.outputs) for name, one in found.items()}


def _read(folder: Path, unit: str) -> changes.UnitChanges:
    return changes.read(Folder(folder).unit(unit) / PLAN_JSON)


def exit_status(found: Sequence[UnitDrift]) -> int:
    """For schedulers: 0 where account, state and tree agree, 2 where they do not; an error ends with 1."""
    return CLEAN if all(one.status == "clean" for one in found) else DIFFERENCES


def as_json(found: Sequence[UnitDrift], about: Mapping[str, object]) -> str:
    """For programs: what was compared, and the units with their differences; sensitive values are masked."""
    units = [{"unit": one.unit, "status": one.status} | _changes(one) for one in found]
    status = "clean" if exit_status(found) == CLEAN else "differences"
    return json.dumps({**about, "status": status, "units": units}, indent=2) + "\n"


def as_markdown(environment: str, found: Sequence[UnitDrift], limit: int = markdown.LIMIT) -> str:
    """For an issue: the units that differ and what differs in them.

    Differences for which `limit` characters have no room are left out and counted.
    """
    differing = [one for one in found if one.status != "clean"]
    if not differing:
        return f"Account, states and tree of {markdown.code(environment)} agree: {len(found)} units.\n"
    text = f"{len(differing)} of {len(found)} units of {markdown.code(environment)} differ.\n\n"
    text += "| unit | status |\n|---|---|\n" + "".join(
        f"| {markdown.code(one.unit)} | {one.status} |\n" for one in differing
    )
    left_out = 0
    for one in differing:
        for name, of in (("changed outside Terraform", one.drift), ("the tree is ahead", one.change)):
            for change in of:
                title = f"\n{markdown.code(f'{one.unit}: {change.address}')} ({change.kind}, {name})\n\n"
                part = title + markdown.block(change.lines)
                left_out += len(text) + len(part) > limit - _RESERVED
                text += part if len(text) + len(part) <= limit - _RESERVED else ""
    return text + (f"\nLeft out for lack of space: {left_out} differences.\n" if left_out else "")


def _changes(found: UnitDrift) -> dict[str, list[dict[str, object]]]:
    return {
        name: [{**asdict(one), "lines": [str(line) for line in one.lines]} for one in of]
        for name, of in (("drift", found.drift), ("change", found.change))
    }


def table(environment: str, found: Sequence[UnitDrift]) -> Table:
    """For people: a row for each unit."""
    result = Table(title=f"Drift of {environment}")
    for heading in ("unit", "status", "changed outside Terraform", "the tree is ahead"):
        result.add_column(heading, overflow="fold")
    for one in found:
        style = "green" if one.status == "clean" else "bold red"
        result.add_row(one.unit, f"[{style}]{one.status}[/]", _addresses(one.drift), _addresses(one.change))
    return result


def _addresses(of: Sequence[Change]) -> str:
    return "\n".join(escape(f"{one.kind} {one.address}") for one in of)

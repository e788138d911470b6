"""Reads a plan in JSON: what it would do to each resource, with sensitive values masked.

The format is that of https://developer.hashicorp.com/terraform/internals/json-format .
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from scripts.common.errors import UserError
from scripts.units import differences, mirrors
from scripts.units.differences import Line, Values

FORMAT = "1."
"""Minor versions only add to the format; another major version is refused, as Terraform's page asks."""


class Kind(StrEnum):
    """What happens to a resource or an output; the first are the most dangerous."""

    REPLACE = "replace"
    DESTROY = "destroy"
    FORGET = "forget"
    UPDATE = "change"
    CREATE = "add"
    IMPORT = "import"
    MOVE = "move"
    READ = "read"
    NONE = "no change"

    @property
    def is_loud(self) -> bool:
        """Whether something that exists is deleted."""
        return self in {Kind.REPLACE, Kind.DESTROY}


RANK = {kind: number for number, kind in enumerate(Kind)}
_ACTIONS = {
    ("no-op",): Kind.NONE,
    ("create",): Kind.CREATE,
    ("read",): Kind.READ,
    ("update",): Kind.UPDATE,
    ("delete", "create"): Kind.REPLACE,
    ("create", "delete"): Kind.REPLACE,
    ("delete",): Kind.DESTROY,
    ("forget",): Kind.FORGET,
    ("create", "forget"): Kind.REPLACE,
}


_REASONS = {
    "replace_because_tainted": "an earlier apply failed while it was made",
    "replace_because_cannot_update": "it cannot be changed in place",
    "replace_by_request": "its replacement was asked for",
    "replace_by_triggers": "what triggers its replacement has changed",
    "delete_because_no_resource_config": "it is no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_wrong_repetition": "it is counted in another way",
    "delete_because_count_index": "its index is beyond the count",
    "delete_because_each_key": "its key is no longer in for_each",
    "delete_because_no_move_target": "it was moved to a place that is not in the configuration",
}
"""`action_reason` of the format in words; others are shown as they stand."""


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one resource or output; `lines` is the readable difference."""

    address: str
    kind: Kind
    lines: tuple[Line, ...]
    reason: str = ""

    @property
    def size(self) -> int:
        """How many lines differ."""
        return sum(line.sign != " " for line in self.lines)

    @property
    def order(self) -> tuple[int, int, str]:
        """What comes first: deletions, then what changes most."""
        return RANK[self.kind], -self.size, self.address


@dataclass(frozen=True, slots=True)
class UnitChanges:
    """All that a unit's plan would do, the most dangerous first, and what was changed outside Terraform."""

    resources: tuple[Change, ...] = ()
    outputs: tuple[Change, ...] = ()
    drift: tuple[Change, ...] = ()
    counts: Mapping[Kind, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to apply."""
        return not self.resources and not self.outputs


def read(file: Path) -> UnitChanges:
    """The changes in a file of `terraform show -json`; raises UserError where it is not one, or not complete."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read as a plan in JSON ({error}). Plan again.") from error
    if not isinstance(content, dict) or "configuration" not in content:
        raise UserError(f"{file} is not a plan in JSON, as `terraform show -json` prints it. Plan again.")
    if not str(content.get("format_version", "")).startswith(FORMAT):
        raise UserError(f"{file} has the format {content.get('format_version')}, and only {FORMAT}x is known.")
    if content.get("errored"):
        raise UserError(f"{file} is a plan that ended in an error, so it is not complete. Plan again.")
    return of(content)


def of(content: Mapping[str, Any]) -> UnitChanges:
    """The changes in a plan."""
    resources = _sorted(_resource(one) for one in content.get("resource_changes", []))
    outputs = _sorted(_output(name, one) for name, one in content.get("output_changes", {}).items())
    state = content.get("prior_state", {}).get("values", {}).get("root_module", {})
    others = mirrors.by_type(mirrors.managed(state))
    # A refresh turns null into an empty collection and the like; only what reads differently was changed by somebody.
    drift = _sorted(one for found in content.get("resource_drift", []) if (one := _drifted(found, others)).lines)
    return UnitChanges(resources, outputs, drift, Counter(one.kind for one in resources))


def _sorted(found: Iterable[Change]) -> tuple[Change, ...]:
    """Without what does nothing: data that is only read leaves the account as it is."""
    return tuple(
        sorted((one for one in found if one.kind not in {Kind.NONE, Kind.READ}), key=lambda change: change.order)
    )


def _resource(found: Mapping[str, Any]) -> Change:
    change = found["change"]
    kind = _kind(change["actions"])
    notes = [_REASONS.get(reason, reason.replace("_", " "))] if (reason := found.get("action_reason")) else []
    if previous := found.get("previous_address"):
        notes.append(f"moved from {previous}")
        kind = Kind.MOVE if kind is Kind.NONE else kind
    if change.get("importing"):
        notes.append("imported")
        kind = Kind.IMPORT if kind is Kind.NONE else kind
    if deposed := found.get("deposed"):
        notes.append(f"the old object {deposed} that an earlier replacement left")
    return Change(found["address"], kind, differences.lines(_values(change)), "; ".join(notes))


def _drifted(found: Mapping[str, Any], others: mirrors.Others) -> Change:
    change = found["change"]
    after = mirrors.without(found["type"], change["before"], change["after"], others)
    return _resource({**found, "change": {**change, "after": after}})


def _output(name: str, change: Mapping[str, Any]) -> Change:
    nested = {key: {name: change[key]} for key in change if key != "actions"}
    return Change(name, _kind(change["actions"]), differences.lines(_values(nested)))


def _kind(actions: Iterable[str]) -> Kind:
    try:
        return _ACTIONS[tuple(actions)]
    except KeyError:
        raise UserError(f"A plan has the actions {list(actions)}, which are not known here.") from None


def _values(change: Mapping[str, Any]) -> Values:
    forces = {path[0] for path in change.get("replace_paths", []) if path}
    return Values(
        change.get("before"),
        change.get("after"),
        change.get("before_sensitive", False),
        change.get("after_sensitive", False),
        change.get("after_unknown", False),
        frozenset(str(name) for name in forces),
    )

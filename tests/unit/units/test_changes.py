"""What a plan in JSON would do, in the order in which a reader has to see it."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.common.errors import UserError
from scripts.units import changes
from scripts.units.changes import Kind


def resource(address: str, *actions: str, before: Any = None, after: Any = None, **others: Any) -> dict[str, Any]:
    return {"address": address, "change": {"actions": list(actions), "before": before, "after": after}, **others}


def plan(*resources: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "configuration": {}, "resource_changes": list(resources), **others}


@pytest.mark.parametrize(
    ("actions", "kind"),
    [
        (["create"], Kind.CREATE),
        (["update"], Kind.UPDATE),
        (["delete"], Kind.DESTROY),
        (["delete", "create"], Kind.REPLACE),
        (["create", "delete"], Kind.REPLACE),
        (["forget"], Kind.FORGET),
    ],
)
def test_actions_have_one_name(actions: list[str], kind: Kind) -> None:
    (change,) = changes.of(plan(resource("a.b", *actions))).resources
    assert change.kind is kind


def test_what_does_nothing_is_left_out() -> None:
    assert changes.of(plan(resource("a.b", "no-op"), resource("data.a.b", "read"))).is_empty


def test_deletions_come_first_and_then_what_changes_most() -> None:
    found = changes.of(
        plan(
            resource("a.new", "create", after={"x": 1, "y": 2}),
            resource("a.small", "update", before={"x": 1}, after={"x": 2}),
            resource("a.large", "update", before={"x": 1, "y": 1}, after={"x": 2, "y": 2}),
            resource("a.gone", "delete", before={"x": 1}),
            resource("a.other", "delete", "create", before={"x": 1}, after={"x": 2}),
        )
    )
    assert [one.address for one in found.resources] == ["a.other", "a.gone", "a.large", "a.small", "a.new"]


def test_a_resource_that_moves_or_is_imported_is_a_change() -> None:
    moved = resource("a.b", "no-op", before={}, after={}, previous_address="a.old")
    imported = resource("a.c", "no-op", before={}, after={})
    imported["change"]["importing"] = {"id": "1"}
    found = changes.of(plan(moved, imported)).resources
    assert {(one.kind, one.reason) for one in found} == {(Kind.MOVE, "moved from a.old"), (Kind.IMPORT, "imported")}


def test_a_sensitive_output_is_masked() -> None:
    change = {"actions": ["create"], "before": None, "after": "fake-secret", "after_sensitive": True}
    (output,) = changes.of(plan(output_changes={"token": change})).outputs
    assert [str(line) for line in output.lines] == ["+ token = (sensitive)"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "cannot be read"),
        ("[]", "is not a plan in JSON"),
        ('{"format_version": "2.0", "configuration": {}}', "only 1.x is known"),
        ('{"format_version": "1.2", "configuration": {}, "errored": true}', "not complete"),
    ],
)
def test_what_is_no_complete_plan_is_refused(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "tfplan.json"
    file.write_text(content)
    with pytest.raises(UserError, match=said):
        changes.read(file)


def test_actions_that_are_not_known_are_refused() -> None:
    with pytest.raises(UserError, match="explode"):
        changes.of(json.loads(json.dumps(plan(resource("a.b", "explode")))))

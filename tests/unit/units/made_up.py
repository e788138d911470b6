"""Reviews that nobody planned, for what is about their form."""

from collections.abc import Mapping, Sequence

from scripts.units.changes import Change, Kind, UnitChanges
from scripts.units.differences import Line
from scripts.units.findings import Found
from scripts.units.manifest import Manifest, State, UnitPlan
from scripts.units.review import Review, UnitReview

STATE = State(3, "a-lineage", "0" * 64)


def unit_plan(name: str, *needs: str, has_changes: bool = True, mocks: Sequence[str] = ()) -> UnitPlan:
    return UnitPlan(
        name,
        f"reads live/test/{name}/terragrunt.hcl",
        needs,
        has_changes,
        {},
        tuple(mocks),
        STATE,
        dict.fromkeys(needs, ""),
    )


def manifest(*units: UnitPlan, **others: object) -> Manifest:
    values: dict[str, object] = {
        "environment": "test",
        "account_id": "123456789012",
        "region": "eu-north-1",
        "target": "a local AWS",
        "commit": "c0ffee" * 6,
        "since": "main",
        "has_uncommitted": False,
        "made": "2026-12-01T00:00:00Z",
        "tools": {"terraform": "1.11.4"},
        "units": units,
    }
    return Manifest(**{**values, **others})  # type: ignore[arg-type]


def change(address: str, kind: Kind = Kind.UPDATE, size: int = 2, text: str = "name = 1") -> Change:
    return Change(address, kind, tuple(Line("+" if at % 2 else "-", text) for at in range(size)))


def review(units: Mapping[str, Sequence[Change]], found: Mapping[str, list[Found]] | None = None) -> Review:
    """Units in a row, each depending on the one before."""
    names = list(units)
    plans = [
        unit_plan(name, *names[max(0, at - 1) : at], has_changes=bool(units[name])) for at, name in enumerate(names)
    ]
    reviews = []
    for one in plans:
        counts = {kind: sum(each.kind is kind for each in units[one.name]) for kind in Kind}
        resources = tuple(sorted(units[one.name], key=lambda each: each.order))
        reviews.append(UnitReview(one, UnitChanges(resources, (), (), counts), found or {}))
    return Review(manifest(*plans), tuple(reviews))

"""All that a reader of a folder of plans is shown, whatever the form."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scripts.units.changes import RANK, Change, Kind, UnitChanges
from scripts.units.findings import Found
from scripts.units.folder import Folder
from scripts.units.manifest import Manifest, UnitPlan

COLUMNS = (Kind.CREATE, Kind.UPDATE, Kind.REPLACE, Kind.DESTROY)
"""The counts that tables show; others are rare, and stand in the notes."""


@dataclass(frozen=True, slots=True)
class UnitReview:
    """One unit: its plan, what it would do, and what the policy scan found in it."""

    plan: UnitPlan
    changes: UnitChanges
    found: Mapping[str, list[Found]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The unit's name."""
        return self.plan.name

    @property
    def rank(self) -> tuple[int, int, str]:
        """Which unit a reader sees first: the one that deletes something, then the one that changes most."""
        all_of_it = [*self.changes.resources, *self.changes.outputs]
        worst = min((RANK[one.kind] for one in all_of_it), default=len(RANK))
        return (worst if worst <= RANK[Kind.DESTROY] else RANK[Kind.DESTROY] + 1), -len(all_of_it), self.name

    def count(self, kind: Kind) -> int:
        """How many resources that happens to."""
        return self.changes.counts.get(kind, 0)

    def notes(self) -> list[str]:
        """What a reader has to know beside the counts."""
        found = []
        if self.plan.mocks:
            found.append(f"planned with mocks of {', '.join(self.plan.mocks)}: planned again when applied")
        if self.changes.outputs:
            found.append(f"outputs change: {', '.join(one.address for one in self.changes.outputs)}")
        if self.changes.drift:
            found.append(f"changed outside Terraform: {len(self.changes.drift)} of its resources")
        for kind in (Kind.FORGET, Kind.IMPORT, Kind.MOVE):
            if self.count(kind):
                found.append(f"{self.count(kind)} to {kind}")
        failed = sum(one.failed for of in self.found.values() for one in of)
        if failed:
            found.append(f"policy findings: {failed}")
        return found


@dataclass(frozen=True, slots=True)
class Review:
    """A folder of plans, in the order in which to apply them."""

    manifest: Manifest
    units: tuple[UnitReview, ...]

    @property
    def changed(self) -> list[UnitReview]:
        """The units with changes, the most dangerous first."""
        return sorted((one for one in self.units if one.plan.has_changes), key=lambda unit: unit.rank)

    @property
    def unchanged(self) -> list[UnitReview]:
        """The units whose plans do nothing, in their order."""
        return [one for one in self.units if not one.plan.has_changes]

    @property
    def counts(self) -> Mapping[Kind, int]:
        """The sums of all units."""
        return sum((Counter(one.changes.counts) for one in self.units), Counter[Kind]())

    def loud(self) -> Iterator[tuple[UnitReview, Change]]:
        """What would delete something that exists."""
        for unit in self.changed:
            for change in unit.changes.resources:
                if change.kind.is_loud:
                    yield unit, change

    def summary(self) -> str:
        """The counts in one sentence."""
        counts = ", ".join(f"{self.counts.get(kind, 0)} to {kind}" for kind in COLUMNS)
        return f"{len(self.changed)} of {len(self.units)} units change: {counts}"

    def warnings(self) -> list[str]:
        """What a reader must not overlook, besides deletions."""
        found = [
            f"{name} was removed from the tree, and its resources stay: destroy it from the commit before."
            for name in self.manifest.removed
        ]
        if self.manifest.has_uncommitted:
            found.append("The tree had changes that are not committed, so these plans cannot be applied.")
        return found


def load(folder: Folder, found: Mapping[str, Mapping[str, list[Found]]]) -> Review:
    """Read a folder of plans, with the findings of the policy scan by unit and resource."""
    manifest = folder.manifest()
    return Review(
        manifest, tuple(UnitReview(one, folder.changes(one), dict(found.get(one.name, {}))) for one in manifest.units)
    )

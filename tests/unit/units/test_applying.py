"""A plan that is made again may not delete more than the one that was reviewed, unless somebody says yes to it."""

from scripts.units.applying import newly_deleted
from scripts.units.changes import Kind, UnitChanges
from tests.unit.units.made_up import change

REVIEWED = UnitChanges((change("a.gone", Kind.DESTROY), change("a.changed"), change("a.made_anew", Kind.REPLACE)))


def test_what_the_reviewed_plan_deletes_is_covered() -> None:
    found = UnitChanges((change("a.gone", Kind.DESTROY), change("a.made_anew", Kind.REPLACE), change("a.other")))
    assert newly_deleted(REVIEWED, found) == []


def test_what_was_only_changed_before_and_is_deleted_now_is_not() -> None:
    found = UnitChanges((change("a.changed", Kind.REPLACE), change("a.another", Kind.DESTROY)))
    assert newly_deleted(REVIEWED, found) == ["a.another", "a.changed"]

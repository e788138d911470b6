"""A real change of three units looks as it did when somebody looked at it."""

import pytest

from scripts.units.folder import Folder
from scripts.units.markdown import LIMIT
from tests.support.golden_review import GOLDEN, rendered


@pytest.mark.parametrize("name", ["plan.md", "plan.html", "terminal.txt"])
def test_a_real_change_is_shown_as_it_was_looked_at(name: str) -> None:
    expected = (GOLDEN / name).read_text(encoding="utf-8")
    assert rendered(Folder(GOLDEN))[name] == expected, "made on purpose? python -m tests.golden_review"


def test_the_kept_change_is_one_of_three_units_and_fits_a_comment() -> None:
    manifest = Folder(GOLDEN).manifest()
    assert [unit.name for unit in manifest.units if unit.has_changes] == ["kms", "eventbridge", "monitoring"]
    comment = (GOLDEN / "plan.md").read_text(encoding="utf-8")
    assert len(comment) < LIMIT
    assert "**destroy** `eventbridge`" in comment

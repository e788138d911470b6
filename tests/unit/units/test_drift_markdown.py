"""The text of the issue about drift: short where all agree, and never longer than it may be."""

import re

from scripts.units.drift import UnitDrift, as_markdown
from tests.unit.units.made_up import change


def test_units_that_agree_are_one_sentence() -> None:
    said = as_markdown("test", [UnitDrift("kms", was_applied=True, drift=(), change=())])
    assert said == "Account, states and tree of `test` agree: 1 units.\n"


def test_what_differs_is_shown_with_the_side_it_is_on() -> None:
    found = [
        UnitDrift("kms", was_applied=True, drift=(), change=()),
        UnitDrift("sqs", was_applied=True, drift=(change("a.queue"),), change=(change("a.new"),)),
    ]
    said = as_markdown("test", found)
    assert said.startswith("1 of 2 units of `test` differ.")
    assert "| `sqs` | drift and change |" in said
    assert "`sqs: a.queue` (change, changed outside Terraform)" in said
    assert "`sqs: a.new` (change, the tree is ahead)" in said
    assert "kms" not in said


def test_what_has_no_room_is_counted() -> None:
    many = tuple(change(f"a.b_{at}", size=20) for at in range(2000))
    said = as_markdown("test", [UnitDrift("sqs", was_applied=True, drift=many, change=())], limit=10_000)
    assert len(said) <= 10_000
    left = re.search(r"Left out for lack of space: (\d+) differences", said)
    assert left is not None
    assert int(left[1]) + said.count("changed outside Terraform") == 2000

"""The comment fits, says what it leaves out, and is not led astray by what it shows."""

import re

import pytest

from scripts.units.changes import Kind
from scripts.units.findings import Found
from scripts.units.markdown import LIMIT, render
from tests.unit.units.made_up import change, review


def test_the_first_line_finds_the_comment_again() -> None:
    assert render(review({"sqs": [change("a.b")]})).startswith("<!-- units plan: test -->\n")


def test_deletions_stand_before_everything_else() -> None:
    said = render(review({"kms": [change("a.new", Kind.CREATE)], "sqs": [change("a.gone", Kind.DESTROY)]}))
    assert "Would delete what exists: 1" in said
    assert said.index("a.gone") < said.index("| unit |") < said.index("a.new")
    assert said.index("<summary>sqs") < said.index("<summary>kms")


@pytest.mark.parametrize("resources", [5, 500, 5000])
def test_a_comment_is_never_longer_than_the_limit_and_counts_what_is_left_out(resources: int) -> None:
    units = {f"unit_{at}": [change(f"a.b_{at}_{one}", size=20) for one in range(resources // 5)] for at in range(5)}
    said = render(review(units))
    assert len(said) < LIMIT
    shown = len(re.findall(r"^\*\*change\*\* `a\.b_", said, re.MULTILINE))
    left = re.search(r"lack of space: (\d+) changes", said)
    assert shown + (int(left[1]) if left else 0) == resources
    assert said.count("<details>") == said.count("</details>")


def test_the_biggest_changes_are_the_ones_that_are_kept() -> None:
    small = [change(f"a.small_{one}", size=4, text="x" * 300) for one in range(60)]
    said = render(review({"sqs": [*small, change("a.large", size=40)]}))
    assert "lack of space" in said
    assert "`a.large`" in said


def test_a_value_cannot_end_the_block_that_it_is_in() -> None:
    said = render(review({"sqs": [change("a.b", text="```\n</details> @team")]}))
    assert said.count("\n````\n") == 1
    assert "\n````diff\n" in said


def test_text_in_tables_is_not_markup() -> None:
    found = {"a.b": [Found("CKV_1", "no <script> | in [tables](http://x)", failed=True, reason="*")]}
    said = render(review({"sqs": [change("a.b")]}, found))
    assert "<script>" not in said
    assert "](http" not in said
    assert "**failed** `CKV_1`" in said


def test_nothing_to_apply_is_said() -> None:
    said = render(review({"sqs": []}))
    assert "Nothing to apply" in said
    assert "Planned, no changes: `sqs`" in said

"""The document itself: nothing in it may stand untried."""

from collections.abc import Mapping
from pathlib import Path

from tests.support.runbook import Section


def test_every_section_with_an_error_or_a_command_is_tried(sections: Mapping[str, Section]) -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [title for title in sections if f'"{title}"' not in tests] == []
    assert len(sections) == 9

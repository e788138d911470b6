"""The document itself: nothing in it may stand untried."""

from collections.abc import Mapping
from pathlib import Path

from tests.support.platform import Platform
from tests.support.runbook import Section
from tests.support.state import Backend


def test_every_section_with_an_error_or_a_command_is_tried(sections: Mapping[str, Section]) -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [title for title in sections if f'"{title}"' not in tests] == []
    assert len(sections) == 12


def test_looking_first_writes_nothing(applied_dev: Platform, sections: Mapping[str, Section]) -> None:
    backend = Backend(applied_dev, "kms")
    before = backend.versions(), backend.recorded_digest(), backend.locks()
    (shown,) = sections["When the state is in trouble"].follow(applied_dev, applied_dev.environment.folder / "kms")
    assert "Nothing to repair." in shown.printed
    assert (backend.versions(), backend.recorded_digest(), backend.locks()) == before

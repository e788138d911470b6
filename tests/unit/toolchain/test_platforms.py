import platform
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY
from scripts.toolchain import __main__ as setup
from scripts.toolchain import platforms


def pretend(monkeypatch: pytest.MonkeyPatch, system: str, machine: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.delenv(platforms.OVERRIDE, raising=False)


def test_linux_on_x86_64_is_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "Linux", "x86_64")
    platforms.check()


@pytest.mark.parametrize(
    ("system", "machine"),
    [("Linux", "aarch64"), ("Darwin", "arm64"), ("Darwin", "x86_64"), ("Windows", "AMD64"), ("", "")],
)
def test_elsewhere_the_set_up_ends_before_it_does_anything(
    system: str, machine: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, system, machine)
    monkeypatch.setattr(setup, "SETUP_LOCK", tmp_path / "checkout" / ".setup.lock")
    with pytest.raises(UserError) as refused:
        setup.set_up(quiet=True)
    assert platforms.SUPPORTED in str(refused.value)
    assert platforms.ELSEWHERE in str(refused.value)
    assert not (tmp_path / "checkout").exists()


def test_who_insists_may_try(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "Linux", "aarch64")
    monkeypatch.setenv(platforms.OVERRIDE, "1")
    platforms.check()


def test_the_documentation_says_the_same() -> None:
    document = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    text = " ".join(document.replace("`", "").split())
    assert platforms.SUPPORTED in text
    assert platforms.ELSEWHERE in text

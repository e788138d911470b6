"""Two `make` commands at once in one checkout: one sets up, the other waits, and neither takes a tool away."""

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.common.locks import only_one
from scripts.toolchain import __main__ as setup
from scripts.toolchain.files import link_if_changed, write_if_changed


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "SETUP_LOCK", tmp_path / ".setup.lock")
    monkeypatch.setattr(setup, "BIN", tmp_path / ".tools" / "bin")
    monkeypatch.setattr(setup, "TOOLCHAIN_JSON", tmp_path / ".tools" / "toolchain.json")
    return tmp_path


def is_locked(lock: Path) -> bool:
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_one_lock_is_held_from_the_first_step_to_the_last(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[str, bool] = {}

    def step(name: str, result: Any) -> Callable[..., Any]:
        def run(*_: object) -> Any:
            held[name] = is_locked(checkout / ".setup.lock")
            return result

        return run

    steps = {
        "build_environments": None,
        "find_engine": checkout / "terraform",
        "find_terragrunt": checkout / "terragrunt",
        "write_cli_configuration": "said",
        "link_if_changed": None,
        "write_if_changed": None,
    }
    for name, result in steps.items():
        monkeypatch.setattr(setup, name, step(name, result))
    setup.set_up(quiet=True)
    assert held == dict.fromkeys(steps, True)
    assert not is_locked(checkout / ".setup.lock")


def test_second_set_up_is_told_that_it_waits(checkout: Path) -> None:
    lock = checkout / ".setup.lock"
    waited: list[str] = []
    with only_one(lock), lock.open("a") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    first = only_one(lock)
    first.__enter__()

    def end_first() -> None:
        waited.append("told")
        first.__exit__(None, None, None)

    with only_one(lock, end_first):
        assert waited == ["told"]


@pytest.mark.parametrize("kind", ["link", "file"])
def test_nothing_is_written_where_nothing_changed(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bin" / "tool"

    def write() -> None:
        if kind == "link":
            link_if_changed(path, tmp_path / "engine")
        else:
            write_if_changed(path, "text")

    write()
    before = path.lstat()
    write()
    after = path.lstat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_old_link_is_there_until_the_new_one_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, replace = tmp_path / "tool", Path.replace
    link_if_changed(link, tmp_path / "old")
    seen: list[Path] = []

    def replacing(self: Path, target: Path) -> Path:
        seen.append(link.readlink())
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replacing)
    link_if_changed(link, tmp_path / "new")
    assert seen == [tmp_path / "old"]
    assert link.readlink() == tmp_path / "new"
    assert list(tmp_path.iterdir()) == [link]

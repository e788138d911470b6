"""Builds that are killed, fail half-way, or run side by side."""

import json
import os
import signal
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.packages.cli import main
from scripts.packages.files import remove_unused
from tests.unit.packages.made_up import StartPython

FOLDER = Path("dist/lambda/x86_64")
DEPENDENCIES = Path("csvbatch/lambda-packages/dependencies")

KILLED_BEFORE_A_STEP = """
import os, pathlib, signal, sys

left = int(sys.argv[1])


def counted(real):
    def step(*arguments):
        global left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return real(*arguments)

    return step


pathlib.Path.replace = counted(pathlib.Path.replace)
pathlib.Path.rename = counted(pathlib.Path.rename)

from scripts.packages.cli import main

sys.exit(main(["build", "batch_processor"]))
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "cache" / DEPENDENCIES


def unfinished(*folders: Path) -> list[str]:
    return [path.name for folder in folders for path in folder.rglob("*.unfinished")]


@pytest.fixture
def index() -> Iterator[socket.socket]:
    """Open a package index that takes requests and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


def test_a_build_killed_while_it_installs_leaves_no_part_that_another_would_take(
    cold: Path, shelf: Path, index: socket.socket, start_build: StartPython
) -> None:
    environment = {
        "UV_NO_INDEX": "0",
        "UV_FIND_LINKS": "",
        "UV_DEFAULT_INDEX": f"http://127.0.0.1:{index.getsockname()[1]}/simple",
    }
    process = start_build(environment=environment)
    connection, _ = index.accept()
    process.kill()
    process.wait(timeout=30)
    connection.close()
    assert not FOLDER.exists()
    assert main(["build"]) == 0
    assert main(["verify", "batch_processor"]) == 0
    assert len(list(shelf.iterdir())) == 1


@pytest.mark.parametrize(
    "step",
    ["dependencies", "batch_processor.zip", "batch_processor.cdx.json", "batch_processor.json"],
)
def test_a_build_that_fails_while_it_writes_leaves_no_half_file(
    cold: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    whole = Path.replace

    def replace(part: Path, target: Path) -> Path:
        if step in {target.name, target.parent.name}:
            raise OSError(28, "No space left on device", str(target))
        return whole(part, target)

    with monkeypatch.context() as full:
        full.setattr(Path, "replace", replace)
        assert main(["build"]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert unfinished(shelf, Path("dist")) == []
    assert main(["build"]) == 0
    assert main(["verify", "batch_processor"]) == 0


def test_a_build_killed_at_any_step_leaves_nothing_half_and_the_next_one_goes_on(
    cold: Path, shelf: Path, start_python: StartPython
) -> None:
    for steps in range(100):
        process = start_python("-c", KILLED_BEFORE_A_STEP, str(steps))
        process.wait(timeout=30)
        for zipped in Path().rglob("*.zip"):
            assert zipfile.ZipFile(zipped).testzip() is None
        for manifest in FOLDER.glob("*.json"):
            told = json.loads(manifest.read_bytes())
            assert told.get("name", told.get("bomFormat")) in {"batch_processor", "CycloneDX"}
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
    assert steps == 3
    assert main(["verify", "batch_processor"]) == 0
    assert unfinished(shelf, Path("dist")) == []


def test_of_builds_that_run_side_by_side_one_makes_the_packages(
    cold: Path, shelf: Path, start_build: StartPython
) -> None:
    processes = [start_build() for _ in range(4)]
    written = 0
    for process in processes:
        said, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
        written += said.count("written")
    assert written == 2
    for name in ("batch_processor", "request_handler"):
        assert main(["verify", name]) == 0
    assert len(list(shelf.iterdir())) == 1
    assert unfinished(shelf, Path("dist")) == []


def test_what_no_build_has_used_for_a_month_is_removed(tmp_path: Path) -> None:
    shelf = tmp_path / "dependencies"
    for name, days in (("old", 31), ("recent", 29)):
        (shelf / name).mkdir(parents=True)
        (shelf / f"{name}.pyc").touch()
        for path in (shelf / name, shelf / f"{name}.pyc"):
            os.utime(path, (time.time() - days * 86_400,) * 2)
    remove_unused(shelf)
    assert {path.name for path in shelf.iterdir()} == {"recent", "recent.pyc"}

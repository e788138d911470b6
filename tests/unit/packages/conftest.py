import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.packages.cli import main
from tests.unit.packages.made_up import StartPython, Wheelhouse, make_checkout


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the packages of a checkout once: tests work on copies of it, of its wheels and of its caches."""
    folder = tmp_path_factory.mktemp("template")
    wheelhouse = Wheelhouse(folder / "wheels")
    plain = wheelhouse.add("plain", {"plain/__init__.py": "value = 1\n", "plain/data.bin": bytes(range(256))})
    other = wheelhouse.add("other", {"other.py": "import plain\n", "other.pyi": "value: int\n"})
    make_checkout(folder / "checkout", plain + other)
    with pytest.MonkeyPatch.context() as monkeypatch:
        _use(folder, monkeypatch)
        assert main(["build", "--project", str(folder / "checkout")]) == 0
    return folder


@pytest.fixture
def built(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a checkout with its packages."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    _use(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path / "checkout")
    return tmp_path / "checkout"


@pytest.fixture
def checkout(built: Path) -> Path:
    """Go to a checkout whose packages are not built, though its dependencies were."""
    shutil.rmtree(built / "dist")
    return built


@pytest.fixture
def cold(checkout: Path, tmp_path: Path) -> Path:
    """Go to a checkout of which nothing was ever built."""
    shutil.rmtree(tmp_path / "cache")
    return checkout


@pytest.fixture
def wheelhouse(built: Path) -> Wheelhouse:
    return Wheelhouse(built.parent / "wheels")


@pytest.fixture
def lock(built: Path) -> str:
    return (built / "requirements" / "lambda.txt").read_text()


def _use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the wheels of a folder instead of any index, and its caches instead of the user's."""
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder / "wheels"))
    monkeypatch.setenv("UV_CACHE_DIR", str(folder / "uv"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))


@pytest.fixture
def start_python() -> Iterator[StartPython]:
    """Give a way to run Python in a process that does not outlive the test."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str, environment: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def start_build(start_python: StartPython) -> StartPython:
    """Give a way to start a build in a process of its own."""
    return lambda **options: start_python("-m", "scripts.packages", "build", **options)

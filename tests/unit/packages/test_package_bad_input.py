"""What may not be readable, writable or there at all: each is said, and nothing counts as built."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.packages.made_up import StartPython, write_files

Refusal = Callable[..., str]

# Root may read and write whatever the mode says, so that a test would prove nothing: this takes the right away.
AS_AN_ORDINARY_USER = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]


@pytest.fixture
def refusal(checkout: Path, start_python: StartPython) -> Refusal:
    """Build in a process without root's rights; give what it says on standard error, and no traceback."""

    def refuse(*arguments: str, **environment: str) -> str:
        program = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
        without_rights = AS_AN_ORDINARY_USER if os.geteuid() == 0 else []
        command = [*without_rights, sys.executable, "-m", "scripts.packages", "build", *arguments]
        process = start_python("-c", program, *command, environment=environment)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1, said
        assert said.startswith("lambda-packages: "), said
        assert "Traceback" not in said
        return said

    return refuse


@pytest.mark.parametrize(
    "path",
    [
        "lambdas/batch_processor/handler.py",
        "lambdas/csvbatch/contract/yaml_file.py",
        "lambdas/contracts/airports.yaml",
        "requirements/lambda.txt",
        "pyproject.toml",
    ],
)
def test_a_file_that_may_not_be_read_is_named(refusal: Refusal, path: str) -> None:
    Path(path).chmod(0)
    said = refusal()
    assert f"{path}: Permission denied" in said
    assert not Path("dist").exists()


def test_a_folder_that_may_not_be_read_is_named(refusal: Refusal) -> None:
    Path("lambdas/csvbatch").chmod(0)
    assert "lambdas/csvbatch: Permission denied" in refusal()


def test_an_empty_folder_of_functions_has_nothing_to_package(refusal: Refusal) -> None:
    shutil.rmtree("lambdas")
    Path("lambdas").mkdir()
    assert "lambdas: no folder in it has a handler.py, so there is nothing to package" in refusal()


def test_a_project_that_is_not_there_is_named(refusal: Refusal) -> None:
    assert "elsewhere" in refusal("--project", "elsewhere")


def test_an_output_folder_that_may_not_be_written_is_named(refusal: Refusal, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o500)
    said = refusal("--output", str(kept))
    assert f"{kept}/x86_64: Permission denied; free some space, or choose another --output" in said
    assert list(kept.iterdir()) == []


def test_a_cache_that_may_not_be_written_is_named(refusal: Refusal, tmp_path: Path) -> None:
    kept = tmp_path / "full"
    kept.mkdir(mode=0o500)
    assert f"{kept}/csvbatch: Permission denied" in refusal(XDG_CACHE_HOME=str(kept))


def test_a_wheel_that_is_damaged_is_refused(refusal: Refusal, lock: str, tmp_path: Path) -> None:
    wheel = tmp_path / "wheels" / "plain-1.0-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes()[:-200])
    said = refusal(XDG_CACHE_HOME=str(tmp_path / "new"), UV_CACHE_DIR=str(tmp_path / "new uv"))
    assert "requirements/lambda.txt cannot be installed for x86_64: a wheel is damaged" in said
    assert "plain" in said


def test_a_wheel_that_is_damaged_though_its_hash_is_right_is_refused(
    refusal: Refusal, checkout: Path, tmp_path: Path
) -> None:
    wheel = tmp_path / "wheels" / "cut-1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK\x03\x04 and nothing else")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    write_files(checkout, {"requirements/lambda.txt": f"cut==1.0 --hash=sha256:{digest}\n"})
    assert "requirements/lambda.txt cannot be installed for x86_64: a wheel is damaged" in refusal()

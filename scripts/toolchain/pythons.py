"""Finds a Python 3.13, and builds the virtual environments from the hashed locks."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.common.locks import only_one
from scripts.common.paths import (
    BENCH_VENV,
    JUDGES_CORPORA,
    JUDGES_VENV,
    REPOSITORY,
    REQUIREMENTS,
    SCAN_VENV,
    SECOND_AWS_VENV,
    TOOLS,
    VENV,
    path_folders,
)
from scripts.toolchain.versions import first_line

WANTED = "3.13"


def find_python() -> Path:
    """A Python 3.13: from CSVBATCH_PYTHON, PATH, pyenv or uv.

    Each candidate is run, since its name proves nothing: pyenv's `python3.13` runs only where that version is chosen,
    and in an activated shell it is the interpreter of the environment that may have to be rebuilt.
    """
    for candidate in _candidates():
        asked = "import sys; print('%d.%d' % sys.version_info[:2], sys._base_executable)"
        version, _, executable = first_line([candidate, "-c", asked]).partition(" ")
        if version == WANTED:
            return Path(executable).resolve()
    raise UserError(
        f"No Python {WANTED} was found on PATH or under pyenv. Install one:\n"
        f"  pyenv install {WANTED}\n  uv python install {WANTED}\n  mise install\n"
        f"  your system's package, for example python{WANTED}\n"
        "or name one: CSVBATCH_PYTHON=/path/to/python make setup"
    )


def _candidates() -> Iterable[str]:
    named = os.environ.get("CSVBATCH_PYTHON")
    if named:
        yield named
        return
    for name in (f"python{WANTED}", "python3", "python"):
        found = shutil.which(name, path=os.pathsep.join(path_folders()))
        if found:
            yield found
    pyenv_root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in sorted(pyenv_root.glob(f"versions/{WANTED}.*"), reverse=True):
        yield str(version / "bin" / "python")
    uv = shutil.which("uv")
    if uv:
        yield first_line([uv, "python", "find", "--no-python-downloads", WANTED]) or "python"


def build_environments(report: Callable[[str], None]) -> None:
    """Make `.venv` and `.venv-scan` contain exactly what their locks pin, and `.venv` the project's own commands."""
    with only_one(TOOLS / "environments.lock"):
        python = find_python()
        _environment(VENV, python, "dev", report)
        _environment(SCAN_VENV, python, "scan", report)
        _project(report)


def build_judges(report: Callable[[str], None]) -> None:
    """Make `.venv-judges` contain the other CSV readers, and the source packages with public CSV files."""
    with only_one(TOOLS / "judges.lock"):
        _environment(JUDGES_VENV, find_python(), "judges", report)
        lock = REQUIREMENTS / "corpora.txt"
        stamp = Stamp(JUDGES_CORPORA / "downloaded-from", _text(JUDGES_VENV / "built-from"), _text(lock))
        if stamp.holds():
            return
        report(f"{JUDGES_VENV.name}: downloading requirements/{lock.name}")
        shutil.rmtree(JUDGES_CORPORA, ignore_errors=True)
        JUDGES_CORPORA.mkdir()
        download = [str(JUDGES_VENV / "bin" / "python"), "-m", "pip", "download", "--quiet"]
        download += ["--disable-pip-version-check", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
        run([*download, "--require-hashes", "-r", str(lock), "--dest", str(JUDGES_CORPORA)], limit_seconds=300)
        stamp.write()


def build_bench(report: Callable[[str], None]) -> None:
    """Make `.venv-bench` contain what `make bench` compares the project with."""
    with only_one(TOOLS / "bench.lock"):
        _environment(BENCH_VENV, find_python(), "bench", report)


def build_second_aws(report: Callable[[str], None]) -> None:
    """Make `.venv-second-aws` contain MiniStack, which `make second-aws` compares the local AWS with."""
    with only_one(TOOLS / "second-aws.lock"):
        _environment(SECOND_AWS_VENV, find_python(), "second-aws", report)


def _environment(folder: Path, python: Path, lock_name: str, report: Callable[[str], None]) -> None:
    bootstrap, lock = (REQUIREMENTS / f"{name}.txt" for name in ("bootstrap", lock_name))
    stamp = Stamp(folder / "built-from", str(python), str(folder), _text(bootstrap), _text(lock))
    if stamp.holds():
        return
    report(f"{folder.name}: installing requirements/{lock.name}")
    if folder.exists():
        shutil.rmtree(folder)
    run([str(python), "-m", "venv", str(folder)], limit_seconds=120)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", str(bootstrap)], limit_seconds=300)
    run([*_uv_pip_install(folder), "--require-hashes", "-r", str(lock)], limit_seconds=900)
    stamp.write()


def _project(report: Callable[[str], None]) -> None:
    pyproject = REPOSITORY / "pyproject.toml"
    stamp = Stamp(VENV / "project-built-from", str(REPOSITORY), _text(pyproject), _text(VENV / "built-from"))
    if stamp.holds():
        return
    report(f"{VENV.name}: installing the project's own commands")
    install = [*_uv_pip_install(VENV), "--no-deps", "--no-build-isolation"]
    run([*install, "--editable", str(REPOSITORY)], limit_seconds=300)
    stamp.write()


def _uv_pip_install(folder: Path) -> list[str]:
    interpreter = str(folder / "bin" / "python")
    # Without bytecode, every start of the local AWS would compile moto again.
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode"]
    return [interpreter, "-m", *install, "--python", interpreter]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


class Stamp:
    """A file that records what a folder was built from, so that it is rebuilt only when that changes."""

    def __init__(self, path: Path, *inputs: str) -> None:
        self._path = path
        self._digest = hashlib.sha256("\0".join(inputs).encode()).hexdigest()

    def holds(self) -> bool:
        """Whether the last complete build had the same inputs."""
        return self._path.exists() and _text(self._path) == self._digest

    def write(self) -> None:
        """Record that the build is complete."""
        self._path.write_text(self._digest, encoding="utf-8")

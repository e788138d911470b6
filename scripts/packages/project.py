"""The checkout: where packaging reads and writes, and what pyproject.toml states."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError

_PYPROJECT = "pyproject.toml"


class NoCheckoutError(UserError):
    """The current folder is not in a checkout."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The project's name, version and dependencies, as pyproject.toml states them."""

    name: str
    version: str
    dependencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A checkout."""

    root: Path

    @property
    def lambdas(self) -> Path:
        """The functions' sources."""
        return self.root / "lambdas"

    @property
    def lock(self) -> Path:
        """The hashed requirements of the functions."""
        return self.root / "requirements" / "lambda.txt"

    def environments(self) -> list[Path]:
        """Return the virtual environments of the tools: two that always exist after `make setup`, and any other."""
        always = {self.root / ".venv", self.root / ".venv-scan"}
        return sorted(always | {path for path in self.root.glob(".venv-*") if path.is_dir()})

    def identity(self) -> Identity:
        """Read pyproject.toml; raises `UserError` where name, version or dependencies are missing."""
        pyproject = self.root / _PYPROJECT
        try:
            project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
            return Identity(project["name"], project["version"], tuple(project["dependencies"]))
        except ValueError as error:
            raise UserError(f"{pyproject}: {error}") from error
        except KeyError as error:
            raise UserError(
                f"{pyproject}: {error.args[0]} is missing; [project] needs name, version and dependencies"
            ) from error

    def pins(self) -> bytes:
        """Read pyproject.toml and the lock, which together decide the dependencies."""
        lock = _read(self.lock, "it pins the functions' dependencies: restore it, or make it (make lock)")
        if not any(line.strip() and not line.lstrip().startswith(b"#") for line in lock.splitlines()):
            raise UserError(f"{self.lock}: it pins nothing; make it again (make lock)")
        return lock + b"\0" + _read(self.root / _PYPROJECT, "it names the project and its dependencies: restore it")


def _read(path: Path, advice: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; {advice}") from error


def find_project(start: Path) -> Project:
    """Find the checkout that contains a folder; raises `NoCheckoutError`."""
    for folder in (start, *start.parents):
        if (folder / "lambdas").is_dir():
            return Project(folder)
    raise NoCheckoutError(
        f"{start} is not in a checkout: no folder above it contains lambdas/; change to one, or name it with --project"
    )

"""What pyproject.toml says of the project: its name, its version, and what its functions ask for."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.packages.cache import write_whole
from scripts.packages.errors import ProjectError


@dataclass(frozen=True, slots=True)
class Identity:
    """The project's name and version, and its dependencies as pyproject.toml words them."""

    name: str
    version: str
    dependencies: tuple[str, ...]


def read_identity(pyproject: Path, cache: Path) -> Identity:
    """Read pyproject.toml, once for each content of it; raises `ProjectError` where it does not say all of it."""
    try:
        content = pyproject.read_bytes()
    except OSError as error:
        raise ProjectError(
            f"{pyproject}: {error.strerror}. It names what the packages hold: take it from version control"
        ) from error
    stamp = cache / "projects" / f"{hashlib.sha256(content).hexdigest()}.json"
    if found := _read_before(stamp):
        return found
    identity = _parsed(pyproject, content)
    write_whole(stamp, json.dumps(asdict(identity)).encode())
    return identity


def _read_before(stamp: Path) -> Identity | None:
    try:
        values = json.loads(stamp.read_bytes())
        return Identity(values["name"], values["version"], tuple(values["dependencies"]))
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _parsed(pyproject: Path, content: bytes) -> Identity:
    # Takes a tenth of an unchanged build's time to load.
    import tomllib

    try:
        project = tomllib.loads(content.decode())["project"]
        return Identity(project["name"], project["version"], tuple(project["dependencies"]))
    except ValueError as error:
        raise ProjectError(f"{pyproject}: {error}") from error
    except KeyError as error:
        raise ProjectError(
            f"{pyproject}: {error.args[0]} is missing; [project] states name, version, dependencies"
        ) from error

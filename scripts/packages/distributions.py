"""Reads what was installed: each distribution's name, version, licence and files, and what it depends on."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from scripts.common.errors import UserError
from scripts.packages.architectures import PYTHON_VERSION, Target
from scripts.packages.licences import licence_of

PROJECT = ""
"""Stands for the project itself where names of distributions are expected."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution; `requires` is what its metadata state, word for word.

    `files` has the SHA-256 that the wheel records for each path, in hex. It is empty for a file that the wheel does not
    record: uv adds such files to RECORD without a digest.
    """

    name: str
    version: str
    licence: str
    requires: tuple[str, ...]
    files: dict[str, str]


def read_distributions(folder: Path) -> list[Distribution]:
    """Read all distributions of a folder, sorted by name; raises `UserError` where two bring the same file."""
    found = sorted(map(_read, metadata.distributions(path=[str(folder)])), key=lambda one: one.name)
    owners: dict[str, str] = {}
    for distribution in found:
        for path in distribution.files:
            if path in owners:
                both = f"{owners[path]} and {distribution.name}"
                raise UserError(f"{both} bring the same file {path}: drop one of them from pyproject.toml")
            owners[path] = distribution.name
    return found


def _read(found: metadata.Distribution) -> Distribution:
    files = {
        file.as_posix(): base64.urlsafe_b64decode(f"{file.hash.value}==").hex() if file.hash else ""
        for file in found.files or ()
    }
    name = canonicalize_name(found.metadata["Name"])
    return Distribution(name, found.version, licence_of(found.metadata), tuple(found.requires or ()), files)


def direct_requirements(
    distributions: Iterable[Distribution], asked: Sequence[str], target: Target
) -> dict[str, tuple[str, ...]]:
    """Return the installed distributions that each one requires directly, and those of the project as `PROJECT`.

    An extra counts where something asks for it. Raises `UserError` for a requirement that cannot be read.
    """
    stated: dict[str, Sequence[str]] = {PROJECT: asked} | {one.name: one.requires for one in distributions}
    found: dict[str, set[str]] = {name: set() for name in stated}
    # A distribution is visited again for each extra that something asks of it.
    waiting = [(name, "") for name in stated]
    seen = set(waiting)
    for name, extra in waiting:
        for text in stated[name]:
            requirement = _parsed(name, text)
            other = canonicalize_name(requirement.name)
            applies = not requirement.marker or requirement.marker.evaluate(_environment(target) | {"extra": extra})
            if other in stated and applies:
                found[name].add(other)
                extras = {(other, one) for one in requirement.extras} - seen
                seen |= extras
                waiting += sorted(extras)
    return {name: tuple(sorted(others - {name})) for name, others in found.items()}


def _parsed(name: str, text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        where = f"the wheel of {name}" if name else "pyproject.toml"
        raise UserError(f"{where} requires {text!r}, which cannot be read ({error}): pin another version") from error


def _environment(target: Target) -> dict[str, str]:
    """Return what markers see at Lambda, where that may differ from this machine; the interpreter is the same."""
    linux = {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"}
    versions = {"python_full_version": f"{PYTHON_VERSION}.0", "implementation_version": f"{PYTHON_VERSION}.0"}
    return {**linux, **versions, "platform_machine": target.machine, "platform_release": "", "platform_version": ""}

"""Who needs whom among the installed distributions, as their metadata say."""

from collections.abc import Iterable, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from scripts.packages.distributions import Distribution
from scripts.packages.errors import WheelError
from scripts.packages.target import PYTHON_VERSION, Target

PROJECT = ""
"""Stands for the project itself where names of distributions are expected."""


def direct_requirements(
    distributions: Iterable[Distribution], asked: Sequence[str], target: Target
) -> dict[str, tuple[str, ...]]:
    """Give each distribution's direct requirements among those installed, and the project's own as `PROJECT`.

    An extra counts where somebody asks for it. Raises `WheelError` where metadata cannot be read.
    """
    stated = {PROJECT: list(asked)} | {one.name: list(one.requires) for one in distributions}
    found: dict[str, set[str]] = {name: set() for name in stated}
    # A distribution comes up again when an extra of it is asked for.
    waiting: list[tuple[str, str]] = [(name, "") for name in stated]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        environment = _environment(target, extra)
        for text in stated[name]:
            requirement = _parsed(name, text)
            other = canonicalize_name(requirement.name)
            if other not in stated or (requirement.marker and not requirement.marker.evaluate(environment)):
                continue
            found[name].add(other)
            asks = {(other, one) for one in requirement.extras} - seen
            seen |= asks
            waiting += sorted(asks)
    return {name: tuple(sorted(others - {name})) for name, others in found.items()}


def _parsed(name: str, text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        whose = f"the wheel of {name}" if name else "pyproject.toml"
        raise WheelError(f"{whose} requires {text!r}, which cannot be read ({error}): pin another version") from error


def _environment(target: Target, extra: str) -> dict[str, str]:
    """What markers are judged by: Lambda's platform, not this machine."""
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{PYTHON_VERSION}.0",
        "os_name": "posix",
        "platform_machine": "aarch64" if target.architecture == "arm64" else target.architecture,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{PYTHON_VERSION}.0",
        "python_version": PYTHON_VERSION,
        "sys_platform": "linux",
        "extra": extra,
    }

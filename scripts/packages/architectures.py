"""What packages are built for: Lambda's Python 3.13 on Amazon Linux 2023, on the processors that environments use."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError

PYTHON_MINOR = (3, 13)
PYTHON_VERSION = ".".join(map(str, PYTHON_MINOR))
RUNTIME = f"python{PYTHON_VERSION}"
TASK_ROOT = "/var/task"
"""The folder into which Lambda unpacks a zip, and that tracebacks name."""

_LINE = re.compile(r'^\s*architecture\s*=\s*"([^"]*)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Target:
    """A Lambda architecture, the machine name that `platform.machine()` gives there, and uv's name for its wheels.

    Amazon Linux 2023 has glibc 2.34, so wheels for 2.34 and older run there.
    """

    architecture: str
    machine: str
    wheels: str


X86_64 = Target("x86_64", "x86_64", "x86_64-manylinux_2_34")
ARM64 = Target("arm64", "aarch64", "aarch64-manylinux_2_34")
TARGETS = {target.architecture: target for target in (X86_64, ARM64)}

DEFAULT = X86_64.architecture
"""Lambda's own default, used where no environment names an architecture."""


def check_interpreter() -> None:
    """Refuse a Python other than Lambda's minor version, because its bytecode is useless there."""
    if sys.version_info[:2] != PYTHON_MINOR or sys.implementation.name != "cpython":
        raise UserError(
            f"this is {sys.implementation.name} {sys.version.split()[0]}, but the functions run on {RUNTIME} and are "
            f"compiled here; use CPython {PYTHON_VERSION} (make setup)"
        )


def by_environment(live: Path) -> dict[str, str]:
    """Return the architecture of each environment whose env.hcl names one.

    Raises `UserError` for an architecture that Lambda does not offer.
    """
    found = {}
    for file in sorted(live.glob("*/env.hcl")):
        stated = _LINE.search(file.read_text(encoding="utf-8"))
        if stated is None:
            continue
        if stated[1] not in TARGETS:
            raise UserError(
                f'{file}: architecture = "{stated[1]}" is not offered by Lambda; use {" or ".join(sorted(TARGETS))}'
            )
        found[file.parent.name] = stated[1]
    return found


def of(live: Path, environment: str) -> str:
    """Return one environment's architecture."""
    return by_environment(live).get(environment, DEFAULT)


def asked_for(live: Path) -> tuple[str, ...]:
    """Return every architecture that an environment names, sorted; the default where none does."""
    return tuple(sorted(set(by_environment(live).values()))) or (DEFAULT,)

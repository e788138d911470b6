"""What the packages are made for: Lambda's Python 3.13 on Amazon Linux 2023."""

import sys
from dataclasses import dataclass

from scripts.packages.errors import PackagingError

PYTHON_MINOR = (3, 13)
PYTHON_VERSION = ".".join(map(str, PYTHON_MINOR))
RUNTIME = f"python{PYTHON_VERSION}"
TASK_ROOT = "/var/task"
"""Where Lambda unpacks a zip: the folder that tracebacks name."""

UNZIPPED_LIMIT_BYTES = 250 * 1024 * 1024
"""Function and layers together, unzipped; see "Lambda quotas" in the AWS Lambda Developer Guide."""


@dataclass(frozen=True, slots=True)
class Target:
    """A processor that Lambda offers, and uv's name for the wheels that run there.

    Amazon Linux 2023 has glibc 2.34, so wheels for 2.34 and every older one will do.
    """

    architecture: str
    wheels: str


TARGETS = {
    target.architecture: target
    for target in (Target("x86_64", "x86_64-manylinux_2_34"), Target("arm64", "aarch64-manylinux_2_34"))
}


def check_interpreter() -> None:
    """Refuse another minor version of Python than Lambda's: its bytecode would be of no use there."""
    if sys.version_info[:2] != PYTHON_MINOR or sys.implementation.name != "cpython":
        raise PackagingError(
            f"this is {sys.implementation.name} {sys.version.split()[0]}, but the functions run on {RUNTIME} "
            f"and whoever packages compiles for them; use CPython {PYTHON_VERSION} (make setup)"
        )

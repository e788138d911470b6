"""AWS's runtime interface client in its own directory, so that functions see no other installed package.

A package that is missing from the zip must be missing here as on Lambda, although this project's environment has it:
the interpreter starts without site-packages, with this directory on its path.
"""

import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from scripts.common.errors import UserError

_NEEDED = ("awslambdaric", "simplejson", "snapshot-restore-py")


def interpreter_command(handler: str) -> list[str]:
    """The command that serves a handler; `-S` leaves site-packages out."""
    return [sys.executable, "-S", "-m", "awslambdaric", handler]


def folder_of_client(cache: Path) -> Path:
    """A directory of links to the client and its dependencies, created if missing."""
    found = [_distribution(name) for name in _NEEDED]
    folder = cache / f"awslambdaric-{found[0].version}-python{sys.version_info.major}.{sys.version_info.minor}"
    folder.mkdir(parents=True, exist_ok=True)
    for each in found:
        for name in _top_level(each):
            _link(folder / name, Path(str(each.locate_file(name))))
    return folder


def _distribution(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise UserError(f"the package {name} is not installed. Install the tools: make setup") from None


def _top_level(of: Distribution) -> set[str]:
    """Its modules and packages, without metadata and scripts."""
    parts = (PurePosixPath(str(file)).parts for file in of.files or ())
    return {
        first[0] for first in parts if first[0] not in {"..", "__pycache__"} and not first[0].endswith(".dist-info")
    }


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    temporary = link.with_name(f".{link.name}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)

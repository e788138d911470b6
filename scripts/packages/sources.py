"""The project's own files that go into a package: a function's, the shared library's and the contracts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.packages.contents import EXECUTABLE_FILE, REGULAR_FILE
from scripts.packages.errors import SourceError

LIBRARY = "csvbatch"
CONTRACTS = "contracts"
SHARED = (LIBRARY, CONTRACTS)

_NOT_FOR_LAMBDA = frozenset({"csvbatch/cli", "csvbatch/local"})
"""The data engineer's command and what stands in for AWS there; their dependencies are not packaged either."""

# Suffixes that are packaged, and those that are left out without a word; all others are refused.
_CODE = frozenset({".py", ".json", ".sql"}), frozenset({".md", ".typed"})
# The contracts' JSON Schema is for editors.
_CONTRACTS_ONLY = frozenset({".yaml"}), frozenset({".md", ".json"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to package: its path in the zip, its mode and its content."""

    path: str
    mode: int
    content: bytes


def function_names(lambdas: Path) -> tuple[str, ...]:
    """Name the functions: the folders that hold a `handler.py`."""
    return tuple(sorted(handler.parent.name for handler in lambdas.glob("*/handler.py")))


def read_sources(lambdas: Path, folders: Iterable[str]) -> list[SourceFile]:
    """Read what is packaged of these folders; raises `SourceError` for what must not go into a package."""
    sources: list[SourceFile] = []
    for folder in folders:
        if (lambdas / folder).exists():
            packaged, ignored = _CONTRACTS_ONLY if folder == CONTRACTS else _CODE
            sources.extend(_read(lambdas, lambdas / folder, packaged, ignored))
    return sources


def _read(lambdas: Path, place: Path, packaged: frozenset[str], ignored: frozenset[str]) -> Iterator[SourceFile]:
    if place.is_symlink():
        raise SourceError(f"{place}: a symbolic link is not packaged; put the file itself there")
    if place.relative_to(lambdas).as_posix() in _NOT_FOR_LAMBDA:
        return
    if place.is_dir():
        for inner in sorted(place.iterdir()):
            if not inner.name.startswith(".") and inner.name != "__pycache__":
                yield from _read(lambdas, inner, packaged, ignored)
        return
    path = place.relative_to(lambdas).as_posix()
    if not path.isprintable():
        raise SourceError(f"{path!r}: a name with such characters does not survive every file system; rename it")
    if place.suffix in ignored:
        return
    if place.suffix not in packaged or not place.is_file():
        raise SourceError(
            f"{place}: only {', '.join(sorted(packaged))} files are packaged from here; move or remove it, "
            f"or name its suffix in {Path(__file__).name}"
        )
    mode = EXECUTABLE_FILE if place.stat().st_mode & 0o100 else REGULAR_FILE
    yield SourceFile(path, mode, place.read_bytes())

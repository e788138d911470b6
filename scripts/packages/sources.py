"""The project's own files that go into a package: a function's, the shared library's and the contracts."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.common.errors import UserError
from scripts.packages.contents import EXECUTABLE_FILE, REGULAR_FILE, File

LIBRARY = "csvbatch"
CONTRACTS = "contracts"
SHARED = (LIBRARY, CONTRACTS)

NOT_FOR_LAMBDA = frozenset({"csvbatch/cli", "csvbatch/local"})
"""The `csvbatch` command and its local stand-ins for AWS; their dependencies are not packaged either."""

# Suffixes that are packaged, and suffixes that are left out silently; all others are refused.
_CODE = frozenset({".py", ".json", ".sql"}), frozenset({".md", ".typed"})
# The contracts' JSON Schema is for editors.
_CONTRACTS_ONLY = frozenset({".yaml"}), frozenset({".md", ".json"})


def function_names(lambdas: Path) -> tuple[str, ...]:
    """Return the functions' names: those of the folders with a `handler.py`."""
    return tuple(sorted(handler.parent.name for handler in lambdas.glob("*/handler.py")))


def read_sources(lambdas: Path, folders: Iterable[str]) -> list[File]:
    """Read the files of these folders to package; raises `UserError` for one that must not be packaged."""
    sources: list[File] = []
    for folder in folders:
        if (lambdas / folder).exists():
            packaged, ignored = _CONTRACTS_ONLY if folder == CONTRACTS else _CODE
            sources.extend(_read(lambdas, lambdas / folder, packaged, ignored))
    return sources


def _read(lambdas: Path, place: Path, packaged: frozenset[str], ignored: frozenset[str]) -> Iterator[File]:
    if place.is_symlink():
        raise UserError(f"{place}: symbolic links are not packaged; replace it with the file itself")
    if place.relative_to(lambdas).as_posix() in NOT_FOR_LAMBDA:
        return
    if place.is_dir():
        for inner in sorted(place.iterdir()):
            if not inner.name.startswith(".") and inner.name != "__pycache__":
                yield from _read(lambdas, inner, packaged, ignored)
        return
    path = place.relative_to(lambdas).as_posix()
    if not path.isprintable():
        raise UserError(f"{path!r}: not every file system supports a name with such characters; rename it")
    if place.suffix in ignored:
        return
    if place.suffix not in packaged or not place.is_file():
        raise UserError(
            f"{place}: only {', '.join(sorted(packaged))} files are packaged from here; move or remove it, "
            f"or name its suffix in {Path(__file__).name}"
        )
    mode = EXECUTABLE_FILE if place.stat().st_mode & 0o100 else REGULAR_FILE
    yield File(path, mode, place.read_bytes())

"""The part of a package that comes from the lock: zipped once, and then the beginning of every package."""

import contextlib
import dataclasses
import hashlib
import json
import mmap
import os
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from scripts.packages.archive import NOTHING, Beginning, beginning_of, zip_of
from scripts.packages.cache import only_one, remove_folder, remove_unfinished, unfinished, write_whole
from scripts.packages.contents import Entry, Package
from scripts.packages.errors import PackagingError
from scripts.packages.lock import Lock
from scripts.packages.progress import Report
from scripts.packages.target import Target

_ZIP = "dependencies.zip"
_INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The dependency part as it lies in the cache, and how its zip is checked and divided."""

    folder: Path
    entries: tuple[Entry, ...]
    packages: tuple[Package, ...]
    requires: dict[str, tuple[str, ...]]
    files_bytes: int
    zip_sha256: str

    def beginning(self) -> Beginning:
        """Read the zip for others to go on with; raises `PackagingError` where it is not what was written."""
        path = self.folder / _ZIP
        with path.open("rb") as file:
            zipped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        beginning = beginning_of(zipped, self.files_bytes, len(self.entries))
        if zip_of(beginning, []).sha256.hex() != self.zip_sha256:
            raise PackagingError(f"{path} was damaged since it was made: remove {self.folder}, and build again")
        return beginning


def find_dependencies(lock: Lock, target: Target, cache: Path, report: Report) -> Dependencies:
    """Take the dependency part from the cache, or make it; a second process waits for the first one's."""
    shelf = cache / "dependencies"
    folder = shelf / _key(lock, target)
    if found := _load(folder):
        return found
    with only_one(cache / "dependencies.lock"):
        if found := _load(folder):
            return found
        shelf.mkdir(exist_ok=True)
        remove_unfinished(shelf)
        return _make(lock, target, folder, report)


def _key(lock: Lock, target: Target) -> str:
    """Everything that the dependency part follows from; the packager counts with all its sources."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    parts = (lock.sha256, *lock.asked, target.wheels, sys.version, zlib.ZLIB_RUNTIME_VERSION, digest.hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _load(folder: Path) -> Dependencies | None:
    try:
        index = json.loads((folder / _INDEX).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    with contextlib.suppress(OSError):
        os.utime(folder)
    entries = tuple(Entry(*values) for values in index["entries"])
    packages = tuple(Package(*values) for values in index["packages"])
    requires = {name: tuple(others) for name, others in index["requires"].items()}
    return Dependencies(folder, entries, packages, requires, index["files_bytes"], index["zip_sha256"])


def _make(lock: Lock, target: Target, folder: Path, report: Report) -> Dependencies:
    part = unfinished(folder)
    try:
        made = _fill(part, lock, target, report)
        remove_folder(folder)
        part.rename(folder)
    except BaseException:
        remove_folder(part)
        raise
    return dataclasses.replace(made, folder=folder)


def _fill(folder: Path, lock: Lock, target: Target, report: Report) -> Dependencies:
    # Costly to load for a build that finds its dependencies in the cache.
    from scripts.packages.installation import install_and_pack

    installed = folder / "installed"
    done = install_and_pack(lock, target, installed, report)
    remove_folder(installed)
    zipped = zip_of(NOTHING, done.members)
    entries = tuple(member.entry for member in done.members)
    made = Dependencies(folder, entries, done.packages, done.requires, zipped.files_bytes, zipped.sha256.hex())
    index = {
        "entries": [dataclasses.astuple(entry) for entry in made.entries],
        "packages": [dataclasses.astuple(package) for package in made.packages],
        "requires": made.requires,
        "files_bytes": made.files_bytes,
        "zip_sha256": made.zip_sha256,
    }
    write_whole(folder / _ZIP, *zipped.pieces)
    write_whole(folder / _INDEX, json.dumps(index).encode())
    return made

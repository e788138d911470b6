"""The part of a package that comes from the lock, made once per lock and architecture: each zip starts with it."""

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError
from scripts.packages.architectures import Target
from scripts.packages.archive import append
from scripts.packages.compiling import bytecode_path, compile_modules
from scripts.packages.contents import REGULAR_FILE, Entry, File, Package, content_digest, entry_of
from scripts.packages.distributions import Distribution, direct_requirements, read_distributions
from scripts.packages.files import packager_digest, remove_unfinished, remove_unused, whole
from scripts.packages.project import Project
from scripts.packages.trimming import goes_to_lambda, is_compiled
from scripts.packages.wheels import install

_ZIP = "dependencies.zip"
_INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The dependency part in the cache: its zip, its files, and what they belong to."""

    zip: Path
    zip_sha256: str
    entries: tuple[Entry, ...]
    packages: tuple[Package, ...]
    requires: dict[str, tuple[str, ...]]

    def copy_to(self, path: Path) -> None:
        """Copy the zip; raises `UserError` where it is not the one that was made."""
        if hashlib.sha256(self.zip.read_bytes()).hexdigest() != self.zip_sha256:
            raise UserError(f"{self.zip} was damaged after it was made: remove it, and build again")
        shutil.copyfile(self.zip, path)


def find_dependencies(project: Project, asked: tuple[str, ...], target: Target, cache: Path) -> Dependencies:
    """Take the dependency part from the cache, or make it; only one process may call this at a time."""
    shelf = cache / "dependencies"
    inputs = project.lock.read_bytes() + repr((asked, target)).encode() + packager_digest()
    folder = shelf / hashlib.sha256(inputs).hexdigest()[:32]
    if not (folder / _ZIP).exists():
        shelf.mkdir(parents=True, exist_ok=True)
        remove_unfinished(shelf)
        remove_unused(shelf)
        print(f"installing dependencies for {target.architecture}, once for this lock", flush=True)
        with whole(folder) as part:
            _make(project.lock, asked, target, part)
    os.utime(folder)
    return _load(folder)


def _load(folder: Path) -> Dependencies:
    index = json.loads((folder / _INDEX).read_bytes())
    return Dependencies(
        folder / _ZIP,
        index["zip_sha256"],
        tuple(Entry(**one) for one in index["entries"]),
        tuple(Package(**one) for one in index["packages"]),
        {name: tuple(others) for name, others in index["requires"].items()},
    )


def _make(lock: Path, asked: tuple[str, ...], target: Target, folder: Path) -> None:
    installed = folder / "installed"
    install(lock, target, installed)
    distributions = read_distributions(installed)
    paths = [path for distribution in distributions for path in distribution.files if goes_to_lambda(path)]
    # A wheel may contain templates that only look like modules: they stay without bytecode.
    compile_modules(installed, [path for path in paths if path.endswith(".py") and is_compiled(path)], strict=False)
    files = {file.path: file for path in paths for file in _with_bytecode(installed, path)}
    append(folder / _ZIP, files.values())
    shutil.rmtree(installed)
    entries = {path: entry_of(file) for path, file in files.items()}
    index = {
        "zip_sha256": hashlib.sha256((folder / _ZIP).read_bytes()).hexdigest(),
        "entries": [dataclasses.asdict(entry) for entry in entries.values()],
        "packages": [dataclasses.asdict(_package(distribution, entries)) for distribution in distributions],
        "requires": direct_requirements(distributions, asked, target),
    }
    (folder / _INDEX).write_text(json.dumps(index), encoding="utf-8")


def _with_bytecode(folder: Path, path: str) -> Iterator[File]:
    # One mode for all: not every file system keeps modes, and nothing in a dependency is run as a program.
    yield File(path, REGULAR_FILE, (folder / path).read_bytes())
    compiled = bytecode_path(path)
    if path.endswith(".py") and is_compiled(path) and (folder / compiled).exists():
        yield File(compiled, REGULAR_FILE, (folder / compiled).read_bytes())


def _package(distribution: Distribution, entries: dict[str, Entry]) -> Package:
    own = []
    for path, recorded in distribution.files.items():
        entry = entries.get(path)
        if entry is None:
            continue
        if entry.sha256 != recorded:
            raise UserError(
                f"{path} is not what the wheel of {distribution.name} {distribution.version} records: the wheel is "
                f"damaged, or uv's copy of it was changed (uv cache clean {distribution.name})"
            )
        compiled = entries.get(bytecode_path(path)) if path.endswith(".py") else None
        own += [entry, compiled] if compiled else [entry]
    size = sum(entry.size for entry in own)
    return Package(distribution.name, distribution.version, distribution.licence, content_digest(own), size)

"""Makes packages, and writes nothing where nothing changed."""

import base64
import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.packages.archive import Beginning, Zip, pack, zip_of
from scripts.packages.cache import only_one, remove_unfinished, remove_unused, write_whole
from scripts.packages.compiled_sources import compile_sources
from scripts.packages.contents import content_digest, entry_of
from scripts.packages.contracts import contracts_checked
from scripts.packages.dependencies import Dependencies, find_dependencies
from scripts.packages.errors import MismatchError, PackagingError, SourceError
from scripts.packages.identity import Identity, read_identity
from scripts.packages.lock import read_lock
from scripts.packages.manifest import Manifest, Place, object_key, read_manifest
from scripts.packages.progress import Report
from scripts.packages.project import Project
from scripts.packages.sbom import Bill
from scripts.packages.size import check_size
from scripts.packages.sources import SHARED, SourceFile, function_names, read_sources
from scripts.packages.target import RUNTIME, Target, check_interpreter


@dataclass(frozen=True, slots=True)
class Job:
    """What all packages of one build have in common."""

    project: Project
    target: Target
    output: Path
    cache: Path
    budget_bytes: int


@dataclass(frozen=True, slots=True)
class Built:
    """A package that is now there, and whether this build had to write it."""

    manifest: Manifest
    written: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """A package before its zip is made."""

    place: Place
    sources: tuple[SourceFile, ...]
    dependencies: Dependencies
    content_digest: str
    unzipped_bytes: int
    sbom: bytes

    def describes(self, manifest: Manifest) -> bool:
        return (manifest.content_digest, manifest.packages) == (
            self.content_digest,
            self.dependencies.packages,
        )


def build(job: Job, names: Sequence[str], report: Report) -> list[Built]:
    """Build these functions' packages, or all; raises `PackagingError`, and then has written none."""
    check_interpreter()
    identity = read_identity(job.project.pyproject, job.cache)
    lock = read_lock(job.project.lock, identity.dependencies)
    functions = _functions(job.project, names)
    own = {name: read_sources(job.project.lambdas, [name]) for name in functions}
    shared = read_sources(job.project.lambdas, SHARED)
    with contracts_checked(job.project, shared, job.cache):
        compiled = compile_sources(shared, job.cache)
        sources = {name: own[name] + compile_sources(own[name], job.cache) + shared + compiled for name in functions}
        dependencies = find_dependencies(lock, job.target, job.cache, report)
    drafts = [_draft(job, identity, name, sources[name], dependencies) for name in functions]
    beginning = functools.cache(dependencies.beginning)
    packages = [_finish(draft, beginning) for draft in drafts]
    if any(package.written for package in packages):
        remove_unused(job.cache)
    return packages


def _functions(project: Project, names: Sequence[str]) -> Sequence[str]:
    known = function_names(project.lambdas)
    if not known:
        raise SourceError(f"{project.lambdas}: no folder in it holds a handler.py, so there is nothing to package")
    for name in names:
        if name not in known:
            raise SourceError(f"{project.lambdas / name}/handler.py is not there; the functions are {', '.join(known)}")
    return names or known


def _draft(job: Job, identity: Identity, name: str, sources: list[SourceFile], dependencies: Dependencies) -> _Draft:
    entries = [entry_of(source.path, source.mode, source.content) for source in sources]
    foreign = {entry.path for entry in dependencies.entries}
    for entry in entries:
        if entry.path in foreign:
            raise SourceError(f"{job.project.lambdas / entry.path}: a dependency brings a file of this name; rename it")
    entries += dependencies.entries
    unzipped_bytes = sum(entry.size for entry in entries)
    check_size(name, unzipped_bytes, dependencies.packages, job.budget_bytes)
    place = Place(job.output, job.target.architecture, name)
    digest = content_digest(entries)
    bill = Bill(
        identity.name,
        identity.version,
        name,
        job.target.architecture,
        digest,
        dependencies.packages,
        dependencies.requires,
    )
    return _Draft(place, tuple(sources), dependencies, digest, unzipped_bytes, bill.as_json())


def _finish(draft: _Draft, beginning: Callable[[], Beginning]) -> Built:
    current = _current(draft)
    if current:
        return Built(current, written=False)
    try:
        with only_one(draft.place.folder / ".lock"):
            # A build at the same time may have been first; what it wrote is then the same.
            current = _current(draft)
            return Built(current, written=False) if current else Built(_write(draft, beginning()), written=True)
    except OSError as error:
        raise PackagingError(
            f"{error.filename or draft.place.folder}: {error.strerror}; make room, or choose another --output"
        ) from error


def _write(draft: _Draft, beginning: Beginning) -> Manifest:
    place = draft.place
    sources = sorted(draft.sources, key=lambda source: source.path)
    zipped = zip_of(beginning, [pack(source.path, source.mode, source.content) for source in sources])
    manifest = _manifest(draft, zipped)
    # Three files cannot be replaced in one step; a build killed between them is found out by `_current`.
    remove_unfinished(place.folder)
    write_whole(place.zip, *zipped.pieces)
    write_whole(place.sbom, draft.sbom)
    write_whole(place.manifest, manifest.as_json())
    return manifest


def _current(draft: _Draft) -> Manifest | None:
    try:
        manifest = read_manifest(draft.place)
        if not draft.describes(manifest) or draft.place.sbom.read_bytes() != draft.sbom:
            return None
        with draft.place.zip.open("rb") as file:
            zip_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except (MismatchError, OSError):
        return None
    return manifest if manifest.zip_sha256 == zip_sha256 else None


def _manifest(draft: _Draft, zipped: Zip) -> Manifest:
    return Manifest(
        name=draft.place.name,
        architecture=draft.place.architecture,
        runtime=RUNTIME,
        content_digest=draft.content_digest,
        object_key=object_key(draft.place.name, draft.content_digest),
        zip=draft.place.zip.name,
        zip_sha256=zipped.sha256.hex(),
        code_sha256=base64.b64encode(zipped.sha256).decode(),
        size_bytes=zipped.size_bytes,
        unzipped_bytes=draft.unzipped_bytes,
        packages=draft.dependencies.packages,
    )

"""Builds packages where something changed; loads little, so that a build with nothing to do is fast."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.locks import only_one
from scripts.packages.architectures import Target, check_interpreter
from scripts.packages.contents import File, Package
from scripts.packages.files import packager_digest
from scripts.packages.manifest import Manifest, Place, read_manifest
from scripts.packages.project import Project
from scripts.packages.sources import SHARED, function_names, read_sources

BYTES_PER_MB = 1024 * 1024
UNZIPPED_LIMIT_BYTES = 250 * BYTES_PER_MB
"""Function and layers together, unzipped; see "Lambda quotas" in the AWS Lambda Developer Guide."""
_LARGEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Job:
    """What all packages of one build have in common."""

    project: Project
    target: Target
    output: Path
    cache: Path
    budget_bytes: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A package to build: where it goes, the project's files in it, and a digest of all that it follows from."""

    place: Place
    sources: list[File]
    inputs: bytes

    def is_current(self) -> bool:
        """Tell whether the package was built from these inputs and is unchanged since."""
        try:
            return self.place.stamp.read_bytes() == self._state()
        except OSError:
            return False

    def stamp(self) -> None:
        """Record that the package was built from these inputs."""
        self.place.stamp.write_bytes(self._state())

    def _state(self) -> bytes:
        digest = hashlib.sha256(self.inputs)
        for path in (self.place.zip, self.place.sbom, self.place.manifest):
            digest.update(path.read_bytes())
        return digest.hexdigest().encode()


def build(job: Job, names: Sequence[str]) -> list[tuple[Manifest, bool]]:
    """Build these functions' packages, or all; return each one's manifest, and whether this build wrote it.

    Raises `UserError`, and then has written none.
    """
    check_interpreter()
    wanted = _wanted(job, names)
    stale = [one for one in wanted if not one.is_current()]
    if stale:
        # Takes longer to load than a build with nothing to do.
        from scripts.packages.make import make

        with only_one(job.cache / "lock"):
            # Another build may have made them while this one waited.
            stale = [one for one in stale if not one.is_current()]
            if stale:
                make(job, stale)
    built = [(read_manifest(one.place), one in stale) for one in wanted]
    for manifest, _ in built:
        check_size(manifest.name, manifest.unzipped_bytes, manifest.packages, job.budget_bytes)
    return built


def _wanted(job: Job, names: Sequence[str]) -> list[Wanted]:
    known = function_names(job.project.lambdas)
    if not known:
        raise UserError(f"{job.project.lambdas}: no folder in it has a handler.py, so there is nothing to package")
    for name in names:
        if name not in known:
            raise UserError(f"{job.project.lambdas / name}/handler.py does not exist; functions: {', '.join(known)}")
    common = hashlib.sha256(job.project.pins() + repr(job.target).encode() + packager_digest())
    shared = read_sources(job.project.lambdas, SHARED)
    wanted = []
    for name in names or known:
        sources = read_sources(job.project.lambdas, [name]) + shared
        inputs = common.copy()
        for file in sources:
            inputs.update(f"{file.mode} {len(file.content)} {file.path}\n".encode() + file.content)
        wanted.append(Wanted(Place(job.output, job.target.architecture, name), sources, inputs.digest()))
    return wanted


def check_size(name: str, unzipped_bytes: int, packages: Iterable[Package], budget_bytes: int) -> None:
    """Raise `UserError`, naming the largest dependencies, over the budget or over Lambda's limit."""
    if unzipped_bytes <= min(budget_bytes, UNZIPPED_LIMIT_BYTES):
        return
    if unzipped_bytes > UNZIPPED_LIMIT_BYTES:
        limit = f"Lambda takes {megabytes(UNZIPPED_LIMIT_BYTES)}, layers included: drop what is not needed"
    else:
        limit = f"the budget is {megabytes(budget_bytes)}: drop what is not needed, or raise --budget-mb"
    largest = sorted(packages, key=lambda package: package.unzipped_bytes, reverse=True)[:_LARGEST_SHOWN]
    shown = ", ".join(f"{package.name} {megabytes(package.unzipped_bytes)}" for package in largest)
    raise UserError(f"{name}: {megabytes(unzipped_bytes)} unzipped, and {limit}. Largest: {shown or 'none'}")


def megabytes(size: int) -> str:
    """Write a size as AWS counts, 1 MB being 1,048,576 bytes."""
    return f"{size / BYTES_PER_MB:.1f} MB"

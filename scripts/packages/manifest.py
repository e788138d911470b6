"""What a package is, in the file beside its zip: the only thing that a plan reads."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from scripts.common.errors import UserError
from scripts.packages.architectures import RUNTIME
from scripts.packages.contents import Entry, Package, content_digest


@dataclass(frozen=True, slots=True)
class Manifest:
    """One function's package for one architecture.

    `object_key` is its key in the artifacts bucket. `zip_sha256` is in hex; `code_sha256` is the same in base64, which
    Lambda calls CodeSha256. `sbom_sha256` is that of the bill of materials.
    """

    name: str
    architecture: str
    runtime: str
    content_digest: str
    object_key: str
    zip: str
    zip_sha256: str
    code_sha256: str
    sbom_sha256: str
    size_bytes: int
    unzipped_bytes: int
    packages: tuple[Package, ...]

    def as_json(self) -> bytes:
        """Return the content of its file."""
        return json.dumps(asdict(self), indent=2).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the package of a function for an architecture is."""

    output: Path
    architecture: str
    name: str

    @property
    def folder(self) -> Path:
        """The folder of the architecture."""
        return self.output / self.architecture

    @property
    def manifest(self) -> Path:
        """The manifest."""
        return self.folder / f"{self.name}.json"

    @property
    def zip(self) -> Path:
        """The zip."""
        return self.folder / f"{self.name}.zip"

    @property
    def sbom(self) -> Path:
        """The software bill of materials, named as CycloneDX recommends."""
        return self.folder / f"{self.name}.cdx.json"

    @property
    def stamp(self) -> Path:
        """A digest of the other files and of what they were built from."""
        return self.folder / f".{self.name}.stamp"

    @property
    def build_command(self) -> str:
        """The command that makes the package."""
        return f"lambda-packages build {self.name} --architecture {self.architecture}"


def object_key(name: str, digest: str) -> str:
    """Return the key under which a package with this content is deployed."""
    return f"lambda/{name}/{digest}.zip"


def describe(
    place: Place, entries: Iterable[Entry], packages: tuple[Package, ...], zipped: bytes, sbom: bytes
) -> Manifest:
    """Write the manifest of a zip that contains these entries."""
    entries = list(entries)
    digest, zip_sha256 = content_digest(entries), hashlib.sha256(zipped)
    return Manifest(
        name=place.name,
        architecture=place.architecture,
        runtime=RUNTIME,
        content_digest=digest,
        object_key=object_key(place.name, digest),
        zip=place.zip.name,
        zip_sha256=zip_sha256.hexdigest(),
        code_sha256=base64.b64encode(zip_sha256.digest()).decode(),
        sbom_sha256=hashlib.sha256(sbom).hexdigest(),
        size_bytes=len(zipped),
        unzipped_bytes=sum(entry.size for entry in entries),
        packages=packages,
    )


def read_manifest(place: Place) -> Manifest:
    """Read a manifest; raises `UserError` where there is none, or one that another version wrote."""
    try:
        values = json.loads(place.manifest.read_bytes())
        packages = tuple(Package(**package) for package in values.pop("packages"))
        return Manifest(**values, packages=packages)
    except FileNotFoundError:
        raise UserError(f"{place.manifest} does not exist; build it: {place.build_command}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        names = ", ".join(field.name for field in fields(Manifest))
        raise UserError(
            f"{place.manifest} is not a manifest of this version ({names}); build it again: {place.build_command}"
        ) from None

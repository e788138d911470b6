"""What a package is, in the file beside its zip: the only thing that a plan reads."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from scripts.packages.contents import Package
from scripts.packages.errors import MismatchError


@dataclass(frozen=True, slots=True)
class Manifest:
    """One function's package for one architecture.

    `object_key` is where it goes in the artifacts bucket. `zip_sha256` is in hex; `code_sha256` is the same
    in base64, which is what Lambda calls CodeSha256.
    """

    name: str
    architecture: str
    runtime: str
    content_digest: str
    object_key: str
    zip: str
    zip_sha256: str
    code_sha256: str
    size_bytes: int
    unzipped_bytes: int
    packages: tuple[Package, ...]

    def as_json(self) -> bytes:
        """Write it for the file."""
        return json.dumps(asdict(self), indent=2).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the package of a function for an architecture lies."""

    output: Path
    architecture: str
    name: str

    @property
    def folder(self) -> Path:
        """The folder of the architecture."""
        return self.output / self.architecture

    @property
    def manifest(self) -> Path:
        """The manifest's file."""
        return self.folder / f"{self.name}.json"

    @property
    def zip(self) -> Path:
        """The zip's file."""
        return self.folder / f"{self.name}.zip"

    @property
    def sbom(self) -> Path:
        """The software bill of materials, in the form of name that CycloneDX recommends."""
        return self.folder / f"{self.name}.cdx.json"


def object_key(name: str, digest: str) -> str:
    """Give the key under which a package with this content is deployed."""
    return f"lambda/{name}/{digest}.zip"


def read_manifest(place: Place) -> Manifest:
    """Read a manifest; raises `MismatchError` where there is none, or one that another version wrote."""
    again = f"build it: lambda-packages build {place.name} --architecture {place.architecture}"
    try:
        values = json.loads(place.manifest.read_bytes())
        packages = tuple(Package(**package) for package in values.pop("packages"))
        return Manifest(**values, packages=packages)
    except FileNotFoundError:
        raise MismatchError(f"{place.manifest} is not there; {again}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        names = ", ".join(field.name for field in fields(Manifest))
        raise MismatchError(f"{place.manifest} is no manifest of this version ({names}); {again}") from None

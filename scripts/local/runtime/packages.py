"""Finds the zip a function was deployed with, by its digest, and unpacks it once."""

import base64
import hashlib
import json
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from scripts.local.runtime.errors import LocalRuntimeError


@dataclass(frozen=True, slots=True)
class Package:
    """A zip whose bytes have the digest that the function was deployed with."""

    zip: Path
    code_sha256: str

    @property
    def hex_digest(self) -> str:
        """The digest as `sha256sum` prints it."""
        return base64.b64decode(self.code_sha256).hex()


def find(function: str, code_sha256: str, folder: Path) -> Package:
    """The package under a folder of manifests that has this digest, which is computed from the zip anew.

    LocalRuntimeError where none has it, or where a zip is not what its manifest says.
    """
    known = []
    bills = set(folder.glob("*/*.cdx.json"))
    for path in sorted(set(folder.glob("*/*.json")) - bills):
        manifest = json.loads(path.read_bytes())
        known.append(f"{path.stem} ({path.parent.name}) {manifest['code_sha256']}")
        if manifest["code_sha256"] == code_sha256:
            package = Package(path.with_name(manifest["zip"]), code_sha256)
            _check(package, path)
            return package
    raise LocalRuntimeError(
        f"{function} was deployed with CodeSha256 {code_sha256}, and no package in {folder} has it "
        f"({'; '.join(known) or 'there is none'}). Build what was deployed, or deploy what was built: "
        "make package, then terragrunt apply"
    )


def unpack(package: Package, cache: Path) -> Path:
    """The folder with the zip's content; a second call, also of another process, finds it there."""
    target = cache / package.hex_digest
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=cache, prefix=".unpacking-"))
    try:
        with zipfile.ZipFile(package.zip) as archive:
            archive.extractall(temporary)
        temporary.chmod(0o755)
        try:
            temporary.rename(target)
        except OSError:
            # Another process was first; a folder that is there is whole, because only a rename puts it there.
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


def digest(zip_file: Path) -> str:
    """A zip's CodeSha256."""
    with zip_file.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()


def _check(package: Package, manifest: Path) -> None:
    if not package.zip.is_file():
        raise LocalRuntimeError(f"{manifest} names {package.zip.name}, which is not beside it. Build it: make package")
    found = digest(package.zip)
    if found != package.code_sha256:
        raise LocalRuntimeError(
            f"{package.zip} has CodeSha256 {found}, and its manifest says {package.code_sha256}. "
            f"Delete both and build them again: make package"
        )

"""Finds the zip of a deployed function by its digest, and unpacks it once."""

import base64
import hashlib
import json
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError


@dataclass(frozen=True, slots=True)
class Package:
    """A zip with the digest of the deployed function."""

    zip: Path
    code_sha256: str

    @property
    def hex_digest(self) -> str:
        """The digest as `sha256sum` prints it."""
        return base64.b64decode(self.code_sha256).hex()


def find(function: str, code_sha256: str, folder: Path) -> Package:
    """The package with this digest, which is checked against the zip.

    Raises UserError if there is none, or if a zip differs from its manifest.
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
    raise UserError(
        f"{function} was deployed with CodeSha256 {code_sha256}, and no package in {folder} has it "
        f"({'; '.join(known) or 'there are none'}). Run make package, then terragrunt apply"
    )


def unpack(package: Package, cache: Path) -> Path:
    """The directory with the zip's content; later calls, also of other processes, reuse it."""
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
            # Another process was first. The directory is complete, because only a rename creates it.
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
        raise UserError(f"{manifest} names {package.zip.name}, which is not beside it. Build it: make package")
    found = digest(package.zip)
    if found != package.code_sha256:
        raise UserError(
            f"{package.zip} has CodeSha256 {found}, and its manifest says {package.code_sha256}. "
            f"Delete both and build them again: make package"
        )

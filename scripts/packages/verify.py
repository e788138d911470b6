"""Compares a zip with its manifest, entry by entry."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable

from scripts.packages.contents import Entry, content_digest, entry_of
from scripts.packages.errors import MismatchError
from scripts.packages.manifest import Manifest, Place, object_key, read_manifest
from scripts.packages.sbom import check_bill


def verify(place: Place) -> tuple[Manifest, bytes]:
    """Read a package, manifest and zip; raises `MismatchError` with everything in which they disagree."""
    manifest = read_manifest(place)
    try:
        zipped = (place.folder / manifest.zip).read_bytes()
    except OSError as error:
        raise MismatchError(f"{place.folder / manifest.zip}: {error.strerror or error}; build it again") from error
    wrong = [
        f"{what} is {found}, and the manifest says {said}"
        for what, found, said in _compared(place, manifest, zipped)
        if found != said
    ]
    if wrong:
        raise MismatchError(f"{place.manifest} and {manifest.zip} do not agree; build again\n" + "\n".join(wrong))
    check_bill(place, manifest)
    return manifest, zipped


def _compared(place: Place, manifest: Manifest, zipped: bytes) -> Iterable[tuple[str, object, object]]:
    digest = hashlib.sha256(zipped)
    yield "the name", place.name, manifest.name
    yield "the architecture", place.architecture, manifest.architecture
    yield "the zip's SHA-256", digest.hexdigest(), manifest.zip_sha256
    yield "CodeSha256", base64.b64encode(digest.digest()).decode(), manifest.code_sha256
    yield "the zip's size", len(zipped), manifest.size_bytes
    entries = read_entries(zipped, str(place.zip))
    yield "the content's digest", content_digest(entries), manifest.content_digest
    yield "the unzipped size", sum(entry.size for entry in entries), manifest.unzipped_bytes
    yield "the object's key", object_key(place.name, manifest.content_digest), manifest.object_key


def read_entries(zipped: bytes, source: str) -> list[Entry]:
    """Read what a zip holds, checksums included; raises `MismatchError` for one that is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            return [
                entry_of(info.filename, info.external_attr >> 16, archive.read(info)) for info in archive.infolist()
            ]
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise MismatchError(f"{source} is damaged ({error})") from error

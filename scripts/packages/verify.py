"""Compares a zip and its bill of materials with the manifest."""

from dataclasses import fields

from scripts.common.errors import UserError
from scripts.packages.archive import read_entries
from scripts.packages.manifest import Manifest, Place, describe, read_manifest


def verify(place: Place) -> tuple[Manifest, bytes]:
    """Read a package, manifest and zip; raises `UserError` with everything in which they disagree."""
    manifest = read_manifest(place)
    try:
        zipped, sbom = place.zip.read_bytes(), place.sbom.read_bytes()
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}; build it again: {place.build_command}") from error
    found = describe(place, read_entries(zipped, str(place.zip)), manifest.packages, zipped, sbom)
    wrong = [
        f"{field.name} should be {getattr(found, field.name)}, and the manifest states {getattr(manifest, field.name)}"
        for field in fields(Manifest)
        if getattr(found, field.name) != getattr(manifest, field.name)
    ]
    if wrong:
        raise UserError(
            f"{place.manifest} does not agree with the zip and the bill of materials beside it; build it again: "
            f"{place.build_command}\n" + "\n".join(wrong)
        )
    return manifest, zipped

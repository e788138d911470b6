"""The software bill of materials of a package: CycloneDX 1.6, the same bytes for the same content.

The format is ECMA-424; https://cyclonedx.org/docs/1.6/json/ defines its fields. It contains neither the time nor a
random serial number, because both would make two bills of one package differ.
"""

import json
from typing import Any

from scripts.packages.contents import Package
from scripts.packages.dependencies import Dependencies
from scripts.packages.distributions import PROJECT
from scripts.packages.licences import licences_in, spdx
from scripts.packages.manifest import Place, object_key
from scripts.packages.project import Identity

_HOW_HASHED = (
    "SHA-256 of a text with a line for each packaged file: its mode, its SHA-256 and its path; "
    "scripts/packages/contents.py defines it exactly"
)


def bill_of_materials(identity: Identity, place: Place, digest: str, dependencies: Dependencies) -> bytes:
    """Return the bill of a package with this content digest, as JSON."""
    subject = object_key(place.name, digest)
    references = {PROJECT: subject} | {package.name: _purl(package) for package in dependencies.packages}
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": _serial_number(digest),
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "component": {
                "type": "application",
                "bom-ref": subject,
                "group": identity.name,
                "name": place.name,
                "version": identity.version,
                "hashes": _hashes(digest),
            },
            "properties": [
                {"name": "csvbatch:architecture", "value": place.architecture},
                {"name": "csvbatch:hashes", "value": _HOW_HASHED},
            ],
        },
        "components": [_component(package) for package in dependencies.packages],
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(references[other] for other in dependencies.requires[name])}
            for name, reference in references.items()
        ],
    }
    return json.dumps(bill, indent=2, ensure_ascii=False).encode() + b"\n"


def _component(package: Package) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": _purl(package),
        "name": package.name,
        "version": package.version,
        "hashes": _hashes(package.sha256),
        "licenses": _licences(package.licence),
        "purl": _purl(package),
    }


def _purl(package: Package) -> str:
    # A purl escapes the characters of an epoch and of a local version.
    version = package.version.replace("!", "%21").replace("+", "%2B")
    return f"pkg:pypi/{package.name}@{version}"


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _licences(statement: str) -> list[dict[str, Any]]:
    expression = spdx(statement)
    if expression and len(licences_in(expression)) > 1:
        return [{"expression": expression}]
    return [{"license": {"id" if spdx(name) else "name": name}} for name in licences_in(statement)]


def _serial_number(digest: str) -> str:
    """Make a UUID of version 8 (RFC 9562, section 5.8) from the content's digest."""
    variant = "89ab"[int(digest[16], 16) % 4]
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"

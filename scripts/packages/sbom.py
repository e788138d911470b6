"""The software bill of materials of a package: CycloneDX 1.6, the same bytes for the same content.

The format is ECMA-424's; cyclonedx.org/docs/1.6/json names its fields. There is no time in it and no random serial
number: both would make two bills of one package differ.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.packages.contents import Package
from scripts.packages.errors import MismatchError
from scripts.packages.manifest import Manifest, Place, object_key
from scripts.packages.spdx import identifier_of, is_expression, licences_in

_HOW_HASHED = (
    "SHA-256 of a text with a line for each packaged file: its mode, its SHA-256 and its path; "
    "lambda_packages/contents.py has it to the letter"
)


@dataclass(frozen=True, slots=True)
class Bill:
    """What a bill is written from; `requires` has the direct dependencies of each package, and of the project as ''."""

    group: str
    version: str
    name: str
    architecture: str
    content_digest: str
    packages: Sequence[Package]
    requires: Mapping[str, Sequence[str]]

    def as_json(self) -> bytes:
        """Write it for the file."""
        subject = object_key(self.name, self.content_digest)
        references = {package.name: _purl(package) for package in self.packages}
        bill = {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": _serial_number(self.content_digest),
            "version": 1,
            "metadata": {
                "lifecycles": [{"phase": "build"}],
                "component": {
                    "type": "application",
                    "bom-ref": subject,
                    "group": self.group,
                    "name": self.name,
                    "version": self.version,
                    "hashes": _hashes(self.content_digest),
                },
                "properties": [
                    {"name": "csvbatch:architecture", "value": self.architecture},
                    {"name": "csvbatch:hashes", "value": _HOW_HASHED},
                ],
            },
            "components": [_component(package) for package in self.packages],
            "dependencies": [
                {
                    "ref": references.get(name, subject),
                    "dependsOn": sorted(references[other] for other in self.requires.get(name, ())),
                }
                for name in ("", *references)
            ],
        }
        return json.dumps(bill, indent=2, ensure_ascii=False).encode() + b"\n"


def check_bill(place: Place, manifest: Manifest) -> None:
    """Raise `MismatchError` unless the bill beside a manifest is about the same content and packages."""
    again = f"build it: lambda-packages build {place.name} --architecture {place.architecture}"
    try:
        bill = json.loads(place.sbom.read_bytes())
        [subject] = bill["metadata"]["component"]["hashes"]
        said = subject["content"], [_facts(component) for component in bill["components"]]
    except FileNotFoundError:
        raise MismatchError(f"{place.sbom} is not there; {again}") from None
    except (ValueError, TypeError, KeyError):
        raise MismatchError(f"{place.sbom} is no bill of materials of this version; {again}") from None
    if said != (manifest.content_digest, [(one.name, one.version, one.sha256) for one in manifest.packages]):
        raise MismatchError(f"{place.sbom} is about another content than {place.manifest}; {again}")


def _facts(component: dict[str, Any]) -> tuple[str, str, str]:
    return component["name"], component["version"], component["hashes"][0]["content"]


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
    # A version may hold two characters that a purl does not: those of an epoch and of a local version.
    version = package.version.replace("!", "%21").replace("+", "%2B")
    return f"pkg:pypi/{package.name}@{version}"


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _licences(statement: str) -> list[dict[str, Any]]:
    if is_expression(statement):
        return [{"expression": statement}]
    return [{"license": {"id" if identifier_of(name) else "name": name}} for name in licences_in(statement)]


def _serial_number(digest: str) -> str:
    """Make a UUID of version 8 (RFC 9562, section 5.8: the bits are the maker's own) from the content's digest."""
    variant = "89ab"[int(digest[16], 16) % 4]
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"

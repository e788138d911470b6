"""Reads what was installed: each distribution's name, version, licence and files."""

import base64
import csv
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

from scripts.packages.errors import WheelError

_STATES_NOTHING = frozenset({"", "unknown", "dual license"})


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution; `requires` is what its metadata say, word for word.

    `files` has the SHA-256 that its wheel records for each path, in hex. What the wheel does not record has an empty
    one: uv adds such files to RECORD without a digest.
    """

    name: str
    version: str
    licence: str
    requires: tuple[str, ...]
    files: dict[str, str]


def read_distributions(folder: Path) -> list[Distribution]:
    """Read all distributions of a folder, by name; raises `WheelError` where their records are wrong."""
    found = [_read(folder, dist_info) for dist_info in sorted(folder.glob("*.dist-info"))]
    owners: dict[str, str] = {}
    for distribution in found:
        for path in distribution.files:
            if path in owners:
                both = f"{owners[path]} and {distribution.name}"
                raise WheelError(f"{both} bring the same file {path}: drop one of them from pyproject.toml")
            owners[path] = distribution.name
    return sorted(found, key=lambda distribution: distribution.name)


def _read(folder: Path, dist_info: Path) -> Distribution:
    metadata = BytesHeaderParser().parsebytes((dist_info / "METADATA").read_bytes())
    with (dist_info / "RECORD").open(encoding="utf-8", newline="") as record:
        files = {path: _hex(digest) for path, digest, *_ in csv.reader(record)}
    name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
    requires = tuple(metadata.get_all("Requires-Dist", []))
    return Distribution(name, metadata["Version"], licence_of(name, metadata), requires, files)


def _hex(digest: str) -> str:
    algorithm, _, value = digest.partition("=")
    return base64.urlsafe_b64decode(value + "==").hex() if algorithm == "sha256" else ""


def licence_of(name: str, metadata: Message) -> str:
    """Take the SPDX expression (PEP 639), else a line of text that says something, else the classifiers.

    Raises `WheelError` where there is none of them.
    """
    text = (metadata["License"] or "").strip()
    classified = [
        classifier.rpartition(" :: ")[2]
        for classifier in metadata.get_all("Classifier", [])
        if classifier.startswith("License :: ") and classifier != "License :: OSI Approved"
    ]
    said = "" if "\n" in text or text.lower() in _STATES_NOTHING else text
    licence: str = metadata["License-Expression"] or said or "; ".join(classified)
    if not licence:
        raise WheelError(
            f"{name} {metadata['Version']} states no licence in its metadata, and whoever ships or uses it must know: "
            f"pin a version that does, or another package"
        )
    return licence

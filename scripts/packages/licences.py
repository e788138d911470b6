"""Which licences packages and tools may have; any other is refused by name."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, distributions
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import canonicalize_name

from scripts.common.errors import UserError
from scripts.packages.manifest import Place, read_manifest

_PERMISSIVE = frozenset(
    {"0BSD", "AFL-2.1", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0"}
    | {"MIT-CMU"}
    | {"PSF-2.0", "UPL-1.0", "Zlib"}
    # Some metadata do not state the number of clauses; all variants are permissive.
    | {"BSD", "BSD License"}
)
# Copyleft limited to the library's own files, which are in the zip unchanged and can be replaced there.
_BY_FILE = frozenset({"LGPL-3.0-only", "MPL-2.0"})
# Permits use and unchanged copies; a package that only the benchmarks' peers need has it.
_UNCHANGED = frozenset({"Artistic-1.0-Perl"})
ALLOWED = _PERMISSIVE | _BY_FILE | _UNCHANGED

# Names that metadata and classifiers use instead of SPDX identifiers.
_SPELLINGS = {
    "Apache-2.0": ("Apache 2.0", "Apache License 2.0", "Apache License, Version 2.0", "Apache Software License"),
    "Artistic-1.0-Perl": ("Artistic License",),
    "BSD-2-Clause": ("BSD 2-Clause License",),
    "BSD-3-Clause": ("BSD 3-Clause License",),
    "ISC": ("ISC License",),
    "MIT": ("MIT License", "MIT Licence", "License :: OSI Approved :: MIT License"),
    "MPL-2.0": ("Mozilla Public License 2.0 (MPL 2.0)",),
    "PSF-2.0": ("PSF License", "PSFL", "Python Software Foundation License"),
}
_IDENTIFIERS = {name.lower(): identifier for identifier, names in _SPELLINGS.items() for name in names}
_STATES_NOTHING = frozenset({"", "unknown", "dual license"})
_OPERATORS = re.compile(r"\s*(?:;|\(|\)|\bAND\b|\bOR\b)\s*")


@dataclass(frozen=True, slots=True)
class Licensed:
    """A distribution, where it is used, and the licence that its metadata state."""

    where: str
    name: str
    version: str
    licence: str


def licence_of(metadata: PackageMetadata) -> str:
    """Return the SPDX expression (PEP 639), else the licence field if it is one line, else the classifiers.

    Raises `UserError` where the metadata state no licence.
    """
    text = metadata.get("License", "").strip()
    classified = [
        classifier.rpartition(" :: ")[2]
        for classifier in metadata.get_all("Classifier", [])
        if classifier.startswith("License :: ") and classifier != "License :: OSI Approved"
    ]
    short = "" if "\n" in text or text.lower() in _STATES_NOTHING else text
    licence = metadata.get("License-Expression") or short or "; ".join(classified)
    if not licence:
        raise UserError(
            f"{canonicalize_name(metadata['Name'])} {metadata['Version']} states no licence in its metadata, and a "
            f"licence must be known before a package is shipped or used: pin a version that states one, or replace it"
        )
    return licence


@functools.cache
def spdx(statement: str) -> str | None:
    """Return a statement as a canonical SPDX expression, or None where it is not one."""
    try:
        return canonicalize_license_expression(_IDENTIFIERS.get(statement.strip().lower(), statement))
    except InvalidLicenseExpression:
        return None


def licences_in(statement: str) -> list[str]:
    """Return every licence that an SPDX expression or a list of classifiers names, by identifier if it has one."""
    # Parentheses may belong to a licence's own name, so the whole statement is looked up first.
    known = spdx(statement)
    return [spdx(name) or name for name in _OPERATORS.split(known or statement) if name]


def shipped(output: Path, architecture: str, names: Iterable[str]) -> Iterator[Licensed]:
    """Yield what each zip contains; raises `UserError` for a package that was not built."""
    for name in names:
        for package in read_manifest(Place(output, architecture, name)).packages:
            yield Licensed(name, package.name, package.version, package.licence)


def installed(environment: Path, project: str) -> Iterator[Licensed]:
    """Yield what a virtual environment contains besides the project; raises `UserError` for an empty one."""
    folders = [str(path) for path in environment.glob("lib/python*/site-packages")]
    found = {canonicalize_name(one.metadata["Name"]): one for one in distributions(path=folders)}
    if not found:
        raise UserError(f"{environment}: nothing is installed there, so its licences are unknown; run make setup")
    for name, one in sorted(found.items()):
        if name != project:
            yield Licensed(environment.name, name, one.version, licence_of(one.metadata))


def check(used: Iterable[Licensed]) -> None:
    """Raise `UserError` with every use of a licence that is not allowed."""
    wrong = [
        f"{one.where}: {one.name} {one.version} has the licence {licence!r}"
        for one in used
        for licence in licences_in(one.licence)
        if licence not in ALLOWED
    ]
    if wrong:
        raise UserError(
            "a licence is not allowed: use another package, or, if whoever decides on licences agrees, add it to "
            f"{Path(__file__).name}\n" + "\n".join(wrong)
        )

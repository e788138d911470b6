"""Which licences may be shipped, and which may be worked with; what is not on the lists is refused by name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib.metadata import distributions
from pathlib import Path

from scripts.packages.distributions import licence_of
from scripts.packages.errors import LicenceError, PackagingError
from scripts.packages.manifest import Place, read_manifest
from scripts.packages.spdx import licences_in

_PERMISSIVE = frozenset(
    {"0BSD", "AFL-2.1", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0"}
    | {"PSF-2.0", "UPL-1.0", "Zlib"}
    # Some metadata do not say how many clauses: any number of them is permissive.
    | {"BSD", "BSD License"}
)
# Copyleft that ends at the library's own files, which lie in the zip as they came and can be replaced there.
_BY_FILE = frozenset({"LGPL-3.0-only", "MPL-2.0"})

ALLOWED = {"permissive": _PERMISSIVE, "copyleft by file": _BY_FILE}
"""The families of licences that a package and the tools may have."""


@dataclass(frozen=True, slots=True)
class Licensed:
    """A distribution, where it is used, and the licence that its metadata state."""

    where: str
    name: str
    version: str
    licence: str


def shipped(output: Path, architecture: str, names: Iterable[str]) -> Iterator[Licensed]:
    """Give what each zip holds; raises `MismatchError` for a package that was not built."""
    for name in names:
        for package in read_manifest(Place(output, architecture, name)).packages:
            yield Licensed(name, package.name, package.version, package.licence)


def installed(environment: Path, project: str) -> Iterator[Licensed]:
    """Give what a virtual environment holds besides the project; raises `PackagingError` where it holds nothing."""
    found = {}
    for distribution in distributions(path=[str(path) for path in environment.glob("lib/python*/site-packages")]):
        metadata = HeaderParser().parsestr(distribution.read_text("METADATA") or "")
        name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
        if name != project:
            found[name] = Licensed(environment.name, name, metadata["Version"], licence_of(name, metadata))
    if not found:
        raise PackagingError(f"{environment}: nothing is installed there, so no licence is known; make setup")
    yield from (found[name] for name in sorted(found))


def check(used: Iterable[Licensed]) -> None:
    """Raise `LicenceError` with every package that has a licence of no family."""
    allowed = frozenset().union(*ALLOWED.values())
    wrong = [
        f"{one.where}: {one.name} {one.version} has the licence {licence!r}"
        for one in used
        for licence in licences_in(one.licence)
        if licence not in allowed
    ]
    if wrong:
        raise LicenceError(
            "a licence is not among those allowed: take another package, or, once somebody who may decide it has, "
            f"add it in {Path(__file__).name} (another spelling of a known one: in spdx.py)\n" + "\n".join(wrong)
        )

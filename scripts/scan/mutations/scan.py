"""Scans all mutants of modules at once, and attributes the new findings to each mutation."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.scan import hcl
from scripts.scan.findings import Finding, Outcome
from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import SCAN, Mutation
from scripts.scan.mutations.checks import Kill

UNMUTATED = "unmutated"


def kills(mutations: Sequence[Mutation], repository: Path, folder: Path) -> dict[str, Kill]:
    """What the scan found in each mutant, by its id; findings that the unmutated module has too do not count."""
    weakened = [one for one in mutations if one.module]
    for module in sorted({one.module for one in weakened if one.module}):
        seeding.copy_for_scan(repository, folder / UNMUTATED, module)
    for one in weakened:
        seeding.copy_for_scan(repository, folder / one.id, one.module or "")
        seeding.seed(one, folder / one.id)
    return attributed(hcl.scan(folder).of(Outcome.FAILED), folder) if weakened else {}


def attributed(failures: Iterable[Finding], folder: Path) -> dict[str, Kill]:
    """By mutation, the checks that fail in its copy below the folder and not in the unmutated module."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    for one in failures:
        copy, *file = one.file.relative_to(folder).parts
        found.setdefault(copy, set()).add(("/".join(file), one.check_id, one.resource))
    known = found.pop(UNMUTATED, set())
    new = {copy: sorted({check for _, check, _ in brought - known}) for copy, brought in found.items()}
    return {copy: Kill(SCAN, ", ".join(checks)) for copy, checks in new.items() if checks}

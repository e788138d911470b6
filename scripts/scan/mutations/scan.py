"""Scans all mutants of modules at once, and attributes the new findings to each mutation."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.common import paths
from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.scan.cli import CLEAN, FINDINGS
from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import SCAN, Mutation
from scripts.scan.mutations.checks import Kill

LIMIT_SECONDS = 600
UNMUTATED = "unmutated"
_FINDING = re.compile(r"^FAILED (?P<check>\w+) (?P<file>\S+):(?P<line>\d+) (?P<resource>\S+):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One failed check: in whose copy, in which file of it, and of which resource."""

    copy: str
    file: str
    check: str
    resource: str


def kills(mutations: Sequence[Mutation], repository: Path, folder: Path) -> dict[str, Kill]:
    """What the scan found in each mutant, by its id; findings that the unmutated module has too do not count."""
    weakened = [one for one in mutations if one.module]
    for module in sorted({one.module for one in weakened if one.module}):
        seeding.copy_for_scan(repository, folder / UNMUTATED, module)
    for one in weakened:
        seeding.copy_for_scan(repository, folder / one.id, one.module or "")
        seeding.seed(one, folder / one.id)
    return attributed(findings(_scan(folder))) if weakened else {}


def findings(printed: str) -> list[Finding]:
    """The findings that the scan printed, each with the copy it is in."""
    result = []
    for found in _FINDING.finditer(printed):
        copy, _, file = found["file"].partition("/")
        result.append(Finding(copy, file, found["check"], found["resource"]))
    return result


def attributed(found: Iterable[Finding]) -> dict[str, Kill]:
    """By mutation, the checks that fail there and not in the unmutated module."""
    everything = list(found)
    known = {(one.file, one.check, one.resource) for one in everything if one.copy == UNMUTATED}
    brought: dict[str, set[str]] = {}
    for one in everything:
        if one.copy != UNMUTATED and (one.file, one.check, one.resource) not in known:
            brought.setdefault(one.copy, set()).add(one.check)
    return {copy: Kill(SCAN, ", ".join(sorted(checks))) for copy, checks in brought.items()}


def _scan(folder: Path) -> str:
    command = [paths.command("policy-scan"), "--hcl", str(folder)]
    done = run(command, limit_seconds=LIMIT_SECONDS, cwd=folder, accepted=None)
    if done.status not in (CLEAN, FINDINGS) or (done.status == FINDINGS) != bool(_FINDING.search(done.stdout)):
        raise UserError(f"The scan ended with status {done.status}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout

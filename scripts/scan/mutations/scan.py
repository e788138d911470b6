"""Scans all mutants of modules at once, side by side, and says which findings each mutation brought."""

import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import SCAN, Mutation
from scripts.scan.mutations.errors import GuardError
from scripts.scan.mutations.guards import Catch

LIMIT_SECONDS = 600
UNMUTATED = "unmutated"
_FINDING = re.compile(r"^FAILED (?P<check>\w+) (?P<file>\S+):(?P<line>\d+) (?P<resource>\S+):", re.MULTILINE)
_FAILED = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One failed check: in whose copy, in which file of it, and of which resource."""

    copy: str
    file: str
    check: str
    resource: str


def catches(mutations: Sequence[Mutation], repository: Path, folder: Path) -> dict[str, Catch]:
    """What the scan found in each mutant, by its name; findings that the unmutated module has too do not count."""
    weakened = [one for one in mutations if one.module]
    for module in sorted({one.module for one in weakened if one.module}):
        seeding.copy_for_scan(repository, folder / UNMUTATED, module)
    for one in weakened:
        seeding.copy_for_scan(repository, folder / one.identifier, one.module or "")
        seeding.seed(one, folder / one.identifier)
    return attributed(findings(_scan(folder))) if weakened else {}


def findings(printed: str) -> list[Finding]:
    """The findings that the scan printed, each told apart by the copy it is in."""
    result = []
    for found in _FINDING.finditer(printed):
        copy, _, file = found["file"].partition("/")
        result.append(Finding(copy, file, found["check"], found["resource"]))
    return result


def attributed(found: Iterable[Finding]) -> dict[str, Catch]:
    """By mutation, the checks that fail there and not in the unmutated module."""
    everything = list(found)
    known = {(one.file, one.check, one.resource) for one in everything if one.copy == UNMUTATED}
    brought: dict[str, set[str]] = {}
    for one in everything:
        if one.copy != UNMUTATED and (one.file, one.check, one.resource) not in known:
            brought.setdefault(one.copy, set()).add(one.check)
    return {copy: Catch(SCAN, ", ".join(sorted(checks))) for copy, checks in brought.items()}


def _scan(folder: Path) -> str:
    command = [str(Path(sys.executable).with_name("scan")), "--hcl", str(folder)]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise GuardError(f"There is no scan command ({command[0]}). Run: make setup") from error
    except subprocess.TimeoutExpired as error:
        raise GuardError(f"The scan did not end within {LIMIT_SECONDS} seconds.") from error
    if done.returncode not in (0, _FAILED) or (done.returncode == _FAILED) != bool(_FINDING.search(done.stdout)):
        raise GuardError(f"The scan ended with status {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout

"""What a scan says: one outcome of one check for one resource in one place."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A check's outcome.

    Attributes
    ----------
    file, line
        Where a reader finds the resource: in the source, for plans too, wherever the source is known.
    scanned
        What was read: `hcl`, or the environment and unit whose plan it was.
    reason
        Why a skipped check is skipped.

    """

    check_id: str
    file: Path
    line: int
    resource: str
    title: str
    outcome: Outcome
    scanned: str = "hcl"
    reason: str = ""


@dataclass(slots=True)
class Result:
    """All that a scan found, and how much it read."""

    findings: list[Finding] = field(default_factory=list)
    resources: int = 0
    files: int = 0
    plans: int = 0

    def of(self, outcome: Outcome) -> list[Finding]:
        """The findings with that outcome, sorted."""
        return sorted(finding for finding in self.findings if finding.outcome is outcome)

    def add(self, other: "Result") -> None:
        """Take in what another scan found."""
        self.findings += other.findings
        self.resources += other.resources
        self.files += other.files
        self.plans += other.plans


def shown(file: Path) -> str:
    """A path as short as it can be said: from the current folder where it lies below it."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)

"""The result of a scan: outcomes of checks for resources."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """The outcome of one check for one resource.

    Attributes
    ----------
    file, line
        The resource's place in the source; for plans too, where the source is known.
    scanned
        What was read: `hcl`, or the environment and unit of a plan.
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
        """Add the result of another scan."""
        self.findings += other.findings
        self.resources += other.resources
        self.files += other.files
        self.plans += other.plans


def shown(file: Path) -> str:
    """A path, relative to the current folder where it lies below it."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)

"""The record of a run: which steps are done, and what later steps need to know of them. It survives the process."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.local.aws.state import write_atomically

FORMAT = 1
PASSED, FAILED, INTERRUPTED = "passed", "failed", "interrupted"


@dataclass(slots=True)
class StepRecord:
    """How a step ended, in how many seconds, and what it found."""

    outcome: str
    seconds: float
    detail: str


@dataclass(slots=True)
class Record:
    """One run against one environment of one AWS."""

    environment: str
    account_id: str
    region: str
    endpoint: str
    started: str
    format: int = FORMAT
    is_confirmed: bool = False
    steps: dict[str, StepRecord] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def has_passed(self, step: str) -> bool:
        """Whether a step is done and need not be repeated."""
        return step in self.steps and self.steps[step].outcome == PASSED

    def forget(self, steps: Iterable[str]) -> None:
        """Let steps be done again."""
        for step in steps:
            self.steps.pop(step, None)

    def save(self, file: Path) -> None:
        """Write it, so that a crash leaves either the old or the new record."""
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(asdict(self), indent=2).encode() + b"\n")


def new(environment: Environment, endpoint: str) -> Record:
    """The record of a run that begins now."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    return Record(environment.name, environment.account_id, environment.region, endpoint, started)


def load(file: Path, environment: Environment, endpoint: str) -> Record | None:
    """The record of an earlier run; None where there is none.

    Raises UserError where it cannot be read, or is about another account or endpoint: what that run made is there, and
    a new record would forget it.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        steps = {name: StepRecord(**one) for name, one in found.pop("steps").items()}
        record = Record(**found, steps=steps)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):
        record = None
    if record is None or record.format != FORMAT:
        raise UserError(f"{file} is damaged, or of another version. If nothing of that run is left, delete the file.")
    known = (record.account_id, record.region, record.endpoint)
    if known != (environment.account_id, environment.region, endpoint):
        raise UserError(
            f"{file} is the record of a run against account {record.account_id} in {record.region} at "
            f"{record.endpoint}, and this is account {environment.account_id} in {environment.region} at {endpoint}. "
            "End that run where it began (--from destroy). If nothing of it is left, delete the file."
        )
    return record

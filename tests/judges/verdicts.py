"""What each judge was asked and how often it agreed: kept in `dist/judges`, so that they can run one at a time."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.common.paths import REPOSITORY

FOLDER = REPOSITORY / "dist" / "judges"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answers of a judge; those that are neither agreed nor have a reason are `without`."""

    judge: str
    asked: int
    agreed: int
    with_reason: int
    without: int


def record(name: str, verdicts: Sequence[Verdict], folder: Path = FOLDER) -> None:
    """Keep the verdicts of one run, in place of those of the run before it."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "verdicts": [asdict(one) for one in verdicts]}
    (folder / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def known(folder: Path = FOLDER) -> Iterator[tuple[str, Verdict]]:
    """Give the verdicts that were kept, each with the time of its run."""
    for path in sorted(folder.glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        for one in kept["verdicts"]:
            yield kept["at"], Verdict(**one)


def table(verdicts: Sequence[tuple[str, Verdict]]) -> Iterator[str]:
    """A line for each judge."""
    yield f"{'judge':<52}{'asked':>9}{'agreed':>9}{'with a reason':>15}{'without':>9}  run at"
    for at, one in verdicts:
        yield f"{one.judge:<52}{one.asked:>9,}{one.agreed:>9,}{one.with_reason:>15,}{one.without:>9,}  {at}"

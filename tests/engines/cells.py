"""What became of each step with each engine, kept in `dist/engines.json` so that engines can run one at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.common.paths import DIST
from scripts.toolchain.files import write_if_changed

TABLE = DIST / "engines.json"
LOGS = DIST / "engines"
STEPS = ("plan", "apply", "second plan", "tests", "state list", "destroy")
NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Cell:
    """One step with one engine: what was counted, how long it took in seconds, and the log of what was printed."""

    step: str
    passed: bool
    said: str
    seconds: float
    log: str


@dataclass(frozen=True, slots=True)
class Row:
    """One engine, the version that ran, when (UTC), and its cells in the order of STEPS, as far as it came."""

    engine: str
    version: str
    at: str
    cells: tuple[Cell, ...]

    @property
    def passed(self) -> bool:
        """Whether every step was run, and passed."""
        return [cell.step for cell in self.cells if cell.passed] == list(STEPS)


def now() -> str:
    """The time of a run."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def record(row: Row, path: Path = TABLE) -> None:
    """Keep a row in place of the one of the engine's run before."""
    rows = {**known(path), row.engine: row}
    write_if_changed(path, json.dumps([asdict(one) for one in rows.values()], indent=2) + "\n")


def known(path: Path = TABLE) -> Mapping[str, Row]:
    """The rows that were kept, by engine."""
    if not path.is_file():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    rows = [Row(one["engine"], one["version"], one["at"], tuple(Cell(**cell) for cell in one["cells"])) for one in kept]
    return {row.engine: row for row in rows}


def table(engines: Iterable[str], rows: Mapping[str, Row]) -> Iterator[str]:
    """A line for each engine, and below them a line for each cell that failed, with its log."""
    width = max(map(len, engines)) + 2
    yield f"{'engine':<{width}}{'version':<10}" + "".join(f"{step:<13}" for step in STEPS) + "run at"
    failed = []
    for engine in engines:
        row = rows.get(engine)
        cells = {cell.step: cell for cell in row.cells} if row else {}
        shown = [f"{_shown(cells[step]) if step in cells else NOT_RUN:<13}" for step in STEPS]
        yield f"{engine:<{width}}{row.version if row else '':<10}" + "".join(shown) + (row.at if row else "never")
        failed += [f"{engine}, {cell.step}: {cell.said} (see {cell.log})" for cell in cells.values() if not cell.passed]
    yield from failed


def _shown(cell: Cell) -> str:
    return f"{'ok' if cell.passed else 'FAILED'} {cell.seconds:.0f} s"

"""Who takes part in a comparison of loads: what they are called, what they run, and what must come out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support.findings import Role
from scripts.common.paths import BENCH_VENV
from scripts.local.samples.make_recipients import write_recipients

PEERS = Path(__file__).parents[1] / "peers"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The file with bad rows and the corrected one, how many rows are in them, and how many are bad."""

    folder: Path
    file: Path
    corrected: Path
    rows: int
    bad: int


@dataclass(frozen=True, slots=True)
class Contender:
    """A name, what it is, what loads into the database at an address, and how many rows may be there then."""

    name: str
    role: Role
    load: Callable[[str], None]
    loaded: range

    def check(self, found: int) -> None:
        """Raise unless the table has the right number of rows."""
        if found not in self.loaded:
            raise RuntimeError(f"{self.name}: {found:,} rows are in the table, and {self.loaded[0]:,} should be")


def prepared(folder: Path, rows: int) -> Inputs:
    """Write the files."""
    file, corrected = folder / "recipients.csv", folder / "corrected.csv"
    summary = write_recipients(file, rows=rows)
    write_recipients(corrected, rows=rows, bad_share=0)
    return Inputs(folder, file, corrected, rows, summary.rejected)


def only(count: int) -> range:
    """Give the range of one number."""
    return range(count, count + 1)


def peer(program: str, *arguments: object) -> Sequence[str]:
    """Give the command that runs one of `benchmarks/peers/` with the packages of `.venv-bench`."""
    python = BENCH_VENV / "bin" / "python"
    if not python.exists():
        raise RuntimeError(f"{BENCH_VENV.name} is missing. Build it: python -m scripts.toolchain --bench")
    return [str(python), str(PEERS / f"{program}.py"), *map(str, arguments)]

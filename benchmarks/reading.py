"""How fast a CSV file is read, beside other readers of CSV.

The file is that of the dataset `recipients`: 1,000,000 rows of 8 columns, about 92 MB. All read every field of every
row, as text, and the count of rows is checked; each is a process of its own, with its start in the time. DuckDB reads
on one thread, as the others do, once with every row handed to Python and once with sums alone. csvkit's `csvcut` writes
what it reads, to nowhere. Validation, which the others do not do, is shown as a line of its own.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support.contenders import PEERS, peer
from benchmarks.support.findings import Role, publish
from benchmarks.support.measuring import LIMIT_SECONDS, Comparison, Taken, timed
from scripts.common.paths import BENCH_VENV, REPOSITORY
from scripts.local.samples.make_recipients import write_recipients

REFERENCE = "csv.reader"


@dataclass(frozen=True, slots=True)
class Reader:
    """A name, what it is, and the command that prints the number of rows."""

    name: str
    role: Role
    command: Sequence[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the file (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is taken (default: 3)")
    arguments = parser.parse_args()
    compared = Comparison()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recipients.csv"
        write_recipients(file, rows=arguments.rows, bad_share=0)
        contenders = readers(file)
        for _ in range(arguments.rounds):
            for contender in contenders:
                compared.note(contender.name, read(contender, arguments.rows))
    roles = {contender.name: contender.role for contender in contenders}
    title = f"reading every field of {arguments.rows:,} rows"
    publish(compared.findings("reading", title, REFERENCE, roles, rows=arguments.rows))


def readers(file: Path) -> list[Reader]:
    chunks = [sys.executable, "-m", "benchmarks.peers.read_chunks"]
    own = [sys.executable, str(PEERS / "read_with.py")]
    csvkit = [str(BENCH_VENV / "bin" / "csvcut"), "--columns", "1-8", str(file)]
    return [
        Reader("csvbatch: split, read chunks", Role.OURS, [*chunks, "read", str(file)]),
        Reader("csvbatch: split, read, validate", Role.OURS, [*chunks, "validate", str(file)]),
        Reader(REFERENCE, Role.LIMIT, [*own, "csv", str(file)]),
        Reader("csv.DictReader", Role.PEER, [*own, "dict", str(file)]),
        Reader("pandas.read_csv, chunks", Role.PEER, peer("read_with", "pandas", file)),
        Reader("DuckDB, rows to Python", Role.PEER, peer("read_with", "duckdb", file)),
        Reader("DuckDB, sums of lengths only", Role.LIMIT, peer("read_with", "duckdb-alone", file)),
        Reader("csvkit: csvcut", Role.PEER, csvkit),
    ]


def read(contender: Reader, rows: int) -> Taken:
    """Run a reader, which prints the count or, after a header, the rows themselves."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as output:

        def run() -> None:
            subprocess.run(contender.command, cwd=REPOSITORY, stdout=output, timeout=LIMIT_SECONDS, check=True)

        taken = timed(run)
        output.seek(0)
        said = list(csv.reader(output))
    found = int(said[0][0]) if len(said) == 1 else len(said) - 1
    if found != rows:
        raise RuntimeError(f"{contender.name} read {found:,} rows, and {rows:,} are there")
    return taken


if __name__ == "__main__":
    main()

"""How fast a file is loaded, beside what else one would use, and beside what is the limit.

The file is that of the dataset `recipients`: 1,000,000 rows of 8 columns, about 92 MB, a row in fifty bad. `csvbatch
load` takes it through the whole pipeline: validation, rejects, ledger, positions. The peer is `csv.DictReader` with a
pydantic model per row and `executemany` of an upsert, which writes its rejects to a file, too. The others neither
validate nor reject, so they get the corrected file: pandas appends to a table without a key (its environment is made
for the benchmark; where that can't be had it is left out), and `sqlite3 .import` and one raw `COPY` fill a table with
a key. Every contender is a process of its own and has an empty database; SQLite and PostgreSQL are both durable.
Each round takes all in turn, and each load's count of rows is checked.
"""

import argparse
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from uv import find_uv_bin

from benchmarks.peers.pydantic_rows import CREATE
from benchmarks.support.databases import Databases, databases, scalar
from benchmarks.support.measuring import Comparison, run, timed
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import open_store
from scripts.common.paths import REPOSITORY
from scripts.local.samples.make_recipients import write_recipients

PEERS = Path(__file__).parent / "peers"
CONTRACTS = REPOSITORY / "lambdas" / "contracts"
PANDAS = ("pandas==2.3.3", "sqlalchemy==2.0.44", "psycopg[binary]==3.3.9")

OURS = "csvbatch load"
PEER = "DictReader, pydantic, executemany"
PANDAS_NAME = "pandas chunks, to_sql (no key)"
IMPORT = "sqlite3 .import, keyed table"
COPY = "raw COPY, keyed table"


@dataclass(frozen=True)
class Inputs:
    """The file with bad rows and the corrected one, how many rows are in them, and how many are bad."""

    folder: Path
    file: Path
    corrected: Path
    rows: int
    bad: int
    pandas: Path | None


@dataclass(frozen=True)
class Contender:
    """A name, what loads into the database at an address, and how many rows may be there then."""

    name: str
    load: Callable[[str], None]
    loaded: range


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the file (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is taken (default: 3)")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one kind of database instead of both")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        inputs = prepared(Path(folder), arguments.rows)
        if arguments.only != "postgresql":
            compare_sqlite(inputs, arguments.rounds)
        if arguments.only != "sqlite":
            compare_postgresql(inputs, arguments.rounds)


def prepared(folder: Path, rows: int) -> Inputs:
    file, corrected = folder / "recipients.csv", folder / "corrected.csv"
    summary = write_recipients(file, rows=rows)
    write_recipients(corrected, rows=rows, bad_share=0)
    return Inputs(folder, file, corrected, rows, summary.rejected, pandas_environment(folder / "pandas"))


def pandas_environment(folder: Path) -> Path | None:
    """Make an environment with pandas; give its Python, or None where it could not be had."""
    python = folder / "bin" / "python"
    try:
        run([find_uv_bin(), "venv", "--quiet", "--no-project", "--python", sys.executable, folder])
        run([find_uv_bin(), "pip", "install", "--quiet", "--python", python, *PANDAS])
    except RuntimeError as error:
        print(f"left out: pandas, which could not be installed ({str(error).splitlines()[0]})")
        return None
    return python


def compare_sqlite(inputs: Inputs, rounds: int) -> None:
    compared = Comparison()
    contenders = [*contenders_of_both(inputs), *limit_of_sqlite(inputs)]
    for _ in range(rounds):
        for contender in contenders:
            with fresh_file(inputs.folder / "bench.db") as path:
                compared.note(contender.name, timed(partial(contender.load, f"sqlite:///{path}")))
                with closing(sqlite3.connect(path)) as connection:
                    check(contender, connection.execute("SELECT count(*) FROM recipients").fetchone()[0])
    print(f"\nSQLite, {inputs.rows:,} rows, {rounds} rounds")
    compared.print(PEER, {OURS: "0.50x or less, at most 0.67x"}, inputs.rows)


def compare_postgresql(inputs: Inputs, rounds: int) -> None:
    compared = Comparison()
    contenders = [*contenders_of_both(inputs), limit_of_postgresql(inputs)]
    with databases() as server:
        for _ in range(rounds):
            for contender in contenders:
                with server.fresh() as url:
                    note(compared, server, contender, url)
    print(f"\nPostgreSQL, {inputs.rows:,} rows, {rounds} rounds")
    compared.print(COPY, {OURS: "1.67x or less"}, inputs.rows)


def note(compared: Comparison, server: Databases, contender: Contender, url: str) -> None:
    migrated(contender, url)
    compared.note(contender.name, timed(partial(contender.load, url), server.processor))
    check(contender, scalar(url, "SELECT count(*) FROM recipients"))


def migrated(contender: Contender, url: str) -> None:
    """Make the tables that `csvbatch migrate` makes; the others make their own while the clock runs: it's one."""
    if contender.name == OURS:
        store = open_store(url)
        store.migrate([load_contracts(CONTRACTS)["recipients"]])
        store.close_connection()


def contenders_of_both(inputs: Inputs) -> Iterator[Contender]:
    good = inputs.rows - inputs.bad
    yield Contender(OURS, lambda url: load(inputs, url), only(good))
    peer = [sys.executable, PEERS / "pydantic_rows.py", inputs.file]
    # pydantic takes a plain date for a point in time, so it lets one kind of the bad rows pass.
    yield Contender(PEER, lambda url: run([*peer, url, inputs.folder / "rejects.csv"]), range(good, inputs.rows))
    if inputs.pandas:
        pandas = [inputs.pandas, PEERS / "pandas_chunks.py", inputs.corrected]
        yield Contender(PANDAS_NAME, lambda url: run([*pandas, url]), only(inputs.rows))


def load(inputs: Inputs, url: str) -> None:
    """Run the command as a user does; its status is 1 because rows are rejected."""
    output = inputs.folder / "output"
    command = ["csvbatch", "load", inputs.file, "--dataset", "recipients", "--database", url, "--output", output]
    run([*command, "--contracts", CONTRACTS, "--json"], fine=[1 if inputs.bad else 0])
    shutil.rmtree(output)


def limit_of_sqlite(inputs: Inputs) -> Iterator[Contender]:
    program = shutil.which("sqlite3")
    if program is None:
        print("left out: sqlite3 .import, because there is no program sqlite3 on PATH")
        return
    script = f"{CREATE};\n.import --csv --skip 1 {inputs.corrected} recipients\n"

    def load_file(url: str) -> None:
        run([program, "-bail", url.removeprefix("sqlite:///")], input=script)

    yield Contender(IMPORT, load_file, only(inputs.rows))


def limit_of_postgresql(inputs: Inputs) -> Contender:
    command = [sys.executable, "-m", "benchmarks.peers.raw_copy", inputs.corrected]
    return Contender(COPY, lambda url: run([*command, url], cwd=REPOSITORY), only(inputs.rows))


@contextmanager
def fresh_file(path: Path) -> Iterator[Path]:
    try:
        yield path
    finally:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def check(contender: Contender, found: int) -> None:
    if found not in contender.loaded:
        raise RuntimeError(f"{contender.name}: {found:,} rows are in the table, and {contender.loaded[0]:,} should be")


def only(count: int) -> range:
    return range(count, count + 1)


if __name__ == "__main__":
    main()

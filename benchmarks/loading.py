"""How fast a file is loaded, beside what else one would use, and beside what is the limit.

The file is that of the dataset `recipients`: 1,000,000 rows of 8 columns, about 92 MB, a row in fifty bad. `csvbatch
load` takes it through the whole pipeline: validation, rejects, ledger, positions. The peer is `csv.DictReader` with a
pydantic model per row and `executemany` of an upsert, which writes its rejects to a file, too. The others neither
validate nor reject, so they get the corrected file: pandas and awswrangler append to a table, pgloader, `sqlite3
.import` and one raw `COPY` fill a table with a key. Every contender is a process of its own and has an empty database;
SQLite and PostgreSQL are both durable. Each round takes all in turn, and each load's count of rows is checked.
"""

import argparse
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.peers.pydantic_rows import CREATE
from benchmarks.support import pgloader
from benchmarks.support.contenders import PEERS, Contender, Inputs, only, peer, prepared
from benchmarks.support.databases import Databases, databases, scalar
from benchmarks.support.findings import Aim, Findings, Role, publish
from benchmarks.support.measuring import Comparison, run, timed
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import open_store
from scripts.common.paths import REPOSITORY

CONTRACTS = REPOSITORY / "lambdas" / "contracts"

OURS = "csvbatch load"
PEER = "DictReader, pydantic, executemany"
COPY = "raw COPY, keyed table"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the file (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is taken (default: 3)")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one kind of database instead of both")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        inputs = prepared(Path(folder), arguments.rows)
        found = []
        if arguments.only != "postgresql":
            found.append(compare_sqlite(inputs, arguments.rounds))
        if arguments.only != "sqlite":
            found.append(compare_postgresql(inputs, arguments.rounds))
    publish(*found)


def compare_sqlite(inputs: Inputs, rounds: int) -> Findings:
    compared = Comparison()
    program = shutil.which("sqlite3")
    contenders = [*contenders_of_both(inputs), *([limit_of_sqlite(inputs, program)] if program else [])]
    for _ in range(rounds):
        for contender in contenders:
            with fresh_file(inputs.folder / "bench.db") as path:
                compared.note(contender.name, timed(partial(contender.load, f"sqlite:///{path}")))
                with closing(sqlite3.connect(path)) as connection:
                    contender.check(connection.execute("SELECT count(*) FROM recipients").fetchone()[0])
    notes = [] if program else ["sqlite3 .import was left out: there is no program sqlite3 on PATH"]
    aims = {OURS: Aim(2, at_least=True)}
    return findings(compared, f"SQLite, {inputs.rows:,} rows", PEER, contenders, aims, inputs, notes)


def compare_postgresql(inputs: Inputs, rounds: int) -> Findings:
    compared = Comparison()
    contenders = [*contenders_of_both(inputs), wrangler(inputs), limit_of_postgresql(inputs)]
    if pgloader.PROGRAM:
        contenders.insert(-1, pgloader.contender(inputs))
    with databases() as server:
        for _ in range(rounds):
            for contender in contenders:
                with server.fresh() as url:
                    note(compared, server, contender, url)
    notes = [] if pgloader.PROGRAM else ["pgloader was left out: it is not on PATH (Debian: package `pgloader`)"]
    aims = {OURS: Aim(0.6, at_least=True)}
    return findings(compared, f"PostgreSQL, {inputs.rows:,} rows", COPY, contenders, aims, inputs, notes)


def findings(
    compared: Comparison,
    title: str,
    reference: str,
    contenders: list[Contender],
    aims: dict[str, Aim],
    inputs: Inputs,
    notes: list[str],
) -> Findings:
    roles = {contender.name: contender.role for contender in contenders}
    return compared.findings("loading", title, reference, roles, aims=aims, rows=inputs.rows, notes=notes)


def note(compared: Comparison, server: Databases, contender: Contender, url: str) -> None:
    migrated(contender, url)
    compared.note(contender.name, timed(partial(contender.load, url), server.processor))
    contender.check(scalar(url, "SELECT count(*) FROM recipients"))


def migrated(contender: Contender, url: str) -> None:
    """Make the tables that `csvbatch migrate` makes; the others make their own while the clock runs: it's one."""
    if contender.name == OURS:
        store = open_store(url)
        store.migrate([load_contracts(CONTRACTS)["recipients"]])
        store.close_connection()


def contenders_of_both(inputs: Inputs) -> Iterator[Contender]:
    good = inputs.rows - inputs.bad
    yield Contender(OURS, Role.OURS, lambda url: load(inputs, url), only(good))
    rows: list[str | Path] = [sys.executable, PEERS / "pydantic_rows.py", inputs.file]
    # pydantic takes a plain date for a point in time, so it lets one kind of the bad rows pass.
    most = range(good, inputs.rows)
    yield Contender(PEER, Role.PEER, lambda url: run([*rows, url, inputs.folder / "rejects.csv"]), most)
    name = "pandas chunks, to_sql (no key)"
    yield Contender(name, Role.PEER, lambda url: run(peer("pandas_chunks", inputs.corrected, url)), only(inputs.rows))


def load(inputs: Inputs, url: str) -> None:
    """Run the command as a user does; its status is 1 because rows are rejected."""
    output = inputs.folder / "output"
    command: list[str | Path] = ["csvbatch", "load", inputs.file, "--dataset", "recipients", "--database", url]
    run([*command, "--output", output, "--contracts", CONTRACTS, "--json"], fine=[1 if inputs.bad else 0])
    shutil.rmtree(output)


def wrangler(inputs: Inputs) -> Contender:
    name = "awswrangler, postgresql.to_sql (no key)"
    return Contender(
        name, Role.PEER, lambda url: run(peer("wrangler_chunks", inputs.corrected, url)), only(inputs.rows)
    )


def limit_of_sqlite(inputs: Inputs, program: str) -> Contender:
    script = f"{CREATE};\n.import --csv --skip 1 {inputs.corrected} recipients\n"

    def load_file(url: str) -> None:
        run([program, "-bail", url.removeprefix("sqlite:///")], input=script)

    return Contender("sqlite3 .import, keyed table", Role.LIMIT, load_file, only(inputs.rows))


def limit_of_postgresql(inputs: Inputs) -> Contender:
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.peers.raw_copy", inputs.corrected]
    return Contender(COPY, Role.LIMIT, lambda url: run([*command, url], cwd=REPOSITORY), only(inputs.rows))


@contextmanager
def fresh_file(path: Path) -> Iterator[Path]:
    try:
        yield path
    finally:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


if __name__ == "__main__":
    main()

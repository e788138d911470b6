"""Whether a run of the batch processor costs more after 100,000 files than on an empty ledger.

Ten small files arrive, each with its event. One contender has nothing before them, the other so many registered and
closed files, which are in the listing and in the ledger. A run per event registers, splits and sends its file. Each
contender is a process of its own over PostgreSQL; the statements, and the calls of the listing, are counted too.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.support.databases import databases
from benchmarks.support.findings import Aim, Findings, Role, figures_of, publish
from benchmarks.support.stages import recipients_contract
from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.ports import NO_DEADLINE, StoredObject
from csvbatch.pipeline.processing import Processor
from csvbatch.store import NewBatch, ObjectVersion, Store, Timeouts
from csvbatch.store.database import Result
from csvbatch.store.postgresql.database import PostgresqlDatabase
from scripts.common.paths import REPOSITORY
from scripts.local.samples.make_recipients import write_recipients

NEW = 10
OLD = "incoming/recipients/old-"
PAGE = 1000
AIM = Aim(2)
MEASURED = (
    (f"{NEW} new files, time", "s"),
    (f"{NEW} new files, statements", "statements"),
    (f"{NEW} new files, calls of the listing", "calls"),
    (f"{NEW} new files, peak of memory", "MiB"),
)


class Counted(PostgresqlDatabase):
    """Counts its statements."""

    statements = 0

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> Result:
        Counted.statements += 1
        return super().execute(sql, parameters)


@dataclass(slots=True)
class Listing(LocalFiles):
    """A bucket whose listing has old objects beside the new ones; counts the pages that are asked for."""

    old: int = 0
    pages: int = field(default=0)

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        self.pages += 1
        # S3 finds the keys with a prefix by itself.
        may_be_old = prefix.startswith(OLD) or OLD.startswith(prefix)
        for number, key in enumerate(old_keys(self.old if may_be_old else 0)):
            if key.startswith(prefix) and (after is None or key > after):
                self.pages += number % PAGE == PAGE - 1
                yield StoredObject(ObjectVersion(key, "v"), 1, datetime(2026, 1, 1, tzinfo=UTC))
        yield from LocalFiles.versions(self, prefix, after)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=int, default=100_000, help="files before the new ones (default: 100,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are taken (default: 5)")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        contend(options.contender, options.old)
        return
    with databases() as server:
        took: dict[int, list[list[float]]] = {0: [], options.old: []}
        for _ in range(options.rounds):
            for old, results in took.items():
                with server.fresh() as url:
                    results.append(run_one(url, old))
    report(took)


def run_one(url: str, old: int) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.history", "--contender", url, "--old", str(old)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True, timeout=900)
    return [float(number) for number in done.stdout.split()]


def old_keys(count: int) -> Iterator[str]:
    return (f"{OLD}{number:07d}.csv" for number in range(count))


def contend(url: str, old: int) -> None:
    store = Store(Counted(url, None, Timeouts()))
    contract = recipients_contract()
    store.migrate([contract])
    register(store, old)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        incoming = {}
        for number in range(NEW):
            file = folder / f"new-{number}.csv"
            write_recipients(file, rows=20, seed=number)
            incoming[f"incoming/recipients/{file.name}"] = file
        files = Listing(folder / "output", incoming, old=old)
        Counted.statements, started = 0, time.perf_counter()
        for key in incoming:
            done = Processor(
                store=store,
                objects=files,
                queue=LocalQueue(),
                contracts={contract.dataset: contract},
                chunk_bytes=8 * 1024 * 1024,
                resend_after=timedelta(days=4),
                claim_duration=timedelta(minutes=16),
                deadline=NO_DEADLINE,
                keys=(key,),
            ).run()
            if (done.registered, done.split, done.sent) != (1, 1, 1):
                raise RuntimeError(f"the file was not processed: {done}")
        print(time.perf_counter() - started, Counted.statements, files.pages, peak())


def register(store: Store, count: int) -> None:
    """Register one file as the product does, and copies of it; close them, and analyze, as the server does by itself.

    https://www.postgresql.org/docs/current/routine-vacuuming.html
    """
    for key in old_keys(min(count, 1)):
        store.register(NewBatch("recipients", "local", ObjectVersion(key, "v"), 1, None))
    names = "load_attempt, dataset, bucket, object_version, object_bytes, registered_at, changed_at"
    store._run(
        "history",
        lambda one: one.run(
            f"INSERT INTO csvbatch_batch (id, load_sequence, object_key, state, {names}) "
            f"SELECT lpad(CAST(n AS text), 16, 'o'), n + 1, '{OLD}' || lpad(CAST(n AS text), 7, '0') || '.csv', "
            f"'closed', {names} FROM csvbatch_batch, generate_series(1, :last) AS n WHERE load_sequence = 1",
            last=count - 1,
        ),
    )
    store._run("history", lambda one: one.run("UPDATE csvbatch_batch SET state = 'closed'"))
    store._run("history", lambda one: one.run("ANALYZE csvbatch_batch"))


def peak() -> float:
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]


def report(took: dict[int, list[list[float]]]) -> None:
    names = [f"after {old:,} files" for old in took]
    roles = dict.fromkeys(names, Role.OURS)
    publish(*(findings(title, unit, column, names, roles, took) for column, (title, unit) in enumerate(MEASURED)))


def findings(
    title: str, unit: str, column: int, names: list[str], roles: dict[str, Role], took: dict[int, list[list[float]]]
) -> Findings:
    few, many = names
    values = {name: [result[column] for result in results] for name, results in zip(names, took.values(), strict=True)}
    figures = figures_of(values, few, roles, aims={many: AIM})
    return Findings("history", title, unit, False, few, len(values[few]), figures)


if __name__ == "__main__":
    main()

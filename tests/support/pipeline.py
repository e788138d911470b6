"""A whole pipeline in one process: files in a folder, a SQLite store, a queue in memory."""

import csv
import io
import json
import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from csvbatch.contract.model import Contract
from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE, Deadline, Status
from csvbatch.pipeline.processing import Processor, Run
from csvbatch.rows.header import match_header
from csvbatch.rows.validator import compile_validator
from csvbatch.store import Batch, ObjectVersion, Store
from scripts.local.samples.make_recipients import write_recipients


@dataclass(slots=True)
class TaggedFiles(LocalFiles):
    """Files that keep their tags, as a bucket does: the status by the file's key."""

    statuses: dict[str, Status] = field(default_factory=dict)

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        self.statuses[version.key] = status


@dataclass(slots=True)
class TimedFiles(LocalFiles):
    """Files whose reading takes time on a clock of their own: `spent` are its seconds."""

    spent: float = 0.0


@dataclass
class Pipeline:
    store: Store
    files: LocalFiles
    contracts: dict[str, Contract]
    queue: LocalQueue = field(default_factory=LocalQueue)
    chunk_bytes: int = 2000

    def drop(self, name: str, content: bytes, dataset: str = "recipients") -> None:
        path = self.files.folder / "dropped" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.files.incoming = {**self.files.incoming, f"incoming/{dataset}/{name}": path}

    def processor(self, queue: LocalQueue | None = None) -> Processor:
        return Processor(
            store=self.store,
            objects=self.files,
            queue=queue or self.queue,
            contracts=self.contracts,
            chunk_bytes=self.chunk_bytes,
            resend_after=timedelta(days=4),
            claim_duration=timedelta(minutes=16),
            deadline=NO_DEADLINE,
        )

    def process(self) -> Run:
        return self.processor().run()

    def handle(self) -> None:
        for message in self.queue.drain():
            deliver(self.store, self.files, Delivery(message.dumps(), is_last=False), NO_DEADLINE)

    def load_all(self) -> None:
        self.process()
        self.handle()

    def only_batch(self) -> Batch:
        (batch,) = self.store.latest_batches(10)
        return batch


def unsynchronized(*arguments: Any, **settings: Any) -> sqlite3.Connection:
    """Connect without waiting for the disk after each transaction: nothing here has to outlive the machine."""
    connection = sqlite3.connect(*arguments, **settings)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def timed_run(pipeline: Pipeline, seconds: float) -> Run:
    """Run the processor for so many seconds on the clock of its files."""
    files = pipeline.files
    assert isinstance(files, TimedFiles)
    files.spent = 0
    processor = pipeline.processor()
    processor.deadline = Deadline(lambda: seconds - files.spent)
    return processor.run()


def names_in_table(pipeline: Pipeline) -> dict[tuple[object, ...], object]:
    """The name in each row of the table `recipients`, by its key."""
    select = "SELECT nhs_number, dose, name FROM recipients"
    rows = pipeline.store._read("test", lambda transaction: transaction.rows(select))
    return {(number, dose): name for number, dose, name in rows}


def report_of(pipeline: Pipeline, batch: Batch | None = None) -> dict[str, object]:
    """The report of a batch, or of the only one."""
    batch = batch or pipeline.only_batch()
    text = (pipeline.files.folder / "reports" / batch.dataset / f"{batch.id}.json").read_text()
    report: dict[str, object] = json.loads(text)
    return report


def recipients(folder: Path, rows: int = 200, *, seed: int = 1, bad_share: float = 0.1) -> bytes:
    """A file of synthetic people."""
    path = folder / f"recipients-{rows}-{seed}.csv"
    write_recipients(path, rows=rows, seed=seed, bad_share=bad_share)
    return path.read_bytes()


def sequential_reading(content: bytes, contract: Contract) -> tuple[dict[tuple[object, ...], object], int, int]:
    """What a plain reader makes of a file: the name in the last valid row of each key; rows good, and bad."""
    rows = csv.reader(io.StringIO(content.decode(), newline=""))
    validate = compile_validator(contract, match_header(contract, next(rows)))
    table: dict[tuple[object, ...], object] = {}
    good = bad = 0
    for values in (validate(fields) for fields in rows if fields):
        if isinstance(values, list):
            bad += 1
        else:
            good += 1
            table[tuple(values[position] for position in contract.key_positions)] = values[1]
    return table, good, bad

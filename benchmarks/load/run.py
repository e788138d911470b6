"""One load run, and the samples that are taken while it lasts."""

import os
import platform as platform_of
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.databases import Databases, databases, scalar, seconds_of
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import open_store
from scripts.common.paths import REPOSITORY
from scripts.local.runtime.event_sources import Poller
from scripts.local.runtime.functions import DATABASE_VARIABLE, Function, Paths
from scripts.local.runtime.memory import resident_mb
from scripts.local.runtime.runtime import LocalRuntime
from tests.faults.packaged.platform import USER, Platform, platform

CHUNK_BYTES = 8 * 1024 * 1024
"""As `live/_components/lambda_batch_processor.hcl` has it."""

_SAMPLE_SECONDS = 0.5
_SAMPLES_BETWEEN_LINES = 20
_IDLE_SECONDS = 0.1
_PROCESSORS = 1
_VISIBILITY = timedelta(minutes=3)
"""Longer than a function may take, and short enough to wait for a message whose delivery failed."""

_PASSWORD = "not-a-real-one"
_MOST_SECONDS = 7200
_UNFINISHED = "SELECT count(*) FROM csvbatch_batch WHERE state NOT IN ('closed', 'refused')"
_LOADED = "SELECT coalesce(sum(rows_read), 0) FROM csvbatch_chunk WHERE state = 'done'"
_AGE = (
    "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(sent_at)), 0) FROM csvbatch_chunk WHERE state = 'sent'"
)
# The server's own parallel workers have a leader, and are not connections:
# https://www.postgresql.org/docs/14/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
_CONNECTIONS = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{USER}' AND leader_pid IS NULL"


@dataclass(slots=True)
class Measured:
    """What was measured: lists have a value per sample, memory in MiB, ages and times in seconds.

    `age` is that of the oldest message that was sent and is not loaded, `allowed` the most connections,
    `processors` the seconds of processors that each part took.
    """

    rows: int
    files: int
    size: int
    handlers: int
    machine: str
    allowed: int
    seconds: float = 0.0
    dead_letters: int = 0
    failed_deliveries: int = 0
    times: list[float] = field(default_factory=list)
    loaded: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)
    age: list[float] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    processors: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def measure(files: list[Path], rows: int, handlers: int, folder: Path) -> Measured:
    """Load the files, and sample until the last batch is closed."""
    size = sum(file.stat().st_size for file in files)
    measured = Measured(rows, len(files), size, handlers, _machine(), handlers + _PROCESSORS)
    folder.mkdir()
    with (
        databases() as server,
        server.fresh("load") as url,
        platform(folder, chunk_bytes=CHUNK_BYTES, concurrency=handlers, visibility=_VISIBILITY) as deployed,
    ):
        _prepare(server, url, deployed)
        replaced = {DATABASE_VARIABLE: f"postgresql:///load?host={server.server.folder}"}
        with LocalRuntime(
            deployed.aws, Paths(deployed.packages, folder / "home"), replaced, concurrency=10 * handlers
        ) as runtime:
            run = _Run(measured, url, deployed, runtime, server)
            run.load(files)
        _judge(measured, url, deployed)
    return measured


def _machine() -> str:
    return f"{platform_of.machine()}, {os.process_cpu_count()} processors, Python {platform_of.python_version()}"


def _prepare(server: Databases, url: str, deployed: Platform) -> None:
    store = open_store(url)
    store.migrate(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
    store.close_connection()
    with psycopg.connect(server.server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {USER} SUPERUSER LOGIN PASSWORD '{_PASSWORD}'".encode())
    deployed.put_secret(_PASSWORD)


@dataclass
class _Run:
    measured: Measured
    url: str
    deployed: Platform
    runtime: LocalRuntime
    server: Databases
    stopped: threading.Event = field(default_factory=threading.Event)

    def load(self, files: list[Path]) -> None:
        processor = self.runtime.function(self.deployed.today.processor)
        pollers = self.runtime.pollers()
        started, before = time.monotonic(), self._processor_seconds()
        with ThreadPoolExecutor(len(pollers) + 2) as pool, self._until_stopped():
            works = [partial(self._poll, poller) for poller in pollers]
            works += [partial(self._schedule, processor), partial(self._sample, started)]
            working = [pool.submit(self._ending_the_run, work) for work in works]
            s3 = self.deployed.aws.client("s3")
            for file in files:
                s3.put_object(
                    Bucket=self.deployed.resources.bucket,
                    Key=f"incoming/recipients/{file.name}",
                    Body=file.read_bytes(),
                )
            while not self.stopped.is_set() and not self._is_done(len(files)):
                if time.monotonic() - started > _MOST_SECONDS:
                    self.measured.problems.append(f"not done after {_MOST_SECONDS} s")
                    break
                self.stopped.wait(_SAMPLE_SECONDS)
            self.measured.seconds = time.monotonic() - started
            self.measured.processors = {name: took - before[name] for name, took in self._processor_seconds().items()}
            self.stopped.set()
        for one in working:
            one.result()

    @contextmanager
    def _until_stopped(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.stopped.set()

    def _ending_the_run(self, work: Callable[[], None]) -> None:
        """Do a part of the work; if it ends before the run does, the run ends too."""
        try:
            work()
        finally:
            self.stopped.set()

    def _poll(self, poller: Poller) -> None:
        while not self.stopped.is_set():
            polled = poller.poll()
            self.measured.failed_deliveries += polled.failed
            if not polled.received:
                self.stopped.wait(_IDLE_SECONDS)

    def _schedule(self, processor: Function) -> None:
        """Let the schedule start the processor, one run after another: a run takes what has arrived by then."""
        while not self.stopped.is_set():
            result = processor.invoke(b"{}")
            if result.error:
                self.measured.problems.append(f"a run of the batch processor failed: {result.payload.decode()}")
            self.stopped.wait(_IDLE_SECONDS)

    def _is_done(self, files: int) -> bool:
        return scalar(self.url, "SELECT count(*) FROM csvbatch_batch") == files and not scalar(self.url, _UNFINISHED)

    def _sample(self, started: float) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:

            def asked(query: str) -> Any:
                found = connection.execute(query.encode()).fetchone()
                return found and found[0]

            last = False
            while not last:
                last = self.stopped.wait(_SAMPLE_SECONDS)
                self._note(time.monotonic() - started, asked)

    def _note(self, seconds: float, asked: Callable[[str], Any]) -> None:
        measured = self.measured
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.deployed.aws.client("sqs")
        answer = sqs.get_queue_attributes(QueueUrl=self.deployed.resources.queue, AttributeNames=names)
        visible, hidden = (int(answer["Attributes"][name]) for name in names)
        measured.times.append(seconds)
        measured.waiting.append(visible)
        measured.in_flight.append(hidden)
        measured.loaded.append(int(asked(_LOADED)))
        measured.age.append(float(asked(_AGE)))
        measured.connections.append(int(asked(_CONNECTIONS)))
        if len(measured.times) % _SAMPLES_BETWEEN_LINES == 0:
            print(f"load: {seconds:.0f} s: {measured.loaded[-1]:,} rows, {visible} messages wait", file=sys.stderr)
        self._note_memory(len(measured.times))

    def _processor_seconds(self) -> dict[str, float]:
        """What each part has taken so far; what samples and serves as AWS is the rest."""
        functions = {
            "request handlers": self.runtime.function(self.deployed.today.handler),
            "batch processor": self.runtime.function(self.deployed.today.processor),
        }
        took = {name: sum(map(seconds_of, function.processes)) for name, function in functions.items()}
        took["database"] = self.server.server_processor()
        everything = seconds_of(os.getpid()) + sum(map(seconds_of, _descendants(os.getpid())))
        return {**took, "local AWS": everything - sum(took.values())}

    def _note_memory(self, samples: int) -> None:
        handlers = self.runtime.function(self.deployed.today.handler).processes
        groups = {f"request handler {number}": [pid] for number, pid in enumerate(handlers, start=1)}
        groups["batch processor"] = self.runtime.function(self.deployed.today.processor).processes
        for name, pids in groups.items():
            values = self.measured.memory[name]
            values += [0.0] * (samples - 1 - len(values))
            values.append(sum(map(resident_mb, pids)))


def _descendants(pid: int) -> Iterator[int]:
    """The living processes that this one started, and theirs."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
            for child in map(int, task.read_text().split()):
                yield child
                yield from _descendants(child)


def _judge(measured: Measured, url: str, deployed: Platform) -> None:
    """Note what must not be: rows that are missing, dead letters, too many connections."""
    measured.dead_letters = deployed.count(deployed.resources.dead_letters)
    read, ended = (
        scalar(url, "SELECT sum(rows_read) FROM csvbatch_batch"),
        scalar(url, "SELECT sum(rows_merged + rows_rejected) FROM csvbatch_batch WHERE state = 'closed'"),
    )
    if not read == ended == measured.rows:
        measured.problems.append(f"of {measured.rows:,} rows {read:,} were read, and {ended:,} merged or rejected")
    if measured.dead_letters:
        measured.problems.append(f"{measured.dead_letters} messages became dead letters")
    if max(measured.connections) > measured.allowed:
        measured.problems.append(f"{max(measured.connections)} connections, and {measured.allowed} are allowed")
    if measured.waiting[-1] or measured.in_flight[-1]:
        measured.problems.append("messages are left in the queue")

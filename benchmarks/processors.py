"""How much faster two batch processors split many files than one.

The files are copies of one of the dataset `recipients`, each a version of its own in the bucket. A processor is a
process that does what the Lambda does when its schedule fires: it lists, registers, claims, splits and sends, over
PostgreSQL. It has imported all and connected before the clock starts. Each round takes one processor and then two.

On a machine that is so busy that two processes never run at the same time, only their seconds of processors tell
something: those of one, divided by those of the busier of two, are what two free processors would give if neither
process waited for the other.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.support.databases import Databases, databases, scalar
from benchmarks.support.findings import Aim, Role, publish
from benchmarks.support.measuring import Comparison, Taken
from benchmarks.support.stages import CHUNK_BYTES, opened, recipients_contract
from csvbatch.csv_file.reader import Readable
from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.ports import NO_DEADLINE, StoredObject
from csvbatch.pipeline.processing import Processor
from csvbatch.store import ObjectVersion
from scripts.common.paths import REPOSITORY
from scripts.local.samples.make_recipients import write_recipients

ONE, TWO = "one processor", "two processors"
AIM = Aim(1.7, at_least=True)


@dataclass(slots=True)
class Copies(LocalFiles):
    """A bucket with so many copies of one file; reading one is as plain as reading a stream of S3."""

    count: int = 0

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        (path,) = self.incoming.values()
        for number in range(self.count):
            key = f"incoming/recipients/{number:04d}.csv"
            if key.startswith(prefix) and (after is None or key > after):
                yield StoredObject(ObjectVersion(key, "v"), path.stat().st_size, datetime(2026, 1, 1, tzinfo=UTC))

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        (path,) = self.incoming.values()
        with path.open("rb") as stream:
            stream.seek(start)
            yield stream


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=24, help="files to split (default: 24)")
    parser.add_argument("--rows", type=int, default=500_000, help="rows of each file (default: 500,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are taken (default: 5)")
    parser.add_argument("--contender", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        url, file = options.contender
        contend(url, file, options.files)
        return
    with tempfile.TemporaryDirectory() as folder, databases() as server:
        file = Path(folder) / "recipients.csv"
        write_recipients(file, rows=options.rows)
        compared = Comparison()
        for _ in range(options.rounds):
            compared.note(ONE, taken(server, file, 1, options.files))
            compared.note(TWO, taken(server, file, 2, options.files))
    report(compared, options.files, options.rows)


def taken(server: Databases, file: Path, count: int, files: int) -> Taken:
    """Give the seconds by the clock, and of processors in the busiest process."""
    with server.fresh() as url:
        with opened(url) as store:
            store.migrate([recipients_contract()])
        processors = [start(url, file, files) for _ in range(count)]
        started = time.perf_counter()
        busiest = max(run(processors))
        clock = time.perf_counter() - started
        if scalar(url, "SELECT COUNT(*) FROM csvbatch_batch WHERE state = 'loading'") != files:
            raise RuntimeError("not every file was split")
    return Taken(clock, busiest)


def start(url: str, file: Path, files: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.processors", "--contender", url, str(file), "--files", str(files)]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None, "it is a pipe"
    if process.stdout.readline() != "ready\n":
        raise RuntimeError("a processor did not become ready; what it said is above")
    return process


def run(processors: list[subprocess.Popen[str]]) -> list[float]:
    """Let them begin, wait for all of them, and give the seconds of processors that each took for its run."""
    for process in processors:
        assert process.stdin is not None, "it is a pipe"
        process.stdin.close()
    seconds = []
    for process in processors:
        assert process.stdout is not None, "it is a pipe"
        said = process.stdout.read()
        process.stdout.close()
        if process.wait() != 0:
            raise RuntimeError(f"a processor ended with status {process.returncode}")
        seconds.append(float(said))
    return seconds


def contend(url: str, file: str, files: int) -> None:
    contract = recipients_contract()
    bucket = Copies(Path(file).parent / "output", {"file": Path(file)}, count=files)
    with opened(url) as store:
        processor = Processor(
            store=store,
            objects=bucket,
            queue=LocalQueue(),
            contracts={contract.dataset: contract},
            chunk_bytes=CHUNK_BYTES,
            resend_after=timedelta(days=4),
            claim_duration=timedelta(minutes=16),
            deadline=NO_DEADLINE,
        )
        store.latest_batches(1)
        print("ready", flush=True)
        sys.stdin.read()
        before = time.process_time()
        done = processor.run()
        took = time.process_time() - before
    if not done.is_complete or done.failed:
        raise RuntimeError(f"the run failed: {done}")
    print(took)


def report(compared: Comparison, files: int, rows: int) -> None:
    title = f"splitting {files} files of {rows:,} rows, {os.process_cpu_count()} processors"
    roles = dict.fromkeys((ONE, TWO), Role.OURS)
    notes = ["Seconds of processors are those of the busier of two."]
    publish(compared.findings("processors", title, ONE, roles, aims={TWO: AIM}, rows=files * rows, notes=notes))


if __name__ == "__main__":
    main()

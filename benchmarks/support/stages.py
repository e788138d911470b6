"""The batch processor's and the request handler's work, each in a process of its own, with files instead of a bucket.

Usage: stages.py split URL FOLDER FILE CHUNK_BYTES, which prints a message a line; or stages.py load URL FOLDER FILE,
which says `ready` and loads the chunks that messages on standard input name. The last line of either is the peak of
its own memory in KiB: what `getrusage` gives begins with the parent's.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from csvbatch.contract.model import Contract
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE
from csvbatch.pipeline.processing import Processor
from csvbatch.store import BatchState, Store, open_store
from scripts.common.paths import REPOSITORY

CHUNK_BYTES = 8 * 1024 * 1024


def recipients_contract() -> Contract:
    return load_contracts(REPOSITORY / "lambdas" / "contracts")["recipients"]


def start(stage: str, url: str, folder: Path, file: Path, *more: str) -> subprocess.Popen[str]:
    """Start one of the two as a child."""
    command = [sys.executable, "-m", "benchmarks.support.stages", stage, url, str(folder), str(file), *more]
    return subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def split_file(url: str, folder: Path, file: Path) -> tuple[list[str], int]:
    """Make the tables and split a file; give the messages, and the splitter's peak in KiB."""
    with opened(url) as store:
        store.migrate([recipients_contract()])
    with start("split", url, folder, file, str(CHUNK_BYTES)) as process:
        said, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the splitter ended with status {process.returncode}")
    *messages, peak = said.splitlines()
    return messages, int(peak)


class Handlers:
    """Some request handlers that have imported and connected, each waiting for its share of the messages."""

    def __init__(self, count: int, url: str, folder: Path, file: Path) -> None:
        self._processes = [start("load", url, folder, file) for _ in range(count)]
        for process in self._processes:
            assert process.stdout is not None, "it is a pipe"
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("a handler did not become ready; what it said is above")

    def load(self, messages: list[str]) -> list[int]:
        """Let them load all chunks; gives the peak of each in KiB."""
        for number, process in enumerate(self._processes):
            assert process.stdin is not None, "it is a pipe"
            process.stdin.writelines(f"{message}\n" for message in messages[number :: len(self._processes)])
            process.stdin.close()
        peaks = []
        for process in self._processes:
            assert process.stdout is not None, "it is a pipe"
            peaks.append(int(process.stdout.read()))
            process.stdout.close()
            if process.wait() != 0:
                raise RuntimeError(f"a handler ended with status {process.returncode}")
        return peaks


def rows_of_closed_batch(url: str) -> int:
    """How many rows the one batch has; raises where it was not closed."""
    with opened(url) as store:
        (batch,) = store.latest_batches(2)
    if batch.state is not BatchState.CLOSED or batch.rows_read != batch.rows_merged + batch.rows_rejected:
        raise RuntimeError(f"the batch is {batch.state}: {batch}")
    return batch.rows_read


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Give a store, whose connection is closed at the end of the block."""
    store = open_store(url)
    try:
        yield store
    finally:
        store.close_connection()


def main() -> None:
    stage, url, folder, file, *more = sys.argv[1:]
    files = LocalFiles(Path(folder), {"incoming/recipients/recipients.csv": Path(file)})
    with opened(url) as store:
        if stage == "split":
            split(store, files, int(*more))
        else:
            load(store, files)
    print(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def split(store: Store, files: LocalFiles, chunk_bytes: int) -> None:
    queue = LocalQueue()
    run = Processor(
        store=store,
        objects=files,
        queue=queue,
        contracts={"recipients": recipients_contract()},
        chunk_bytes=chunk_bytes,
        resend_after=timedelta(days=4),
        claim_duration=timedelta(minutes=16),
        deadline=NO_DEADLINE,
    ).run()
    if not run.is_complete or not queue.waiting:
        raise RuntimeError(f"the file was not split: {run}")
    for message in queue.drain():
        print(message.dumps())


def load(store: Store, files: LocalFiles) -> None:
    store.latest_batches(1)
    print("ready", flush=True)
    for body in sys.stdin:
        deliver(store, files, Delivery(body, is_last=True), NO_DEADLINE)


if __name__ == "__main__":
    main()

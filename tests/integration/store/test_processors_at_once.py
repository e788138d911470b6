"""Many batch processors and request handlers at once, killed at any step: the table is that of one sequential pass.

The dataset is paused and resumed meanwhile.
"""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE
from csvbatch.pipeline.processing import Processor, Run
from csvbatch.store import BatchState, RetryableError, Store
from tests.integration.store.contracts import PAIRS
from tests.integration.store.places import Place
from tests.support.mortal import Killed, Mortal, Steps

SECONDS = 300
RETENTION = timedelta(days=4)
CLAIM = timedelta(minutes=16)
FILES = 200
PROCESSORS = 8
HANDLERS = 3


@dataclass
class Platform:
    """A bucket, a queue and a ledger that several processes share; each has a connection of its own."""

    place: Place
    files: LocalFiles
    chance: random.Random
    queue: LocalQueue = field(default_factory=LocalQueue)
    now: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    logging_in: Lock = field(default_factory=Lock)

    def store(self, steps: int | None) -> Any:
        store = self.place.store(clock=lambda: self.now)
        # A process logs in to Oracle at most a few times at once; here all processes are threads of one.
        with self.logging_in:
            store.latest_batches(1)
        return store if steps is None else Mortal(store, Steps(steps))

    def process(self, steps: int | None = None) -> Run | None:
        with suppress(Killed):
            return Processor(
                store=self.store(steps),
                objects=self.files,
                queue=self.queue,
                contracts={PAIRS.dataset: PAIRS},
                chunk_bytes=40,
                resend_after=RETENTION,
                claim_duration=CLAIM,
                deadline=NO_DEADLINE,
                expects_files=False,
            ).run()
        return None

    def handle(self, steps: int | None = None) -> None:
        store = self.store(steps)
        with suppress(Killed):
            for message in self.queue.drain():
                # A message that is received again later, as after a visibility timeout.
                with suppress(RetryableError):
                    deliver(store, self.files, Delivery(message.dumps(), is_last=False), NO_DEADLINE)

    def pause(self, times: int) -> None:
        """Pause the dataset and resume it, so often, while the others are at work."""
        store = self.store(None)
        for _ in range(times):
            store.pauses.pause(PAIRS.dataset)
            store.pauses.resume(PAIRS.dataset)


def at_once(*works: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(works)) as threads:
        for future in [threads.submit(work) for work in works]:
            future.result(SECONDS)


def make_files(folder: Path, chance: random.Random) -> dict[str, list[tuple[str, int]]]:
    """Write small files with keys in common; give the rows of each by its key in the bucket."""
    contents = {}
    for number in range(FILES):
        rows = [(f"{chance.randrange(60)}", chance.randrange(100)) for _ in range(chance.randrange(1, 12))]
        name = f"{number:03d}.csv"
        (folder / name).write_text("name,amount\n" + "".join(f"{name},{amount}\n" for name, amount in rows))
        contents[f"incoming/pairs/{name}"] = rows
    return contents


def everything_is_closed(store: Store) -> bool:
    return len(store.latest_batches(2 * FILES, BatchState.CLOSED)) == FILES


@pytest.mark.parametrize("seed", [1, 2])
def test_processors_and_handlers_that_are_killed_at_any_step_lose_and_double_nothing(
    shared_place: Place, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    contents = make_files(tmp_path, chance)
    files = LocalFiles(tmp_path / "bucket", {key: tmp_path / key.rpartition("/")[2] for key in contents})
    platform = Platform(shared_place, files, chance)
    store = shared_place.store()

    def steps() -> int:
        return chance.randrange(1, 800)

    for _ in range(20):
        if everything_is_closed(store):
            break
        processors: Sequence[Callable[[], object]] = [lambda: platform.process(steps()) for _ in range(PROCESSORS)]
        handlers: Sequence[Callable[[], object]] = [lambda: platform.handle(steps()) for _ in range(HANDLERS)]
        at_once(*processors, *handlers, lambda: platform.pause(chance.randrange(20)))
        # What a kill left is over: claims expire, and messages that were lost with it are sent again.
        platform.now += RETENTION + timedelta(seconds=1)
    for _ in range(3):
        platform.process()
        platform.handle()
        platform.now += RETENTION + timedelta(seconds=1)
    platform.process()
    batches = sorted(store.latest_batches(2 * FILES), key=lambda one: one.load_sequence)
    assert [one.load_sequence for one in batches] == list(range(1, FILES + 1))
    assert {one.object_key for one in batches} == set(contents)
    assert {one.state for one in batches} == {BatchState.CLOSED}
    expected = {}
    for batch in batches:
        rows = contents[batch.object_key]
        assert (batch.rows_read, batch.rows_merged, batch.rows_rejected) == (len(rows), len(rows), 0)
        expected.update(rows)
    assert shared_place.values(PAIRS) == sorted(expected.items())
    assert [name for (name,) in shared_place.run("SELECT name FROM csvbatch_lease")] == ["sequence"]

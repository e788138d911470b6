"""The platform in one process on a clock of its own: bucket, queue, database, and invocations that faults strike."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from csvbatch.contract.columns import IntegerColumn, StringColumn
from csvbatch.contract.model import Contract
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import Deadline
from csvbatch.pipeline.processing import Processor, Run
from csvbatch.store import BatchState, ObjectVersion, Store
from csvbatch.store.database import Database
from tests.faults.bucket import Bucket, FaultyObjects
from tests.faults.databases import FaultyDatabase
from tests.faults.queue import MAXIMUM_RECEIVES, RETENTION, FaultyQueue, SimulatedQueue
from tests.faults.schedule import Event, What
from tests.faults.weather import Fault, Kind, Weather
from tests.support.mortal import Killed

CONTRACT = Contract(
    dataset="pairs",
    table="pairs",
    key=("name",),
    columns=(StringColumn(name="name", max_length=10), IntegerColumn(name="amount")),
)
CLAIM = timedelta(minutes=16)
_SECONDS_OF_A_RUN = 900.0
_NAMES = 12


def make_file(chance: Random) -> bytes:
    """Write rows with keys in common with other files, some of them invalid, one with a line break in quotes."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(("name", "amount"))
    for _ in range(chance.randrange(0, 14)):
        name = f"n{chance.randrange(_NAMES)}"
        writer.writerow((f"{name}\n" if chance.random() < 0.1 else name, chance.choice((*range(100), "many"))))
    return target.getvalue().encode()


@dataclass
class World:
    """One simulated environment. `open_database` gives a connection of its own to the same database."""

    open_database: Callable[[], Database]
    bucket: Bucket = field(default_factory=Bucket)
    queue: SimulatedQueue = field(default_factory=SimulatedQueue)
    now: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    struck: Counter[Kind] = field(default_factory=Counter)
    dropped: dict[ObjectVersion, bytes] = field(default_factory=dict)
    removed: set[ObjectVersion] = field(default_factory=set)
    _out_of_time: bool = False

    def happen(self, event: Event) -> None:
        """Let an event happen."""
        chance = Random(event.seed)
        _HAPPENINGS[event.what](self, chance, event.fault)

    def store(self) -> Store:
        """Give a store without faults."""
        return Store(self.open_database(), lambda: self.now)

    def process(self, fault: Fault | None = None, keys: tuple[str, ...] = ()) -> Run | None:
        """Run the batch processor; None if a fault ended it."""
        return self._invoke(
            fault,
            lambda store, weather: Processor(
                store=store,
                objects=FaultyObjects(self.bucket, weather, self.now),
                queue=FaultyQueue(self.queue, weather, self.now),
                contracts={CONTRACT.dataset: CONTRACT},
                chunk_bytes=24,
                resend_after=RETENTION,
                claim_duration=CLAIM,
                deadline=Deadline(self._remaining),
                expects_files=False,
                keys=keys,
            ).run(),
        )

    def handle(self, chance: Random, fault: Fault | None = None, *, repeats: bool = False) -> int:
        """Run the request handler for one message; give how many there were. With `repeats` it is not deleted."""
        messages = self.queue.receive(1, self.now, chance)
        for message in messages:

            def load(store: Store, weather: Weather, message: Any = message) -> bool:
                objects = FaultyObjects(self.bucket, weather, self.now)
                delivery = Delivery(message.body, is_last=message.receives >= MAXIMUM_RECEIVES)
                deliver(store, objects, delivery, Deadline(self._remaining, margin=10))
                return True

            if self._invoke(fault, load) and not repeats:
                self.queue.delete(message)
        return len(messages)

    def _invoke[T](self, fault: Fault | None, work: Callable[[Store, Weather], T]) -> T | None:
        self._out_of_time = False
        weather = Weather(fault, self.struck, self._run_out_of_time)
        database = FaultyDatabase(self.open_database(), weather)
        try:
            # What a handler raises is logged by the function, and the event or message is tried again.
            with suppress(Killed, Exception):
                return work(Store(database, lambda: self.now), weather)
            return None
        finally:
            self._out_of_time = False
            database.close()

    def _remaining(self) -> float:
        return 15.0 if self._out_of_time else _SECONDS_OF_A_RUN

    def _run_out_of_time(self) -> None:
        self._out_of_time = True

    def _put(self, key: str, content: bytes) -> None:
        self.dropped[self.bucket.put(key, content, self.now)] = content

    def _file_arrives(self, chance: Random, _: Fault | None) -> None:
        self._put(f"incoming/pairs/{chance.randrange(1000):03d}.csv", make_file(chance))

    def _overwritten(self, chance: Random, _: Fault | None) -> None:
        if self.dropped:
            self._put(chance.choice(sorted({one.key for one in self.dropped})), make_file(chance))

    def _deleted(self, chance: Random, _: Fault | None) -> None:
        if self.dropped:
            self.bucket.put(chance.choice(sorted({one.key for one in self.dropped})), None, self.now)

    def _version_deleted(self, chance: Random, _: Fault | None) -> None:
        if self.dropped:
            version = chance.choice(sorted(self.dropped, key=lambda one: one.version))
            self.bucket.remove(version)
            self.removed.add(version)

    def _processor_runs(self, _: Random, fault: Fault | None) -> None:
        self.process(fault)

    def _event_arrives(self, chance: Random, fault: Fault | None) -> None:
        keys = sorted({one.key for one in self.dropped})
        self.process(fault, (chance.choice(keys),) if keys else ())

    def _handler_runs(self, chance: Random, fault: Fault | None) -> None:
        self.handle(chance, fault, repeats=chance.random() < 0.2)

    def _redriven(self, _: Random, __: Fault | None) -> None:
        self.redrive()

    def redrive(self) -> None:
        """Let the dead chunks of all batches be sent again."""
        store = self.store()
        for batch in store.batches(BatchState.INCOMPLETE):
            store.redrive(batch.id)
        store.close_connection()

    def _replayed(self, chance: Random, _: Fault | None) -> None:
        store = self.store()
        if batches := store.latest_batches(1000):
            store.replay(chance.choice(batches).id)
        store.close_connection()

    def _time_passes(self, chance: Random, _: Fault | None) -> None:
        self.now += chance.choice((timedelta(minutes=2), timedelta(minutes=17), timedelta(hours=2), timedelta(days=5)))

    def _jumps_back(self, chance: Random, _: Fault | None) -> None:
        self.now -= timedelta(seconds=chance.randrange(1, 3600))


_HAPPENINGS: Mapping[What, Callable[[World, Random, Fault | None], None]] = {
    What.FILE_ARRIVES: World._file_arrives,
    What.FILE_IS_OVERWRITTEN: World._overwritten,
    What.FILE_IS_DELETED: World._deleted,
    What.VERSION_IS_DELETED: World._version_deleted,
    What.PROCESSOR_RUNS: World._processor_runs,
    What.EVENT_ARRIVES: World._event_arrives,
    What.HANDLER_RUNS: World._handler_runs,
    What.DEAD_ARE_REDRIVEN: World._redriven,
    What.BATCH_IS_REPLAYED: World._replayed,
    What.TIME_PASSES: World._time_passes,
    What.CLOCK_JUMPS_BACK: World._jumps_back,
}

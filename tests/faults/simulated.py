"""The platform in one process on a clock of its own: bucket and queue in memory, and a real database."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from csvbatch.contract.columns import IntegerColumn, StringColumn
from csvbatch.contract.model import Contract
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import Deadline
from csvbatch.pipeline.processing import Processor
from csvbatch.store import ObjectVersion, Store
from csvbatch.store.database import Database
from tests.faults.bucket import Bucket, FaultyObjects
from tests.faults.databases import FaultyDatabase
from tests.faults.queue import FaultyQueue, Message, SimulatedQueue
from tests.faults.samples import PAIRS, Samples
from tests.faults.weather import Fault, Kind, Weather
from tests.faults.world import CLAIM, MAXIMUM_RECEIVES, RETENTION, Messages, World
from tests.support.mortal import Killed

CONTRACT = Contract(
    dataset="pairs",
    table="pairs",
    key=("name",),
    columns=(StringColumn(name="name", max_length=10), IntegerColumn(name="amount")),
)
_SECONDS_OF_A_RUN = 900.0


@dataclass
class SimulatedWorld(World):
    """One simulated environment. `open_database` gives a connection of its own to the same database."""

    samples: Samples = field(default=PAIRS, init=False)
    open_database: Callable[[], Database]
    bucket: Bucket = field(default_factory=Bucket)
    queue: SimulatedQueue = field(default_factory=SimulatedQueue)
    now: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    _out_of_time: bool = False

    def store(self) -> Store:
        return Store(self.open_database(), lambda: self.now)

    def put(self, key: str, content: bytes) -> ObjectVersion:
        return self.bucket.put(key, content, self.now)

    def mark_deleted(self, key: str) -> None:
        self.bucket.put(key, None, self.now)

    def remove(self, version: ObjectVersion) -> None:
        self.bucket.remove(version)

    def exists(self, version: ObjectVersion) -> bool:
        return self.bucket.find(version) is not None

    def objects(self) -> Mapping[str, bytes]:
        return self.bucket.latest("")

    def messages(self) -> Messages:
        queue = self.queue
        return Messages(queue.sent, queue.deleted, queue.expired, len(queue.dead), len(queue.waiting))

    def pass_time(self, passed: timedelta) -> None:
        self.now += passed

    def process(self, fault: Fault | None = None, keys: tuple[str, ...] = ()) -> None:
        def run(store: Store, weather: Weather) -> bool:
            Processor(
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
            ).run()
            return True

        self._invoke(fault, run)

    def handle(self, chance: Random, fault: Fault | None = None, *, repeats: bool = False) -> int:
        messages = self.queue.receive(1, self.now, chance)
        self.struck[Kind.MESSAGES_REORDERED] = self.queue.reordered
        for message in messages:
            self.struck[Kind.MESSAGE_REPEATED] += repeats

            def load(store: Store, weather: Weather, message: Message = message) -> bool:
                objects = FaultyObjects(self.bucket, weather, self.now)
                delivery = Delivery(message.body, is_last=message.receives >= MAXIMUM_RECEIVES)
                deliver(store, objects, delivery, Deadline(self._remaining, margin=10))
                return True

            if self._invoke(fault, load) and not repeats:
                self.queue.delete(message)
        return len(messages)

    def _invoke(self, fault: Fault | None, work: Callable[[Store, Weather], bool]) -> bool:
        self._out_of_time = False
        weather = Weather(fault, self.struck, self._run_out_of_time)
        database = FaultyDatabase(self.open_database(), weather)
        try:
            # What a handler raises is logged by the function, and the event or message is tried again.
            with suppress(Killed, Exception):
                return work(Store(database, lambda: self.now), weather)
            return False
        finally:
            self._out_of_time = False
            database.close()

    def _remaining(self) -> float:
        return 15.0 if self._out_of_time else _SECONDS_OF_A_RUN

    def _run_out_of_time(self) -> None:
        self._out_of_time = True

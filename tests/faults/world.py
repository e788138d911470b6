"""An environment of the platform to which things happen, and what the law asks of it."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from csvbatch.store import BatchState, ObjectVersion, Store
from tests.faults.samples import Samples
from tests.faults.schedule import Event, What
from tests.faults.weather import Fault, Kind

CLAIM = timedelta(minutes=16)
RETENTION = timedelta(days=4)
VISIBILITY = timedelta(minutes=90)
MAXIMUM_RECEIVES = 5


@dataclass(frozen=True, slots=True)
class Messages:
    """How many messages were sent, how many of them ended in which way, and how many still wait."""

    sent: int
    deleted: int
    expired: int
    dead: int
    waiting: int


@dataclass
class World(ABC):
    """Bucket, queue, database and functions, which faults may strike.

    `dropped` has every version of a file in the order of arrival, `removed` those that were deleted for good.
    """

    samples: Samples
    struck: Counter[Kind] = field(default_factory=Counter, init=False)
    happened: Counter[What] = field(default_factory=Counter, init=False)
    dropped: dict[ObjectVersion, bytes] = field(default_factory=dict, init=False)
    removed: set[ObjectVersion] = field(default_factory=set, init=False)

    def happen(self, event: Event) -> None:
        """Let an event happen."""
        self.happened[event.what] += 1
        _HAPPENINGS[event.what](self, Random(event.seed), event.fault)

    @abstractmethod
    def store(self) -> Store:
        """Give a store without faults."""

    @abstractmethod
    def put(self, key: str, content: bytes) -> ObjectVersion:
        """Add a version of an object."""

    @abstractmethod
    def mark_deleted(self, key: str) -> None:
        """Delete an object without a version, which adds a delete marker."""

    @abstractmethod
    def remove(self, version: ObjectVersion) -> None:
        """Delete a version for good."""

    @abstractmethod
    def exists(self, version: ObjectVersion) -> bool:
        """Tell whether a version was not deleted for good."""

    @abstractmethod
    def objects(self) -> Mapping[str, bytes]:
        """Give the newest content of each object that is not deleted."""

    @abstractmethod
    def messages(self) -> Messages:
        """Count the messages."""

    @abstractmethod
    def process(self, fault: Fault | None = None, keys: tuple[str, ...] = ()) -> None:
        """Run the batch processor, for the event of the keys if there are any."""

    @abstractmethod
    def handle(self, chance: Random, fault: Fault | None = None, *, repeats: bool = False) -> int:
        """Run the request handler for one message; give how many there were. With `repeats` it is not deleted."""

    @abstractmethod
    def pass_time(self, passed: timedelta) -> None:
        """Let time pass; a negative time is a clock that jumps back."""

    def rotate_password(self, *, secret_follows: bool) -> None:
        """Give the functions' user another password; the secret has it at once, or some time later."""
        raise NotImplementedError

    def recover(self) -> None:
        """End what is wrong with the environment for longer than one invocation, and any pause."""
        self.pause(is_to_last=False)

    def pause(self, *, is_to_last: bool) -> None:
        """Pause the dataset, or resume it."""
        store = self.store()
        change = store.pauses.pause if is_to_last else store.pauses.resume
        change(self.samples.dataset)
        store.close_connection()

    def redrive(self) -> None:
        """Let the dead chunks of all batches be sent again."""
        store = self.store()
        for batch in store.batches(BatchState.INCOMPLETE):
            store.redrive(batch.id)
        store.close_connection()

    def _drop(self, key: str, chance: Random) -> None:
        content = self.samples.make(chance)
        self.dropped[self.put(key, content)] = content

    def _keys(self) -> list[str]:
        return sorted({one.key for one in self.dropped})

    def _file_arrives(self, chance: Random, _: Fault | None) -> None:
        self._drop(f"incoming/{self.samples.dataset}/{chance.randrange(1000):03d}.csv", chance)

    def _overwritten(self, chance: Random, _: Fault | None) -> None:
        if self.dropped:
            self._drop(chance.choice(self._keys()), chance)

    def _deleted(self, chance: Random, _: Fault | None) -> None:
        if self.dropped:
            self.mark_deleted(chance.choice(self._keys()))

    def _version_deleted(self, chance: Random, _: Fault | None) -> None:
        if self.dropped:
            version = chance.choice([*self.dropped])
            self.remove(version)
            self.removed.add(version)

    def _processor_runs(self, _: Random, fault: Fault | None) -> None:
        self.process(fault)

    def _event_arrives(self, chance: Random, fault: Fault | None) -> None:
        keys = self._keys()
        self.process(fault, (chance.choice(keys),) if keys else ())

    def _handler_runs(self, chance: Random, fault: Fault | None) -> None:
        self.handle(chance, fault, repeats=chance.random() < 0.2)

    def _redriven(self, _: Random, __: Fault | None) -> None:
        self.redrive()

    def _replayed(self, chance: Random, _: Fault | None) -> None:
        store = self.store()
        if batches := store.latest_batches(1000):
            store.replay(chance.choice(batches).id)
        store.close_connection()

    def _paused(self, _: Random, __: Fault | None) -> None:
        self.pause(is_to_last=True)

    def _resumed(self, _: Random, __: Fault | None) -> None:
        self.pause(is_to_last=False)

    def _time_passes(self, chance: Random, _: Fault | None) -> None:
        passed = (timedelta(minutes=2), timedelta(minutes=17), timedelta(hours=2), timedelta(days=5))
        self.pass_time(chance.choice(passed))

    def _jumps_back(self, chance: Random, _: Fault | None) -> None:
        self.pass_time(-timedelta(seconds=chance.randrange(1, 3600)))

    def _rotated(self, chance: Random, _: Fault | None) -> None:
        self.rotate_password(secret_follows=chance.random() < 0.5)


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
    What.DATASET_IS_PAUSED: World._paused,
    What.DATASET_IS_RESUMED: World._resumed,
    What.TIME_PASSES: World._time_passes,
    What.CLOCK_JUMPS_BACK: World._jumps_back,
    What.PASSWORD_IS_ROTATED: World._rotated,
}

"""What the pipeline needs of the world outside: objects in a bucket, a queue, and time that runs out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Protocol

from csvbatch.csv_file.reader import Readable
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.store import ObjectVersion


class Status(StrEnum):
    """What the tag `status` of an incoming file says once it has been dealt with."""

    PROCESSED = "processed"
    PROCESSED_WITH_REJECTS = "processed-with-rejects"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A version of an object as a listing shows it."""

    object: ObjectVersion
    size_bytes: int
    modified: datetime


class ObjectGoneError(Exception):
    """The version of an object that was to be read is not there any more."""

    def __init__(self, version: ObjectVersion) -> None:
        super().__init__(f"{version.key} (version {version.version}) is gone; drop the file again")
        self.version = version


class OutOfTimeError(Exception):
    """There is too little time left to go on; what was not finished is done by a later run."""


class Objects(Protocol):
    """One bucket, with all versions of its objects."""

    @property
    def bucket(self) -> str:
        """Its name."""

    def versions(self, prefix: str) -> Iterator[StoredObject]:
        """Every version under a prefix, deleted objects left out; the versions of a key together, oldest first."""

    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> AbstractContextManager[Readable]:
        """Open bytes [start, end) of a version as a stream; raises ObjectGoneError."""

    def write(self, key: str, blocks: Iterable[bytes]) -> ObjectVersion:
        """Write an object from a stream in bounded memory; where the stream raises, nothing is left."""

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        """Tag a version; one that is gone is left alone."""


def is_listed(objects: Objects, version: ObjectVersion) -> bool:
    """Tell whether a version exists, by listing its key, which comes first among the keys with it as prefix."""
    of_key = takewhile(lambda found: found.object.key == version.key, objects.versions(version.key))
    return any(found.object == version for found in of_key)


class Queue(Protocol):
    """Where messages go."""

    def send(self, messages: Sequence[ChunkMessage]) -> Sequence[ChunkMessage]:
        """Send messages, and give those that were taken; raises where none could be."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Seconds that are left, and how many of them have to stay for an orderly end.

    Reading stops when only `margin` is left; the database may be waited for until only `reserve` is, which leaves some
    of the margin for what ends the work in order, such as marking a chunk as dead.
    """

    remaining: Callable[[], float]
    margin: float = 20.0
    reserve: float = 3.0

    def for_database(self) -> float:
        """Give the seconds that the database may be waited for."""
        return self.remaining() - self.reserve

    def check(self) -> float:
        """Give the seconds that are left; raises OutOfTimeError where only the margin is."""
        left = self.remaining()
        if left < self.margin:
            raise OutOfTimeError(f"fewer than {self.margin:g} s are left; a later run goes on from here")
        return left


NO_DEADLINE = Deadline(lambda: float("inf"))

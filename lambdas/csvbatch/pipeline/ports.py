"""The interfaces that the pipeline needs: objects in a bucket, a queue, and a deadline."""

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
    """The values of an incoming file's tag `status` after it was processed."""

    PROCESSED = "processed"
    PROCESSED_WITH_REJECTS = "processed-with-rejects"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A version of an object in a listing."""

    object: ObjectVersion
    size_bytes: int
    modified: datetime


class ObjectGoneError(Exception):
    """The object version to read no longer exists."""

    def __init__(self, version: ObjectVersion) -> None:
        super().__init__(f"{version.key} (version {version.version}) no longer exists; drop the file again")
        self.version = version


class OutOfTimeError(Exception):
    """Too little time is left; a later run continues."""


class ProgressError(OutOfTimeError):
    """Too little time is left, but what was done is recorded: a later run continues from there."""


class UnpackingError(OutOfTimeError):
    """Too little time is left to unpack a file, which cannot be continued; `read_bytes` of it were read."""

    def __init__(self, read_bytes: int) -> None:
        super().__init__(f"out of time after {read_bytes} bytes of a gzip file")
        self.read_bytes = read_bytes


class Objects(Protocol):
    """One bucket, with all versions of its objects."""

    @property
    def bucket(self) -> str:
        """The name of the bucket."""

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        """Give every version under a prefix without deleted objects; the versions of a key together, oldest first.

        Keys are in ascending order of their UTF-8 bytes; `after` leaves out the keys up to and including this one.
        """

    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> AbstractContextManager[Readable]:
        """Open bytes [start, end) of a version as a stream; raises ObjectGoneError."""

    def write(self, key: str, blocks: Iterable[bytes]) -> ObjectVersion:
        """Write an object from a stream in bounded memory; if the stream raises, no object is written."""

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        """Tag a version; does nothing if it no longer exists."""


def versions_of(objects: Objects, key: str) -> Iterator[StoredObject]:
    """Give the versions of one key, oldest first; it is the first of the keys that begin with it."""
    return takewhile(lambda found: found.object.key == key, objects.versions(key))


def is_listed(objects: Objects, version: ObjectVersion) -> bool:
    """Tell whether a version exists, by listing its key."""
    return any(found.object == version for found in versions_of(objects, version.key))


class Queue(Protocol):
    """The queue of chunks."""

    def send(self, messages: Sequence[ChunkMessage]) -> Sequence[ChunkMessage]:
        """Send messages and give those that were accepted; raises if none was."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The seconds that are left, and how many of them are kept for an orderly end.

    Reading stops when only `margin` is left. Waiting for the database stops when only `reserve` is left, so that a part
    of the margin remains for steps such as marking a chunk as dead.
    """

    remaining: Callable[[], float]
    margin: float = 20.0
    reserve: float = 3.0

    def for_database(self) -> float:
        """Give the seconds that the database may be waited for."""
        return self.remaining() - self.reserve

    def check(self) -> float:
        """Give the seconds that are left; raises OutOfTimeError if only the margin is left."""
        left = self.remaining()
        if left < self.margin:
            raise OutOfTimeError(f"fewer than {self.margin:g} s are left; a later run continues from here")
        return left


NO_DEADLINE = Deadline(lambda: float("inf"))

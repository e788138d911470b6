"""A bucket with versions, in memory, whose faults are those of S3."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from csvbatch.csv_file.reader import Readable
from csvbatch.pipeline.ports import ObjectGoneError, Status, StoredObject
from csvbatch.store import ObjectVersion
from tests.faults.weather import Kind, Weather
from tests.support.failing import refusal

BLOCK_BYTES = 64


@dataclass(slots=True)
class Stored:
    """A version: its content is None if it is a delete marker."""

    content: bytes | None
    modified: datetime
    status: Status | None = None


@dataclass(slots=True)
class Bucket:
    """All versions by key, oldest first, numbered over the whole bucket."""

    name: str = "bucket"
    objects: dict[str, dict[str, Stored]] = field(default_factory=dict)
    _versions: int = 0

    def put(self, key: str, content: bytes | None, now: datetime) -> ObjectVersion:
        """Add a version; None adds a delete marker."""
        self._versions += 1
        version = f"v{self._versions:05d}"
        self.objects.setdefault(key, {})[version] = Stored(content, now)
        return ObjectVersion(key, version)

    def remove(self, version: ObjectVersion) -> None:
        """Delete a version for good."""
        self.objects.get(version.key, {}).pop(version.version, None)

    def latest(self, prefix: str) -> dict[str, bytes]:
        """Give the contents of the objects under a prefix."""
        newest = {key: [*versions.values()][-1].content for key, versions in self.objects.items() if versions}
        return {key: content for key, content in newest.items() if key.startswith(prefix) and content is not None}

    def find(self, version: ObjectVersion) -> Stored | None:
        """Give a version that exists and is not a delete marker."""
        found = self.objects.get(version.key, {}).get(version.version)
        return found if found is not None and found.content is not None else None


@dataclass(slots=True)
class FaultyStream:
    """A stream of small blocks, so that a fault may come between any two of them."""

    content: io.BytesIO
    objects: "FaultyObjects"

    def read(self, size: int = -1, /) -> bytes:
        match self.objects.weather.strikes(Kind.S3_BREAKS_OFF, Kind.S3_SLOW):
            case Kind.S3_BREAKS_OFF:
                raise ConnectionResetError
            case Kind.S3_SLOW:
                self.objects.weather.on_out_of_time()
        return self.content.read(BLOCK_BYTES if size < 0 else min(size, BLOCK_BYTES))


@dataclass(slots=True)
class FaultyObjects:
    """The pipeline's objects over a bucket, for one invocation."""

    store: Bucket
    weather: Weather
    now: datetime

    @property
    def bucket(self) -> str:
        return self.store.name

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        self._call("ListObjectVersions")
        for key in sorted(self.store.objects):
            if key.startswith(prefix) and (after is None or key > after):
                for version, stored in list(self.store.objects[key].items()):
                    if stored.content is not None:
                        yield StoredObject(ObjectVersion(key, version), len(stored.content), stored.modified)

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        self._call("GetObject")
        found = self.store.find(version)
        if found is None or found.content is None:
            raise ObjectGoneError(version)
        yield FaultyStream(io.BytesIO(found.content[start:end]), self)

    def write(self, key: str, blocks: Iterable[bytes]) -> ObjectVersion:
        content = b"".join(blocks)
        self._call("PutObject")
        written = self.store.put(key, content, self.now)
        self.weather.strikes()
        return written

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        self._call("PutObjectTagging")
        if found := self.store.find(version):
            found.status = status

    def _call(self, operation: str) -> None:
        match self.weather.strikes(Kind.S3_THROTTLES, Kind.S3_DENIES):
            case Kind.S3_THROTTLES:
                raise refusal("SlowDown", operation, 503)
            case Kind.S3_DENIES:
                raise refusal("AccessDenied", operation, 403)

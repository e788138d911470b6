"""Files of this machine as the pipeline sees a bucket."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from uuid import uuid4

from csvbatch.pipeline.ports import ObjectGoneError, Status, StoredObject
from csvbatch.reader import Readable
from csvbatch.store import ObjectVersion


@dataclass(slots=True)
class LocalFiles:
    """Some files under keys of their own, and a folder for what is written; `statuses` are the tags that were set.

    A file's version is its time of change and its size, so one that was changed meanwhile counts as gone.
    """

    folder: Path
    incoming: Mapping[str, Path]
    bucket: str = "local"
    statuses: dict[str, Status] = field(default_factory=dict)

    def versions(self, prefix: str) -> Iterator[StoredObject]:
        """The files there are, each in the one version it has."""
        for key, path in self.incoming.items():
            if key.startswith(prefix) and path.is_file():
                stat = path.stat()
                changed = datetime.fromtimestamp(stat.st_mtime, UTC)
                yield StoredObject(ObjectVersion(key, _version(stat)), stat.st_size, changed)

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        """Open bytes [start, end) of a file; raises ObjectGoneError where it is not what it was."""
        try:
            stream = self._path(version.key).open("rb")
        except FileNotFoundError:
            raise ObjectGoneError(version) from None
        with stream:
            if _version(os.fstat(stream.fileno())) != version.version:
                raise ObjectGoneError(version)
            stream.seek(start)
            yield stream if end is None else _Range(stream, end - start)

    def write(self, key: str, blocks: Iterable[bytes]) -> ObjectVersion:
        """Write a file, whole or not at all."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two that write the same object at once have a file each, and the later one stays.
        unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            with unfinished.open("wb") as stream:
                stream.writelines(blocks)
            unfinished.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                unfinished.unlink()
            raise
        return ObjectVersion(key, _version(path.stat()))

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        """Keep what a bucket would keep as a tag."""
        self.statuses[version.key] = status

    def _path(self, key: str) -> Path:
        return self.incoming.get(key, self.folder / key)


@dataclass(slots=True)
class _Range:
    """A stream that ends before its file does."""

    stream: BufferedReader
    left: int

    def read(self, size: int, /) -> bytes:
        data = self.stream.read(min(size, self.left))
        self.left -= len(data)
        return data


def _version(stat: os.stat_result) -> str:
    return f"{stat.st_mtime_ns}-{stat.st_size}"

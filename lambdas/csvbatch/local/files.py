"""Files of this machine, which the pipeline reads and writes like a bucket."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from csvbatch.csv_file.reader import Readable
from csvbatch.local.digests import ChangedError, Content, VerifiedStream, content_of
from csvbatch.pipeline.ports import ObjectGoneError, Status, StoredObject
from csvbatch.store import ObjectVersion


@dataclass(slots=True)
class LocalFiles:
    """Some files, each with a key, and a folder for what is written.

    A file's version is the SHA-256 of its content, so a copy with another name or time is the same version. Every byte
    is compared with that content when it is read, so nothing of a file that changed meanwhile is loaded.
    """

    folder: Path
    incoming: Mapping[str, Path]
    bucket: str = "local"
    _contents: dict[ObjectVersion, Content] = field(default_factory=dict, init=False, repr=False)
    _pinned: tuple[StoredObject, ...] | None = field(default=None, init=False, repr=False)

    def pin(self) -> None:
        """Read the files once; from now on list them as they are now."""
        self._pinned = tuple(self._found("", None))

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        """Give the existing files, one version each; reads them to their end unless they are pinned."""
        if self._pinned is None:
            return self._found(prefix, after)
        return (one for one in self._pinned if _is_listed(one.object.key, prefix, after))

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        """Open bytes [start, end) of a file; raises ObjectGoneError, also from the stream, if the file changed."""
        content = self._content(version)
        path = self._path(version.key)
        try:
            with path.open("rb") as stream:
                yield VerifiedStream(stream, content, start, end)
        except ChangedError:
            raise _changed(version, path) from None

    def holds(self, version: ObjectVersion) -> bool:
        """Tell whether a version still exists."""
        try:
            self._content(version)
        except ObjectGoneError:
            return False
        return True

    def write(self, key: str, blocks: Iterable[bytes]) -> ObjectVersion:
        """Write a file, whole or not at all."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two writers of the same object have a temporary file each; the later one wins.
        unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
        digest = sha256()
        try:
            with unfinished.open("wb") as stream:
                for block in blocks:
                    digest.update(block)
                    stream.write(block)
            unfinished.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                unfinished.unlink()
            raise
        return ObjectVersion(key, digest.hexdigest())

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        """Do nothing: a file of this machine has no tags."""

    def _found(self, prefix: str, after: str | None) -> Iterator[StoredObject]:
        for key, path in sorted(self.incoming.items(), key=lambda item: _in_bytes(item[0])):
            if _is_listed(key, prefix, after) and path.is_file():
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                content = content_of(path)
                version = ObjectVersion(key, content.digest)
                self._contents[version] = content
                yield StoredObject(version, content.size_bytes, changed)

    def _content(self, version: ObjectVersion) -> Content:
        """Give the content of a version; reads the file to its end if it is not known yet."""
        path = self._path(version.key)
        if not path.is_file():
            raise ObjectGoneError(version)
        if version not in self._contents:
            content = content_of(path)
            if content.digest != version.version:
                raise _changed(version, path)
            self._contents[version] = content
        return self._contents[version]

    def _path(self, key: str) -> Path:
        return self.incoming.get(key, self.folder / key)


def _in_bytes(key: str) -> bytes:
    """Give a key as the bytes by which a listing is ordered; a file's name may have bytes that are not UTF-8."""
    return key.encode("utf-8", "surrogateescape")


def _is_listed(key: str, prefix: str, after: str | None) -> bool:
    return key.startswith(prefix) and (after is None or _in_bytes(key) > _in_bytes(after))


def _changed(version: ObjectVersion, path: Path) -> ObjectGoneError:
    error = ObjectGoneError(version)
    error.args = (f"{path} changed while it was being loaded; load it again, as it is now",)
    return error

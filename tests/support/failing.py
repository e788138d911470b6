"""A bucket and a queue of which some files' steps fail, as often as the test says."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from csvbatch.csv_file.reader import Readable
from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.pipeline.ports import Status
from csvbatch.store import ObjectVersion, Store
from tests.support.pipeline import TaggedFiles


def refusal(code: str, operation: str = "GetObject", status: int = 400) -> ClientError:
    """What a client raises where a service answers with this code."""
    answer = {"Error": {"Code": code, "Message": "Qxzzy"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)  # type: ignore[arg-type]


@dataclass(slots=True)
class FailingFiles(TaggedFiles):
    """Files of which those whose key contains a name fail: to be read, to be tagged, or to be written."""

    on_read: dict[str, Exception] = field(default_factory=dict)
    on_tag: dict[str, Exception] = field(default_factory=dict)
    on_write: dict[str, Exception] = field(default_factory=dict)

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        _fail(self.on_read, version.key)
        with LocalFiles.read(self, version, start, end) as stream:
            yield stream

    def set_status(self, version: ObjectVersion, status: Status) -> None:
        _fail(self.on_tag, version.key)
        TaggedFiles.set_status(self, version, status)

    def write(self, key: str, blocks: Iterable[bytes]) -> ObjectVersion:
        _fail(self.on_write, key)
        return LocalFiles.write(self, key, blocks)


@dataclass(slots=True)
class FailingQueue(LocalQueue):
    """A queue that refuses the messages of some files."""

    on_send: dict[str, Exception] = field(default_factory=dict)
    calls: int = 0

    def send(self, messages: Sequence[ChunkMessage]) -> Sequence[ChunkMessage]:
        self.calls += 1
        _fail(self.on_send, messages[0].key)
        return LocalQueue.send(self, messages)


def spoil_contract(store: Store, key: str) -> None:
    """Leave a batch with a contract copy of a release to come, which has one setting more."""
    _change_contract(store, key, 'REPLACE(contract, \'"dataset":\', \'"to_come":1,"dataset":\')')


def repair_contract(store: Store, key: str) -> None:
    """Let the release to come have come."""
    _change_contract(store, key, "REPLACE(contract, '\"to_come\":1,', '')")


def _change_contract(store: Store, key: str, changed: str) -> None:
    sql = f"UPDATE csvbatch_batch SET contract = {changed} WHERE object_key LIKE :part"
    store._run("test", lambda transaction: transaction.run(sql, part=f"%{key}%"))


def _fail(faults: dict[str, Exception], key: str) -> None:
    for part, error in faults.items():
        if part in key:
            raise error

"""An environment whose functions are the packages, run by the local runtime."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random

from csvbatch.store import ObjectVersion, Store
from csvbatch.store.database import Database, Transaction
from csvbatch.store.records import moment
from csvbatch.store.sql_dialect import ColumnKind
from csvbatch.store.tables import LEDGER, Table
from scripts.local.runtime.event_sources import Poller
from scripts.local.runtime.runtime import LocalRuntime
from scripts.local.runtime.runtime_api import error_payload
from scripts.local.runtime.sandbox import Result
from tests.faults.packaged.platform import Platform, Release
from tests.faults.samples import RECIPIENTS, Samples
from tests.faults.weather import Fault, Kind
from tests.faults.world import RETENTION, Messages, World
from tests.integration.local.runtime.manual_clock import ManualClock

_UNHANDLED = "Unhandled"
_WRITTEN = ("rejected/", "reports/")


@dataclass
class PackagedWorld(World):
    """One environment on a platform.

    `open_database` gives a connection of its own to the database, `set_password` changes that of the functions' user,
    where the database has passwords. `releases` are at work at once.

    Time passes by moving the moments in the ledger into the past: functions and database have the machine's clock.
    """

    samples: Samples = field(default=RECIPIENTS, init=False)
    platform: Platform
    runtime: LocalRuntime
    open_database: Callable[[], Database]
    set_password: Callable[[str], None] | None = None
    releases: Sequence[Release] = ()
    _deleted_messages: int = field(default=0, init=False)
    _expired_messages: int = field(default=0, init=False)
    _passwords: int = field(default=0, init=False)
    _late_secret: str | None = field(default=None, init=False)
    _clock: ManualClock = field(default_factory=ManualClock, init=False)
    _polled_for: "_OneMessage" = field(init=False)
    _poller: Poller = field(init=False)
    _release: Random = field(default_factory=lambda: Random(0), init=False)

    def __post_init__(self) -> None:
        self.releases = self.releases or (self.platform.today,)
        self._polled_for = _OneMessage(self)
        self._poller = Poller(self.platform.mapping, self._polled_for, self.platform.aws, self._clock)
        self.platform.conditions.sent = 0

    def store(self) -> Store:
        return Store(self.open_database())

    def put(self, key: str, content: bytes) -> ObjectVersion:
        s3 = self.platform.aws.client("s3")
        answer = s3.put_object(Bucket=self.platform.resources.bucket, Key=key, Body=content)
        return ObjectVersion(key, answer["VersionId"])

    def mark_deleted(self, key: str) -> None:
        self.platform.aws.client("s3").delete_object(Bucket=self.platform.resources.bucket, Key=key)

    def remove(self, version: ObjectVersion) -> None:
        s3 = self.platform.aws.client("s3")
        s3.delete_object(Bucket=self.platform.resources.bucket, Key=version.key, VersionId=version.version)

    def exists(self, version: ObjectVersion) -> bool:
        return version not in self.removed

    def objects(self) -> Mapping[str, bytes]:
        return dict(self._written())

    def _written(self) -> Iterator[tuple[str, bytes]]:
        s3, bucket = self.platform.aws.client("s3"), self.platform.resources.bucket
        for prefix in _WRITTEN:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for found in page.get("Contents", []):
                    yield found["Key"], s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()

    def messages(self) -> Messages:
        platform = self.platform
        waiting, dead = platform.count(platform.resources.queue), platform.count(platform.resources.dead_letters)
        return Messages(platform.conditions.sent, self._deleted_messages, self._expired_messages, dead, waiting)

    def process(self, fault: Fault | None = None, keys: tuple[str, ...] = ()) -> None:
        self.invoke(self.release().processor, self._event(keys), fault)

    def handle(self, chance: Random, fault: Fault | None = None, *, repeats: bool = False) -> int:
        del chance
        self._polled_for.fault, self._polled_for.repeats = fault, repeats
        polled = self._poller.poll(wait_for_window=False)
        self._deleted_messages += polled.deleted
        return polled.received

    def invoke(self, name: str, event: bytes, fault: Fault | None = None) -> Result:
        """Run a function, which a fault may strike."""
        function = self.runtime.function(name)
        if fault is not None and fault.kind is Kind.SECRET_MISSING:
            # A warm function has read the secret already.
            function.recycle()
            fault = Fault(fault.kind, 1)
        with self.platform.conditions.during(function, fault, self.struck):
            return function.invoke(event)

    def pass_time(self, passed: timedelta) -> None:
        self._clock.advance(passed.total_seconds())
        if passed >= RETENTION:
            self._expire_messages()
        if passed > timedelta(0):
            self._let_secret_follow()
        store = self.store()
        store._run("test", partial(_move_moments, passed=passed))
        store.close_connection()

    def _expire_messages(self) -> None:
        """Delete all messages, as the queue does after its retention; what was received too often is a dead letter."""
        self._poller.show_due()
        self._expired_messages += self.platform.delete_messages(self.platform.resources.queue)

    def end(self) -> None:
        """Leave empty queues behind, whatever happened."""
        self._clock.advance(RETENTION.total_seconds())
        self._expire_messages()
        self.platform.delete_messages(self.platform.resources.dead_letters)

    def rotate_password(self, *, secret_follows: bool) -> None:
        assert self.set_password is not None, "this database has no passwords"
        self._passwords += 1
        self._late_secret = f"made-up-password-{self._passwords}"
        self.set_password(self._late_secret)
        if secret_follows:
            self._let_secret_follow()

    def recover(self) -> None:
        self._let_secret_follow()
        super().recover()

    def release(self) -> Release:
        """Choose the release whose function is invoked next: during a deployment it may be either."""
        return self._release.choice(self.releases)

    def recycle(self) -> None:
        """End the warm processes, as Lambda does now and then."""
        for release in self.releases:
            self.runtime.function(release.processor).recycle()
            self.runtime.function(release.handler).recycle()

    @property
    def rotated(self) -> bool:
        """Whether the password is no longer the first one."""
        return self._passwords > 0

    def _let_secret_follow(self) -> None:
        if self._late_secret is not None:
            self.platform.put_secret(self._late_secret)
            self._late_secret = None

    def _event(self, keys: tuple[str, ...]) -> bytes:
        if not keys:
            return b"{}"
        (key,) = keys
        detail = {"bucket": {"name": self.platform.resources.bucket}, "object": {"key": key}}
        return json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": detail}).encode()


@dataclass(slots=True)
class _OneMessage:
    """The request handler as the poller sees it: for each poll with another fault."""

    world: PackagedWorld
    fault: Fault | None = None
    repeats: bool = False

    def invoke(self, event: bytes) -> Result:
        kind = self.fault and self.fault.kind
        if kind is Kind.FUNCTION_THROTTLED:
            self.world.struck[kind] += 1
            return Result("", error_payload("TooManyRequestsException", "Rate Exceeded."), _UNHANDLED)
        result = self.world.invoke(self.world.release().handler, event, self.fault)
        if self.repeats or kind is Kind.MESSAGE_REPEATED:
            # Not deleted, as if the server that has it was unavailable:
            # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
            self.world.struck[Kind.MESSAGE_REPEATED] += 1
            return Result(result.request_id, b"", _UNHANDLED)
        return result


def _move_moments(transaction: Transaction, passed: timedelta) -> None:
    for table in LEDGER:
        moments = [column.name for column in table.columns if column.kind is ColumnKind.MOMENT]
        if moments:
            _move(transaction, table, moments, passed)


def _move(transaction: Transaction, table: Table, moments: list[str], passed: timedelta) -> None:
    names = [*table.key, *moments]
    condition = " AND ".join(f"{name} = :{name}" for name in table.key)
    for row in transaction.rows(f"SELECT {', '.join(names)} FROM {table.name}"):
        values = dict(zip(names, row, strict=True))
        known = {name: moment(values[name]) for name in moments if values[name] is not None}
        moved = {name: value - passed for name, value in known.items() if value is not None}
        if moved:
            changes = ", ".join(f"{name} = :{name}" for name in moved)
            keys = {name: values[name] for name in table.key}
            transaction.run(f"UPDATE {table.name} SET {changes} WHERE {condition}", **moved, **keys)

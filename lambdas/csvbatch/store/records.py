"""The ledger's batches and chunks as values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from csvbatch.contract.model import Contract


class BatchState(StrEnum):
    """The state of a batch; only `closed` and `refused` are final."""

    REGISTERED = "registered"
    SPLITTING = "splitting"
    LOADING = "loading"
    CLOSING = "closing"
    CLOSED = "closed"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"


UNFINISHED = (
    BatchState.REGISTERED,
    BatchState.SPLITTING,
    BatchState.LOADING,
    BatchState.CLOSING,
    BatchState.INCOMPLETE,
)
"""The states that are not final."""


class ChunkState(StrEnum):
    """The state of a chunk."""

    PENDING = "pending"
    SENT = "sent"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object in a bucket."""

    key: str
    version: str


@dataclass(frozen=True, slots=True)
class NewBatch:
    """An object to load; `contract` is None if its dataset has no contract."""

    dataset: str
    bucket: str
    object: ObjectVersion
    object_bytes: int
    contract: Contract | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch in the ledger. Its counts of rows are those of its chunks that are done.

    Of the merged rows, `rows_superseded` were replaced by another row of the same batch with the same key. `rows_stale`
    met a row of a later batch, so it is not known whether another row of their own batch has the key, too.
    """

    id: str
    load_sequence: int
    load_attempt: int
    dataset: str
    bucket: str
    object_key: str
    object_version: str
    object_bytes: int
    state: BatchState
    reason: str | None
    splits: int
    chunks_total: int
    chunks_remaining: int
    rows_read: int
    rows_merged: int
    rows_superseded: int
    rows_stale: int
    rows_rejected: int
    unpacked_key: str | None
    unpacked_version: str | None
    registered_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    failures: int = 0
    """Failed attempts in a row at the present step, without those caused by the environment."""
    failure: str | None = None
    """Code of the last failure; None if the last attempt succeeded."""
    replayed_at: datetime | None = None
    archived_at: datetime | None = None
    """When its chunks left the ledger, if they did."""

    @property
    def open_since(self) -> datetime:
        """Start of the present processing: the registration, or the last replay."""
        return self.replayed_at or self.registered_at

    @property
    def object(self) -> ObjectVersion:
        """The object that was dropped."""
        return ObjectVersion(self.object_key, self.object_version)

    @property
    def source(self) -> ObjectVersion:
        """The object that chunks are ranges of: the unpacked one if there is one."""
        if self.unpacked_key is not None and self.unpacked_version is not None:
            return ObjectVersion(self.unpacked_key, self.unpacked_version)
        return self.object

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> Self:
        """Read a row whose columns are this class's fields in their order."""
        values = dict(zip(cls.__slots__, row, strict=True))
        values["state"] = BatchState(values["state"])
        # NULL in rows from before the column was added.
        values["failures"] = values["failures"] or 0
        for name in ("registered_at", "changed_at", "closed_at", "replayed_at", "archived_at"):
            values[name] = moment(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A chunk in the ledger: bytes [start_byte, end_byte) of its batch's source."""

    batch_id: str
    chunk_number: int
    start_byte: int
    end_byte: int
    first_line: int
    state: ChunkState
    reason: str | None
    sends: int
    sent_at: datetime | None
    done_at: datetime | None
    rows_read: int
    rows_merged: int
    rows_superseded: int
    rows_stale: int
    rows_rejected: int
    reject_object: str | None

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> Self:
        """Read a row whose columns are this class's fields in their order."""
        values = dict(zip(cls.__slots__, row, strict=True))
        values["state"] = ChunkState(values["state"])
        for name in ("sent_at", "done_at"):
            values[name] = moment(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class ChunkTask:
    """A chunk to send a message for, with the batch it belongs to."""

    batch: Batch
    chunk: ChunkRecord


@dataclass(frozen=True, slots=True)
class ChunkInHand:
    """A chunk whose ledger row is locked by the transaction that loads it.

    Columns of the types in `text_types` may be merged as the text of their values (see `SqlDialect`).
    """

    batch: Batch
    chunk: ChunkRecord
    contract: Contract
    text_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """The counts of a loaded chunk; `reject_object` is the key of its rejects, if it has any."""

    rows_read: int
    rows_rejected: int
    reject_object: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows that were merged; each one counts as at most one of `superseded` and `stale`.

    The number of rows whose key another row of the same batch has too, less one per key, is `superseded` where
    nothing is stale, and otherwise between `superseded` and `superseded + stale`.
    """

    offered: int = 0
    superseded: int = 0
    stale: int = 0


type Row = tuple[int, Sequence[Any]]
"""A row's line and its values in the contract's column order.

The line is the physical line of the unpacked file on which the row begins, from 1. It rises strictly over the whole
file, because each row has a line of its own to begin on.
"""

type Merge = Callable[[Iterable[Row]], int]
"""Merges rows into the chunk's table and gives their number; can be called once."""

type Loader = Callable[[ChunkInHand, Merge], ChunkResult]
"""Reads a chunk, passes its valid rows to `Merge`, stores its rejects, and gives its counts.

It is called again from the start if the transaction is retried, so its effects elsewhere have to be idempotent.
"""


@dataclass(frozen=True, slots=True)
class OverdueDataset:
    """A dataset whose last file is older than expected; `last_registered_at` is None if it never had one."""

    bucket: str
    dataset: str
    expected_every_hours: int
    last_registered_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """The result of a delivery: `loaded` is False if the chunk had been loaded before."""

    loaded: bool
    batch: Batch
    chunk: ChunkRecord


def moment(value: datetime | str | None) -> datetime | None:
    """Convert a timestamp of any database (text, with or without a zone) to UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

"""The chunks of a split as far as it got, recorded in the ledger from time to time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import Batch, ObjectVersion, ScannedChunk, Store

_SAVED_TOGETHER = 32
"""Chunks after which a split is recorded: with chunks of 8 MiB, what a kill costs is a few seconds of reading."""


@dataclass(slots=True)
class Progress:
    """The chunks of a batch so far.

    `last` is the last chunk that an earlier run recorded. It is scanned again, because the line on which the next one
    begins is known only then. `unpacked` is the object that the chunks are ranges of, if the file is gzip, and
    `has_unpacked` says whether this run unpacked it.
    """

    store: Store
    batch_id: str
    unpacked: ObjectVersion | None = None
    last: Chunk | None = None
    scanned: list[ScannedChunk] = field(default_factory=list)
    has_unpacked: bool = False
    _saved: int = 0

    @classmethod
    def of(cls, store: Store, batch: Batch, unpacked: ObjectVersion | None = None) -> Self:
        """Give what earlier runs recorded of a batch."""
        recorded = [
            ScannedChunk(
                Chunk(one.chunk_number, one.start_byte, one.end_byte, one.first_line), one.rows_read, one.rows_rejected
            )
            for one in store.chunks(batch.id)
        ]
        last = recorded.pop().chunk if recorded else None
        return cls(store, batch.id, unpacked, last, recorded, _saved=len(recorded))

    @property
    def chunks(self) -> Sequence[Chunk]:
        """All chunks so far."""
        return [one.chunk for one in self.scanned]

    @property
    def rows(self) -> int:
        """Rows that were validated in advance."""
        return sum(one.rows for one in self.scanned)

    @property
    def rejects(self) -> int:
        """Rows among them that were rejected."""
        return sum(one.rejects for one in self.scanned)

    def add(self, one: ScannedChunk) -> None:
        """Add the next chunk."""
        self.scanned.append(one)
        if len(self.scanned) - self._saved >= _SAVED_TOGETHER:
            self.save()

    def save(self) -> None:
        """Record what is new."""
        if new := self.scanned[self._saved :]:
            self.store.record_progress(self.batch_id, new, self.unpacked)
            self._saved = len(self.scanned)

    @property
    def is_further(self) -> bool:
        """Whether this run got further than those before it: it unpacked the file, or found chunks."""
        return self.has_unpacked or len(self.scanned) > (0 if self.last is None else self.last.number + 1)

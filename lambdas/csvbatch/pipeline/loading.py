"""Loads one chunk in one transaction: reads its bytes, validates and merges its rows, and stores its rejects."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from csvbatch.contract.model import Contract
from csvbatch.csv_file.cutting import Chunk
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.reader import Readable, chunk_range, read_chunk
from csvbatch.csv_file.row_reader import Rows
from csvbatch.csv_file.splitter import scan
from csvbatch.pipeline import layout
from csvbatch.pipeline.closing import close, note_failure
from csvbatch.pipeline.ports import Deadline, Objects
from csvbatch.rows.header import match_header
from csvbatch.rows.reject_file import RejectFile
from csvbatch.rows.validator import RowValidator, compile_validator
from csvbatch.store import Batch, BatchState, ChunkInHand, ChunkResult, LoadOutcome, Merge, Row, Store, StoreError

LOG = logging.getLogger(__name__)

_ROWS_BETWEEN_CHECKS = 500
"""Rows between two checks of the deadline. Each block that is read is checked too, which covers long rows."""


@dataclass(frozen=True, slots=True)
class _Timed:
    """A stream that checks the deadline before each block, because a chunk may be a few very long rows."""

    stream: Readable
    deadline: Deadline

    def read(self, size: int = -1, /) -> bytes:
        self.deadline.check()
        return self.stream.read(size)


def load(store: Store, objects: Objects, batch_id: str, chunk_number: int, deadline: Deadline) -> LoadOutcome:
    """Load a chunk unless it is done, and close its batch if it was the last one.

    Raises StoreError as `Store.load_chunk` does, ChunkError, ObjectGoneError and OutOfTimeError; nothing of the chunk
    is merged then.
    """
    outcome = store.load_chunk(batch_id, chunk_number, partial(_load, objects, deadline))
    LOG.info(
        "chunk loaded" if outcome.loaded else "chunk was loaded before",
        extra={
            "batch": batch_id,
            "chunk": chunk_number,
            "rows_read": outcome.chunk.rows_read,
            "rows_merged": outcome.chunk.rows_merged,
            "rows_superseded": outcome.chunk.rows_superseded,
            "rows_stale": outcome.chunk.rows_stale,
            "rows_rejected": outcome.chunk.rows_rejected,
        },
    )
    if outcome.batch.state is BatchState.CLOSING:
        _close(store, objects, outcome.batch)
    return outcome


def _close(store: Store, objects: Objects, batch: Batch) -> None:
    """Close a batch; if that fails, record it and leave it to the batch processor, because the chunk is loaded."""
    try:
        close(store, objects, batch)
    except StoreError:
        raise
    except Exception as error:
        note_failure(store, batch, error)


def _load(objects: Objects, deadline: Deadline, in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
    batch, recorded, contract = in_hand.batch, in_hand.chunk, in_hand.contract
    chunk = Chunk(recorded.chunk_number, recorded.start_byte, recorded.end_byte, recorded.first_line)
    deadline.check()
    dialect, validate = _header_of(objects, batch, contract, in_hand.text_types)
    start, end = chunk_range(chunk, dialect)
    with RejectFile() as rejects, objects.read(batch.source, start, end) as stream:
        rows = _Counted(read_chunk(_Timed(stream, deadline), dialect, chunk), validate, rejects, deadline)
        merge(rows)
        _warn_of_utf8(batch, chunk, contract, rows.rows)
        key = None
        if rejects.rows:
            key = layout.reject_key(batch.dataset, batch.id, batch.load_attempt, chunk.number)
            objects.write(key, rejects.blocks())
    return ChunkResult(rows_read=rows.read, rows_rejected=rejects.rows, reject_object=key)


def _warn_of_utf8(batch: Batch, chunk: Chunk, contract: Contract, rows: Rows) -> None:
    if rows.utf8_lines:
        facts = {"lines": rows.utf8_lines, "first_line": rows.first_utf8_line, "encoding": contract.encoding}
        LOG.warning("lines seem to be UTF-8", extra={"batch": batch.id, "chunk": chunk.number, **facts})


def _header_of(
    objects: Objects, batch: Batch, contract: Contract, text_types: frozenset[str]
) -> tuple[Dialect, RowValidator]:
    """Read the beginning of the chunk's object: give the dialect with byte order, and a validator for its header."""
    with objects.read(batch.source) as stream:
        scanned = scan(iter(partial(stream.read, 256 * 1024), b""), Dialect.of(contract), chunk_bytes=1)
    return scanned.dialect, compile_validator(contract, match_header(contract, scanned.header), text_types)


@dataclass(slots=True)
class _Counted:
    """Gives the valid rows of a chunk, writes the others to the reject file, and counts all of them."""

    rows: Rows
    validate: RowValidator
    rejects: RejectFile
    deadline: Deadline
    read: int = 0

    def __iter__(self) -> Iterator[Row]:
        validate, rows, reject = self.validate, self.rows, self.rejects.add
        read = 0
        until_check = _ROWS_BETWEEN_CHECKS
        for line, fields in rows:
            values = validate(fields)
            if type(values) is tuple:
                yield line, values
            else:
                reject(line, rows.last_line, values, rows.text())  # type: ignore[arg-type]
            read += 1
            until_check -= 1
            if not until_check:
                until_check = _ROWS_BETWEEN_CHECKS
                self.deadline.check()
        self.read = read

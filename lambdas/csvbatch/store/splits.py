"""The ledger's record of splits: chunks in progress, then all of them, or the refusal of the file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from csvbatch.csv_file.cutting import Chunk
from csvbatch.store.batches import get, lock, wrong_state
from csvbatch.store.database import Transaction
from csvbatch.store.records import Batch, BatchState, ObjectVersion
from csvbatch.store.tables import BATCH

_INSERT_CHUNK = (
    "INSERT INTO csvbatch_chunk (batch_id, chunk_number, start_byte, end_byte, first_line, state, sends, "
    "rows_read, rows_merged, rows_superseded, rows_stale, rows_rejected) VALUES (:batch_id, :chunk_number, "
    ":start_byte, :end_byte, :first_line, 'pending', 0, :rows_read, 0, 0, 0, :rows_rejected)"
)

_UNSPLIT = (BatchState.REGISTERED, BatchState.SPLITTING)
_REASON_CHARACTERS = next(column.size for column in BATCH.columns if column.name == "reason")


@dataclass(frozen=True, slots=True)
class ScannedChunk:
    """A chunk of a batch that is being split, with the rows that were validated and rejected in advance."""

    chunk: Chunk
    rows: int = 0
    rejects: int = 0


def begin_split(transaction: Transaction, identity: str) -> Batch:
    """Record that a split of the batch's object begins; `splits` counts how often that happened."""
    _lock_unsplit(transaction, identity)
    transaction.run(
        "UPDATE csvbatch_batch SET state = 'splitting', splits = splits + 1, changed_at = :now WHERE id = :id",
        id=identity,
        now=transaction.now(),
    )
    return get(transaction, identity)


def record_progress(
    transaction: Transaction, identity: str, scanned: Sequence[ScannedChunk], unpacked: ObjectVersion | None
) -> None:
    """Record chunks of a batch that is being split, in place of those with the same or a higher number.

    Their counts of rows are those that were validated in advance. The batch has no failures then.
    """
    batch = lock(transaction, identity)
    if batch.state is not BatchState.SPLITTING:
        raise wrong_state(batch, "is not being split", "leave it to the process that works on it")
    if scanned:
        transaction.run(
            "DELETE FROM csvbatch_chunk WHERE batch_id = :id AND chunk_number >= :first",
            id=identity,
            first=scanned[0].chunk.number,
        )
        transaction.database.execute_many(
            _INSERT_CHUNK,
            [{**_place(identity, one.chunk), "rows_read": one.rows, "rows_rejected": one.rejects} for one in scanned],
        )
    transaction.run(
        "UPDATE csvbatch_batch SET unpacked_key = :unpacked_key, unpacked_version = :unpacked_version, "
        "failures = 0, failure = NULL, changed_at = :now WHERE id = :id",
        id=identity,
        unpacked_key=unpacked and unpacked.key,
        unpacked_version=unpacked and unpacked.version,
        now=transaction.now(),
    )


def record_chunks(
    transaction: Transaction, identity: str, chunks: Iterable[Chunk], unpacked: ObjectVersion | None
) -> Batch:
    """Record a batch's chunks, which are pending then; a batch without chunks is ready to be closed.

    To record the same chunks again changes nothing, so that the operation can be retried after a lost answer.
    """
    new = [_place(identity, chunk) for chunk in chunks]
    batch = lock(transaction, identity)
    if batch.state not in _UNSPLIT and _recorded(transaction, identity) == new:
        return batch
    _must_be_unsplit(batch)
    forget_progress(transaction, identity)
    if new:
        transaction.database.execute_many(_INSERT_CHUNK, [{**one, "rows_read": 0, "rows_rejected": 0} for one in new])
    transaction.run(
        "UPDATE csvbatch_batch SET state = :state, chunks_total = :total, chunks_remaining = :remaining, "
        "unpacked_key = :unpacked_key, unpacked_version = :unpacked_version, failures = 0, failure = NULL, "
        "changed_at = :now WHERE id = :id",
        id=identity,
        state="loading" if new else "closing",
        total=len(new),
        remaining=len(new),
        unpacked_key=unpacked and unpacked.key,
        unpacked_version=unpacked and unpacked.version,
        now=transaction.now(),
    )
    return get(transaction, identity)


def refuse(transaction: Transaction, identity: str, reason: str) -> Batch:
    """End a batch of which no row was loaded; to refuse it twice changes nothing."""
    batch = lock(transaction, identity)
    if batch.state is BatchState.REFUSED:
        return batch
    _must_be_unsplit(batch)
    forget_progress(transaction, identity)
    transaction.run(
        "UPDATE csvbatch_batch SET state = 'refused', reason = :reason, closed_at = :now, unpacked_key = NULL, "
        "unpacked_version = NULL, changed_at = :now WHERE id = :id",
        id=identity,
        reason=reason[:_REASON_CHARACTERS],
        now=transaction.now(),
    )
    return get(transaction, identity)


def forget_progress(transaction: Transaction, identity: str) -> None:
    """Delete the chunks of a batch that was not split to the end."""
    transaction.run("DELETE FROM csvbatch_chunk WHERE batch_id = :id", id=identity)


def _place(identity: str, chunk: Chunk) -> dict[str, str | int]:
    return {
        "batch_id": identity,
        "chunk_number": chunk.number,
        "start_byte": chunk.start,
        "end_byte": chunk.end,
        "first_line": chunk.first_line,
    }


def _recorded(transaction: Transaction, identity: str) -> list[dict[str, str | int]]:
    rows = transaction.rows(
        "SELECT batch_id, chunk_number, start_byte, end_byte, first_line FROM csvbatch_chunk "
        "WHERE batch_id = :id ORDER BY chunk_number",
        id=identity,
    )
    names = ("batch_id", "chunk_number", "start_byte", "end_byte", "first_line")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _lock_unsplit(transaction: Transaction, identity: str) -> None:
    _must_be_unsplit(lock(transaction, identity))


def _must_be_unsplit(batch: Batch) -> None:
    if batch.state not in _UNSPLIT:
        raise wrong_state(batch, "was split or refused already", "continue with the chunks it has, or replay it")

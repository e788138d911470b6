"""The ledger's chunks: sent, loaded, dead, sent again.

Every operation locks the chunk's row first and the batch's row second, so that operations cannot deadlock.
"""

from collections.abc import Sequence
from datetime import timedelta

from csvbatch.store import batches
from csvbatch.store.database import Transaction
from csvbatch.store.errors import LedgerError, StoreError
from csvbatch.store.records import (
    Batch,
    ChunkInHand,
    ChunkRecord,
    ChunkResult,
    ChunkState,
    ChunkTask,
    Merged,
)
from csvbatch.store.tables import CHUNK

_SELECT = f"SELECT {', '.join(ChunkRecord.__slots__)} FROM csvbatch_chunk"
_ONE = " WHERE batch_id = :id AND chunk_number = :chunk_number"
_NEEDS_MESSAGE = "state = 'pending' OR (state = 'sent' AND sent_at < :sent_before)"
_REASON_CHARACTERS = next(column.size for column in CHUNK.columns if column.name == "reason")


def of_batch(transaction: Transaction, identity: str) -> list[ChunkRecord]:
    """Give a batch's chunks in order."""
    rows = transaction.rows(f"{_SELECT} WHERE batch_id = :id ORDER BY chunk_number", id=identity)
    return [ChunkRecord.from_row(row) for row in rows]


def batches_to_send(transaction: Transaction, bucket: str, resend_after: timedelta) -> list[Batch]:
    """Give a bucket's batches that are being loaded and have chunks that need a message; none of a paused dataset."""
    return batches.where(
        transaction,
        "bucket = :bucket AND state IN ('loading', 'incomplete') "
        "AND dataset NOT IN (SELECT dataset FROM csvbatch_pause) "
        f"AND id IN (SELECT batch_id FROM csvbatch_chunk WHERE {_NEEDS_MESSAGE})",
        bucket=bucket,
        sent_before=transaction.now() - resend_after,
    )


def to_send(transaction: Transaction, batch: Batch, resend_after: timedelta) -> list[ChunkTask]:
    """Give a batch's chunks that need a message: those pending, and those whose message must have expired.

    There are none while the dataset is paused.
    """
    rows = transaction.rows(
        f"{_SELECT} WHERE batch_id = :id AND ({_NEEDS_MESSAGE}) "
        "AND NOT EXISTS (SELECT 1 FROM csvbatch_pause WHERE dataset = :dataset) ORDER BY chunk_number",
        id=batch.id,
        dataset=batch.dataset,
        sent_before=transaction.now() - resend_after,
    )
    return [ChunkTask(batch, ChunkRecord.from_row(row)) for row in rows]


def mark_sent(transaction: Transaction, identity: str, numbers: Sequence[int]) -> None:
    """Record that a message was sent for each of these chunks; one that is done stays done.

    A chunk that is being loaded is skipped, because its lock may be held for as long as that takes. If its load fails,
    another message is sent for it, which is harmless.
    """
    if not numbers:
        return
    free = transaction.free_rows(
        "SELECT chunk_number FROM csvbatch_chunk WHERE batch_id = :id AND state IN ('pending', 'sent') "
        "AND chunk_number BETWEEN :lowest AND :highest",
        id=identity,
        lowest=min(numbers),
        highest=max(numbers),
    )
    sent = set(numbers).intersection(number for (number,) in free)
    if sent:
        now = transaction.now()
        transaction.database.execute_many(
            f"UPDATE csvbatch_chunk SET state = 'sent', sent_at = :now, sends = sends + 1{_ONE}",
            [{"id": identity, "chunk_number": number, "now": now} for number in sorted(sent)],
        )


def take(transaction: Transaction, identity: str, number: int) -> ChunkInHand | None:
    """Lock a chunk for loading; None if it is done."""
    chunk = _lock(transaction, identity, number)
    if chunk.state is ChunkState.DONE:
        return None
    # Read after the lock: a replay raises the attempt only while it has the batch's chunks locked.
    batch = batches.get(transaction, identity)
    contract = batches.contract_of(transaction, identity)
    return ChunkInHand(batch, chunk, contract, transaction.database.sql_dialect.text_types)


def finish(transaction: Transaction, in_hand: ChunkInHand, result: ChunkResult, merged: Merged) -> None:
    """Record the counts of a loaded chunk, and reduce its batch's count of remaining chunks."""
    if result.rows_read != merged.offered + result.rows_rejected:
        raise StoreError(
            "COUNTS_DIFFER",
            f"of {result.rows_read} rows read {merged.offered} were merged and {result.rows_rejected} rejected",
            "nothing was changed; this is a defect of the code that reads the chunk",
        )
    batch, chunk = in_hand.batch, in_hand.chunk
    transaction.run(
        "UPDATE csvbatch_chunk SET state = 'done', reason = NULL, done_at = :now, rows_read = :rows_read, "
        "rows_merged = :rows_merged, rows_superseded = :rows_superseded, rows_stale = :rows_stale, "
        f"rows_rejected = :rows_rejected, reject_object = :reject_object{_ONE}",
        id=batch.id,
        chunk_number=chunk.chunk_number,
        now=transaction.now(),
        rows_read=result.rows_read,
        rows_merged=merged.offered,
        rows_superseded=merged.superseded,
        rows_stale=merged.stale,
        rows_rejected=result.rows_rejected,
        reject_object=result.reject_object,
    )
    transaction.run(
        "UPDATE csvbatch_batch SET chunks_remaining = chunks_remaining - 1, rows_read = rows_read + :rows_read, "
        "rows_merged = rows_merged + :rows_merged, rows_superseded = rows_superseded + :rows_superseded, "
        "rows_stale = rows_stale + :rows_stale, rows_rejected = rows_rejected + :rows_rejected WHERE id = :id",
        id=batch.id,
        rows_read=result.rows_read,
        rows_merged=merged.offered,
        rows_superseded=merged.superseded,
        rows_stale=merged.stale,
        rows_rejected=result.rows_rejected,
    )
    _settle(transaction, batch.id)


def mark_dead(transaction: Transaction, identity: str, number: int, reason: str) -> Batch:
    """Mark a chunk as dead, which makes its batch incomplete; one that is done stays done."""
    chunk = _lock(transaction, identity, number)
    if chunk.state is not ChunkState.DONE:
        transaction.run(
            f"UPDATE csvbatch_chunk SET state = 'dead', reason = :reason{_ONE}",
            id=identity,
            chunk_number=number,
            reason=reason[:_REASON_CHARACTERS],
        )
        _settle(transaction, identity)
    return batches.get(transaction, identity)


def lock_all(transaction: Transaction, identity: str) -> None:
    """Lock all chunks of a batch until the transaction ends."""
    transaction.locked_rows(f"{_SELECT} WHERE batch_id = :id ORDER BY chunk_number", id=identity)


def redrive(transaction: Transaction, identity: str) -> int:
    """Make a batch's dead chunks pending again; give how many there were."""
    lock_all(transaction, identity)
    revived = transaction.run(
        "UPDATE csvbatch_chunk SET state = 'pending', reason = NULL WHERE batch_id = :id AND state = 'dead'",
        id=identity,
    )
    if revived:
        _settle(transaction, identity)
    return revived


def get(transaction: Transaction, identity: str, number: int) -> ChunkRecord:
    """Give one chunk; raises LedgerError (UNKNOWN_CHUNK)."""
    return _only(transaction.rows(_SELECT + _ONE, id=identity, chunk_number=number), identity, number)


def _lock(transaction: Transaction, identity: str, number: int) -> ChunkRecord:
    return _only(transaction.locked_rows(_SELECT + _ONE, id=identity, chunk_number=number), identity, number)


def _only(rows: list[tuple[object, ...]], identity: str, number: int) -> ChunkRecord:
    if not rows:
        raise LedgerError(
            "UNKNOWN_CHUNK",
            f"there is no chunk {number} of a batch {identity}",
            "the message is not from this platform, or is for the ledger of another database",
        )
    return ChunkRecord.from_row(rows[0])


def _settle(transaction: Transaction, identity: str) -> None:
    """Bring a batch's state in line with its chunks.

    It is a statement of its own: if the update of the counts waited for another transaction, this one sees its result.
    """
    transaction.run(
        "UPDATE csvbatch_batch SET changed_at = :now, state = CASE WHEN EXISTS "
        "(SELECT 1 FROM csvbatch_chunk WHERE batch_id = :id AND state = 'dead') THEN 'incomplete' "
        "WHEN chunks_remaining = 0 THEN 'closing' ELSE 'loading' END WHERE id = :id",
        id=identity,
        now=transaction.now(),
    )

"""The ledger's chunks: sent, loaded, dead, sent again.

Every operation locks the chunk's row first and the batch's row second, so that operations cannot deadlock.
"""

from collections.abc import Sequence
from datetime import timedelta

from csvbatch.contract.ledger_copy import dumps
from csvbatch.contract.model import Contract
from csvbatch.csv_file.dialect import Dialect
from csvbatch.store import batches
from csvbatch.store.database import Transaction
from csvbatch.store.errors import LedgerError, StoreError
from csvbatch.store.records import (
    Batch,
    BatchState,
    ChunkInHand,
    ChunkRecord,
    ChunkResult,
    ChunkState,
    ChunkTask,
    Merged,
    ObjectVersion,
)
from csvbatch.store.tables import CHUNK

_SELECT = f"SELECT {', '.join(ChunkRecord.__slots__)} FROM csvbatch_chunk"
_ONE = " WHERE batch_id = :id AND chunk_number = :chunk_number"
_REASON_CHARACTERS = next(column.size for column in CHUNK.columns if column.name == "reason")


def of_batch(transaction: Transaction, identity: str) -> list[ChunkRecord]:
    """Give a batch's chunks in order."""
    rows = transaction.rows(f"{_SELECT} WHERE batch_id = :id ORDER BY chunk_number", id=identity)
    return [ChunkRecord.from_row(row) for row in rows]


def to_send(transaction: Transaction, resend_after: timedelta) -> list[ChunkTask]:
    """Give the chunks that need a message: those pending, and those whose message must have expired."""
    under_way = batches.waiting(transaction, (BatchState.LOADING, BatchState.INCOMPLETE))
    by_id = {batch.id: batch for batch in under_way}
    rows = transaction.rows(
        f"{_SELECT} WHERE state = 'pending' OR (state = 'sent' AND sent_at < :sent_before)",
        sent_before=transaction.now() - resend_after,
    )
    tasks = [
        ChunkTask(by_id[chunk.batch_id], chunk) for chunk in map(ChunkRecord.from_row, rows) if chunk.batch_id in by_id
    ]
    return sorted(tasks, key=lambda task: (task.batch.load_sequence, task.chunk.chunk_number))


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
    return ChunkInHand(batch, chunk, contract, transaction.database.sql_dialect.iso_texts)


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


def redrive(transaction: Transaction, identity: str) -> int:
    """Make a batch's dead chunks pending again; give how many there were."""
    transaction.locked_rows(f"{_SELECT} WHERE batch_id = :id ORDER BY chunk_number", id=identity)
    revived = transaction.run(
        "UPDATE csvbatch_chunk SET state = 'pending', reason = NULL WHERE batch_id = :id AND state = 'dead'",
        id=identity,
    )
    if revived:
        _settle(transaction, identity)
    return revived


def replay(transaction: Transaction, identity: str, contract: Contract | None, unpacked: ObjectVersion | None) -> Batch:
    """Load a batch again from the chunks it has; one that was refused is split again.

    The batch keeps its place in the sequence, so its rows do not replace those of a later batch. Its attempt rises, so
    they do replace its own.
    """
    transaction.locked_rows(f"{_SELECT} WHERE batch_id = :id ORDER BY chunk_number", id=identity)
    batch = batches.lock(transaction, identity)
    if contract is not None:
        _replace_contract(transaction, batch, contract)
    if unpacked is not None:
        transaction.run(
            "UPDATE csvbatch_batch SET unpacked_key = :key, unpacked_version = :version WHERE id = :id",
            id=identity,
            key=unpacked.key,
            version=unpacked.version,
        )
    transaction.run(
        "UPDATE csvbatch_chunk SET state = 'pending', reason = NULL, sent_at = NULL, done_at = NULL, "
        "rows_read = 0, rows_merged = 0, rows_superseded = 0, rows_stale = 0, rows_rejected = 0, "
        "reject_object = NULL WHERE batch_id = :id",
        id=identity,
    )
    transaction.run(
        "UPDATE csvbatch_batch SET state = :state, reason = NULL, load_attempt = load_attempt + 1, "
        "chunks_remaining = chunks_total, rows_read = 0, rows_merged = 0, rows_superseded = 0, rows_stale = 0, "
        "rows_rejected = 0, closed_at = NULL, failures = 0, failure = NULL, replayed_at = :now, changed_at = :now "
        "WHERE id = :id",
        id=identity,
        state=_state_to_replay_from(batch),
        now=transaction.now(),
    )
    return batches.get(transaction, identity)


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


def _state_to_replay_from(batch: Batch) -> str:
    split = batch.state not in (BatchState.REGISTERED, BatchState.SPLITTING, BatchState.REFUSED)
    if not split:
        return BatchState.REGISTERED.value
    return BatchState.LOADING.value if batch.chunks_total else BatchState.CLOSING.value


def _replace_contract(transaction: Transaction, batch: Batch, contract: Contract) -> None:
    """Replace a batch's contract if its chunks and its table stay the same."""
    if batch.chunks_total:
        before = batches.contract_of(transaction, batch.id)
        changed = {
            "dataset": before.dataset != contract.dataset,
            "table": before.table != contract.table,
            "key": before.key != contract.key,
            "dialect": Dialect.of(before) != Dialect.of(contract),
        }
        for what, is_changed in changed.items():
            if is_changed:
                raise LedgerError(
                    "OTHER_CONTRACT",
                    f"batch {batch.id} was split under a contract with another {what}",
                    "drop the file again to load it under the present contract",
                )
    transaction.run(
        "UPDATE csvbatch_batch SET contract = :contract WHERE id = :id", id=batch.id, contract=dumps(contract)
    )

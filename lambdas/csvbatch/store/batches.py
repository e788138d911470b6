"""The ledger's batches: one for each object version, from registration to its end."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256

from csvbatch.contract.ledger_copy import dumps, loads_json
from csvbatch.contract.model import Contract
from csvbatch.csv_file.splitter import Chunk
from csvbatch.store.database import Transaction
from csvbatch.store.errors import LedgerError
from csvbatch.store.records import Batch, BatchState, NewBatch, ObjectVersion
from csvbatch.store.tables import BATCH

_FIELDS = ", ".join(Batch.__slots__)
_SELECT = f"SELECT {_FIELDS} FROM csvbatch_batch"
_REASON_CHARACTERS = next(column.size for column in BATCH.columns if column.name == "reason")
_INSERT_CHUNK = (
    "INSERT INTO csvbatch_chunk (batch_id, chunk_number, start_byte, end_byte, first_line, state, sends, "
    "rows_read, rows_merged, rows_superseded, rows_stale, rows_rejected) "
    "VALUES (:batch_id, :chunk_number, :start_byte, :end_byte, :first_line, 'pending', 0, 0, 0, 0, 0, 0)"
)


def register(transaction: Transaction, new: NewBatch) -> Batch:
    """Record an object version as a batch with the next sequence number, or give the batch it is already."""
    known = transaction.rows(
        f"{_SELECT} WHERE bucket = :bucket AND object_key = :object_key AND object_version = :object_version",
        bucket=new.bucket,
        object_key=new.object.key,
        object_version=new.object.version,
    )
    if known:
        return Batch.from_row(known[0])
    identity = batch_id(new.bucket, new.object)
    # If two read the same maximum, the uniqueness refuses one of them, and its transaction is retried.
    highest = transaction.rows("SELECT MAX(load_sequence) FROM csvbatch_batch")[0][0]
    transaction.run(
        "INSERT INTO csvbatch_batch (id, load_sequence, load_attempt, dataset, bucket, object_key, "
        "object_version, object_bytes, contract, state, splits, chunks_total, chunks_remaining, rows_read, "
        "rows_merged, rows_superseded, rows_stale, rows_rejected, failures, registered_at, changed_at) "
        "VALUES (:id, :load_sequence, 1, :dataset, :bucket, :object_key, :object_version, :object_bytes, "
        ":contract, 'registered', 0, 0, 0, 0, 0, 0, 0, 0, 0, :now, :now)",
        id=identity,
        load_sequence=int(highest or 0) + 1,
        dataset=new.dataset,
        bucket=new.bucket,
        object_key=new.object.key,
        object_version=new.object.version,
        object_bytes=new.object_bytes,
        contract=None if new.contract is None else dumps(new.contract),
        now=transaction.now(),
    )
    return get(transaction, identity)


def batch_id(bucket: str, source: ObjectVersion) -> str:
    """Give the id of an object version's batch, the same wherever and whenever it is registered."""
    return sha256("\0".join((bucket, source.key, source.version)).encode()).hexdigest()[:16]


def known_versions(transaction: Transaction, bucket: str, prefix: str) -> set[ObjectVersion]:
    """Give the object versions under a prefix that are registered."""
    rows = transaction.rows(
        "SELECT object_key, object_version FROM csvbatch_batch "
        "WHERE bucket = :bucket AND SUBSTR(object_key, 1, :characters) = :prefix",
        bucket=bucket,
        prefix=prefix,
        characters=len(prefix),
    )
    return {ObjectVersion(key, version) for key, version in rows}


def get(transaction: Transaction, identity: str) -> Batch:
    """Give a batch; raises LedgerError (UNKNOWN_BATCH)."""
    return _only(transaction.rows(f"{_SELECT} WHERE id = :id", id=identity), identity)


def lock(transaction: Transaction, identity: str) -> Batch:
    """Give a batch and lock it until the transaction ends."""
    return _only(transaction.locked_rows(f"{_SELECT} WHERE id = :id", id=identity), identity)


def latest(transaction: Transaction, state: BatchState | None, count: int) -> list[Batch]:
    """Give the batches that were registered last, the newest first."""
    chosen, parameters = ("", {}) if state is None else (" WHERE state = :state", {"state": state.value})
    rows = transaction.first_rows(count, f"{_SELECT}{chosen} ORDER BY load_sequence DESC", **parameters)
    return [Batch.from_row(row) for row in rows]


def waiting(transaction: Transaction, states: Sequence[BatchState]) -> list[Batch]:
    """Give all batches in these states, in the order of their sequence."""
    names = {f"state{index}": state.value for index, state in enumerate(states)}
    rows = transaction.rows(
        f"{_SELECT} WHERE state IN ({', '.join(f':{name}' for name in names)}) ORDER BY load_sequence", **names
    )
    return [Batch.from_row(row) for row in rows]


def contract_of(transaction: Transaction, identity: str) -> Contract:
    """Give the batch's own copy of its contract."""
    rows = transaction.rows("SELECT contract FROM csvbatch_batch WHERE id = :id", id=identity)
    if not rows or rows[0][0] is None:
        raise LedgerError(
            "NO_CONTRACT",
            f"batch {identity} has no contract",
            "package a contract for its dataset and drop the file again",
        )
    return _read_contract(rows[0][0])


def begin_split(transaction: Transaction, identity: str) -> Batch:
    """Record that a split of the batch's object begins; `splits` counts how often that happened."""
    _lock_unsplit(transaction, identity)
    transaction.run(
        "UPDATE csvbatch_batch SET state = 'splitting', splits = splits + 1, changed_at = :now WHERE id = :id",
        id=identity,
        now=transaction.now(),
    )
    return get(transaction, identity)


def record_chunks(
    transaction: Transaction, identity: str, chunks: Iterable[Chunk], unpacked: ObjectVersion | None
) -> Batch:
    """Record a batch's chunks, which are pending then; a batch without chunks is ready to be closed.

    To record the same chunks again changes nothing, so that the operation can be retried after a lost answer.
    """
    new = [
        {
            "batch_id": identity,
            "chunk_number": chunk.number,
            "start_byte": chunk.start,
            "end_byte": chunk.end,
            "first_line": chunk.first_line,
        }
        for chunk in chunks
    ]
    batch = lock(transaction, identity)
    if batch.state not in _UNSPLIT and _recorded(transaction, identity) == new:
        return batch
    _must_be_unsplit(batch)
    if new:
        transaction.database.execute_many(_INSERT_CHUNK, new)
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
    transaction.run(
        "UPDATE csvbatch_batch SET state = 'refused', reason = :reason, closed_at = :now, "
        "changed_at = :now WHERE id = :id",
        id=identity,
        reason=reason[:_REASON_CHARACTERS],
        now=transaction.now(),
    )
    return get(transaction, identity)


def close(transaction: Transaction, identity: str) -> Batch:
    """End a batch whose chunks are all done and whose report is written; to close it twice changes nothing."""
    batch = lock(transaction, identity)
    if batch.state is BatchState.CLOSED:
        return batch
    if batch.state is not BatchState.CLOSING:
        raise _wrong_state(batch, "is not ready to be closed", "wait until each of its chunks is done")
    transaction.run(
        "UPDATE csvbatch_batch SET state = 'closed', failures = 0, failure = NULL, closed_at = :now, "
        "changed_at = :now WHERE id = :id",
        id=identity,
        now=transaction.now(),
    )
    return get(transaction, identity)


_UNSPLIT = (BatchState.REGISTERED, BatchState.SPLITTING)


def _lock_unsplit(transaction: Transaction, identity: str) -> None:
    _must_be_unsplit(lock(transaction, identity))


def _must_be_unsplit(batch: Batch) -> None:
    if batch.state not in _UNSPLIT:
        raise _wrong_state(batch, "was split or refused already", "continue with the chunks it has, or replay it")


def _wrong_state(batch: Batch, what: str, advice: str) -> LedgerError:
    return LedgerError("WRONG_STATE", f"batch {batch.id} {what}: it is {batch.state}", advice)


def _recorded(transaction: Transaction, identity: str) -> list[dict[str, str | int]]:
    rows = transaction.rows(
        "SELECT batch_id, chunk_number, start_byte, end_byte, first_line FROM csvbatch_chunk "
        "WHERE batch_id = :id ORDER BY chunk_number",
        id=identity,
    )
    names = ("batch_id", "chunk_number", "start_byte", "end_byte", "first_line")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _only(rows: list[tuple[object, ...]], identity: str) -> Batch:
    if not rows:
        raise LedgerError("UNKNOWN_BATCH", f"there is no batch {identity}", "`csvbatch status` lists the batches")
    return Batch.from_row(rows[0])


@lru_cache(maxsize=16)
def _read_contract(text: str) -> Contract:
    return loads_json(text)

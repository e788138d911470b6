"""The ledger's batches: one for each object version, from registration to its end."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import batched
from typing import NamedTuple

from csvbatch.contract.ledger_copy import dumps, loads_json
from csvbatch.contract.model import Contract
from csvbatch.store import leases
from csvbatch.store.database import Transaction
from csvbatch.store.errors import LedgerError
from csvbatch.store.records import Batch, BatchState, NewBatch, ObjectVersion

_FIELDS = ", ".join(Batch.__slots__)
_SELECT = f"SELECT {_FIELDS} FROM csvbatch_batch"
_KEYS_ASKED_TOGETHER = 500
"""Oracle takes at most 1,000 expressions in a list (ORA-01795)."""


class Registered(NamedTuple):
    """The batch of an object version; `is_new` if this registration recorded it, and not an earlier one.

    If the answer to the commit is lost, the registration is retried and finds its own record, which is not new then.
    """

    batch: Batch
    is_new: bool


def register(transaction: Transaction, new: NewBatch) -> Registered:
    """Record an object version as a batch with the next sequence number, or give the batch it is already."""
    known = transaction.rows(
        f"{_SELECT} WHERE bucket = :bucket AND object_key = :object_key AND object_version = :object_version",
        bucket=new.bucket,
        object_key=new.object.key,
        object_version=new.object.version,
    )
    if known:
        return Registered(Batch.from_row(known[0]), is_new=False)
    identity = batch_id(new.bucket, new.object)
    # One registration at a time reads the highest number. Without the lock, the uniqueness would refuse one of two, and
    # many at once would use up their tries.
    leases.lock(transaction, "sequence")
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
    return Registered(get(transaction, identity), is_new=True)


def batch_id(bucket: str, source: ObjectVersion) -> str:
    """Give the id of an object version's batch, the same wherever and whenever it is registered."""
    return sha256("\0".join((bucket, source.key, source.version)).encode()).hexdigest()[:16]


def known_versions(transaction: Transaction, bucket: str, keys: Sequence[str]) -> set[ObjectVersion]:
    """Give the registered object versions of these keys."""
    known: set[ObjectVersion] = set()
    for some in batched(keys, _KEYS_ASKED_TOGETHER, strict=False):
        names = {f"key{index}": key for index, key in enumerate(some)}
        rows = transaction.rows(
            "SELECT object_key, object_version FROM csvbatch_batch "
            f"WHERE bucket = :bucket AND object_key IN ({', '.join(f':{name}' for name in names)})",
            bucket=bucket,
            **names,
        )
        known.update(ObjectVersion(key, version) for key, version in rows)
    return known


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
    return where(transaction, f"state IN ({', '.join(f':{name}' for name in names)})", **names)


def first_where(transaction: Transaction, count: int, condition: str, **parameters: object) -> list[Batch]:
    """Give the first batches that meet a condition, in the order of their sequence."""
    rows = transaction.first_rows(count, f"{_SELECT} WHERE {condition} ORDER BY load_sequence", **parameters)
    return [Batch.from_row(row) for row in rows]


def where(transaction: Transaction, condition: str, **parameters: object) -> list[Batch]:
    """Give all batches that meet a condition, in the order of their sequence."""
    rows = transaction.rows(f"{_SELECT} WHERE {condition} ORDER BY load_sequence", **parameters)
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


def close(transaction: Transaction, identity: str) -> Batch:
    """End a batch whose chunks are all done and whose report is written; to close it twice changes nothing."""
    batch = lock(transaction, identity)
    if batch.state is BatchState.CLOSED:
        return batch
    if batch.state is not BatchState.CLOSING:
        raise wrong_state(batch, "is not ready to be closed", "wait until each of its chunks is done")
    transaction.run(
        "UPDATE csvbatch_batch SET state = 'closed', failures = 0, failure = NULL, closed_at = :now, "
        "changed_at = :now WHERE id = :id",
        id=identity,
        now=transaction.now(),
    )
    return get(transaction, identity)


def wrong_state(batch: Batch, what: str, advice: str) -> LedgerError:
    """Make the error that an operation is not possible in a batch's state."""
    return LedgerError("WRONG_STATE", f"batch {batch.id} {what}: it is {batch.state}", advice)


def _only(rows: list[tuple[object, ...]], identity: str) -> Batch:
    if not rows:
        raise LedgerError("UNKNOWN_BATCH", f"there is no batch {identity}", "`csvbatch status` lists the batches")
    return Batch.from_row(rows[0])


@lru_cache(maxsize=16)
def _read_contract(text: str) -> Contract:
    return loads_json(text)

"""Replays: a batch is loaded again, in its old place in the sequence."""

from csvbatch.contract.ledger_copy import dumps
from csvbatch.contract.model import Contract
from csvbatch.csv_file.dialect import Dialect
from csvbatch.store import batches, splits
from csvbatch.store.chunks import lock_all
from csvbatch.store.database import Transaction
from csvbatch.store.errors import LedgerError
from csvbatch.store.records import Batch, BatchState, ObjectVersion


def replay(transaction: Transaction, identity: str, contract: Contract | None, unpacked: ObjectVersion | None) -> Batch:
    """Load a batch again from the chunks it has; one that was refused is split again.

    The batch keeps its place in the sequence, so its rows do not replace those of a later batch. Its attempt rises, so
    they do replace its own.
    """
    lock_all(transaction, identity)
    batch = batches.lock(transaction, identity)
    if batch.archived_at is not None:
        raise LedgerError(
            "ARCHIVED",
            f"the chunks of batch {identity} were archived on {batch.archived_at:%Y-%m-%d}",
            "drop the file again; its rows then replace those of the files that came after it",
        )
    if not batch.chunks_total:
        splits.forget_progress(transaction, identity)
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

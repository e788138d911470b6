"""The failures of a batch in the ledger: the code of the last one, and how many there were in a row."""

from collections.abc import Sequence

from csvbatch.store.batches import get
from csvbatch.store.database import Transaction
from csvbatch.store.records import Batch, BatchState
from csvbatch.store.tables import BATCH

_FAILURE_CHARACTERS = next(column.size for column in BATCH.columns if column.name == "failure")


def record(transaction: Transaction, batch: Batch, code: str, states: Sequence[BatchState], *, counted: bool) -> Batch:
    """Record why a step failed, if the batch is still in one of these states; `splitting` becomes `registered`.

    The count is one more than in `batch`, or the same, so that the operation can be retried after a lost answer.
    Nothing is recorded if another transaction has locked the row: other batches must not wait for that.
    """
    free = transaction.free_rows("SELECT state FROM csvbatch_batch WHERE id = :id", id=batch.id)
    if free and free[0][0] in states:
        transaction.run(
            "UPDATE csvbatch_batch SET failures = :failures, failure = :failure, "
            "state = CASE WHEN state = 'splitting' THEN 'registered' ELSE state END, changed_at = :now WHERE id = :id",
            id=batch.id,
            failures=batch.failures + counted,
            failure=code[:_FAILURE_CHARACTERS],
            now=transaction.now(),
        )
    return get(transaction, batch.id)


def clear(transaction: Transaction, identity: str) -> None:
    """Reset the failures after a success; left for a later run if another transaction has locked the row."""
    if transaction.free_rows("SELECT id FROM csvbatch_batch WHERE id = :id", id=identity):
        transaction.run("UPDATE csvbatch_batch SET failures = 0, failure = NULL WHERE id = :id", id=identity)

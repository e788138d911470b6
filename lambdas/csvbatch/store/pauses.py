"""Pauses: nothing of a paused dataset is registered, split or sent until it is resumed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from csvbatch.store.database import Transaction
from csvbatch.store.records import moment
from csvbatch.store.transactions import Transactions


class Pause(NamedTuple):
    """A paused dataset; `chunks_sent` were sent before, and will still be loaded."""

    dataset: str
    since: datetime
    chunks_sent: int


class Pauses:
    """The paused datasets of a ledger. Each operation is one transaction, and raises what those of `Store` do."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def pause(self, dataset: str) -> bool:
        """Pause a dataset; False if it was paused already, which stays as it is."""
        return self._run("pauses.pause", partial(_pause, dataset=dataset), write=True)

    def resume(self, dataset: str) -> bool:
        """End the pause of a dataset; False if there is none."""
        return self._run("pauses.resume", partial(_resume, dataset=dataset), write=True)

    def names(self) -> frozenset[str]:
        """Give the names of the paused datasets."""
        return self._run("pauses.names", _names, write=False)

    def all(self) -> list[Pause]:
        """Give the paused datasets in the order of their names."""
        return self._run("pauses.all", _all, write=False)

    def _run[T](self, operation: str, work: Callable[[Transaction], T], *, write: bool) -> T:
        return self._transactions.run(operation, work, write=write)


def _pause(transaction: Transaction, dataset: str) -> bool:
    if transaction.rows("SELECT dataset FROM csvbatch_pause WHERE dataset = :dataset", dataset=dataset):
        return False
    # If two get here at once, the primary key refuses one of them, and its transaction is retried.
    transaction.run(
        "INSERT INTO csvbatch_pause (dataset, paused_at) VALUES (:dataset, :now)",
        dataset=dataset,
        now=transaction.now(),
    )
    return True


def _resume(transaction: Transaction, dataset: str) -> bool:
    return transaction.run("DELETE FROM csvbatch_pause WHERE dataset = :dataset", dataset=dataset) > 0


def _names(transaction: Transaction) -> frozenset[str]:
    return frozenset(name for (name,) in transaction.rows("SELECT dataset FROM csvbatch_pause"))


def _all(transaction: Transaction) -> list[Pause]:
    rows = transaction.rows("SELECT dataset, paused_at FROM csvbatch_pause ORDER BY dataset")
    return [Pause(dataset, _since(paused_at), _chunks_sent(transaction, dataset)) for dataset, paused_at in rows]


def _since(paused_at: datetime | str) -> datetime:
    since = moment(paused_at)
    assert since is not None, "the column has no NULL"
    return since


def _chunks_sent(transaction: Transaction, dataset: str) -> int:
    rows = transaction.rows(
        "SELECT COUNT(*) FROM csvbatch_chunk c JOIN csvbatch_batch b ON b.id = c.batch_id "
        "WHERE c.state = 'sent' AND b.dataset = :dataset",
        dataset=dataset,
    )
    return int(rows[0][0])

"""Runs operations of the store, each in one transaction, and again if that may help."""

from collections.abc import Callable
from functools import partial

from csvbatch.store.database import Clock, Database, Transaction
from csvbatch.store.errors import BusyError, RetryableError, StoreError

TRIES = 4
"""How often an operation is tried that met a deadlock, a duplicate-key race or a lost connection."""


class Transactions:
    """Runs operations in transactions of one database."""

    def __init__(self, database: Database, clock: Clock | None) -> None:
        self._database = database
        self._clock = clock

    def run[T](self, operation: str, work: Callable[[Transaction], T], *, write: bool) -> T:
        """Do some work in a transaction and commit it.

        Raises StoreError with the operation's name, and what the work raises; the transaction is rolled back then.
        """
        try:
            return self._try(work, write=write)
        except StoreError as error:
            error.operation = operation
            raise

    def _try[T](self, work: Callable[[Transaction], T], *, write: bool) -> T:
        tries = 0
        while True:
            tries += 1
            # An error of `begin` is not retried here: to wait for a connection is up to the caller.
            translated(self._database, partial(self._database.begin, write=write))
            transaction = Transaction(self._database, self._clock)
            try:
                return translated(self._database, partial(self._commit, work, transaction))
            except BaseException as error:
                self._database.rollback()
                again = isinstance(error, RetryableError) and not isinstance(error, BusyError)
                if not again or tries == TRIES:
                    raise

    def _commit[T](self, work: Callable[[Transaction], T], transaction: Transaction) -> T:
        result = work(transaction)
        self._database.commit()
        return result


def translated[T](database: Database, call: Callable[[], T]) -> T:
    """Call it, and raise a StoreError in place of a driver's error, whose text may quote rows."""
    try:
        return call()
    except Exception as error:
        failure = database.failure(error)
        if failure is None:
            raise
    # Outside of the `except`, so that the driver's error is not kept as the context of this one.
    raise failure

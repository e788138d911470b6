"""What the rest of the program asks of a database that has the ledger and the target tables in it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

from csvbatch.contract import Contract
from csvbatch.splitter import Chunk
from csvbatch.store import batches, chunks, leases
from csvbatch.store.database import Clock, Database, Position, Transaction
from csvbatch.store.ddl import tables, update_table
from csvbatch.store.errors import BusyError, RetryableError, StoreError
from csvbatch.store.records import (
    Batch,
    BatchState,
    ChunkInHand,
    ChunkRecord,
    ChunkTask,
    Loader,
    LoadOutcome,
    NewBatch,
    ObjectVersion,
    Row,
)
from csvbatch.store.tables import LEDGER, Table

TRIES = 4
"""How often an operation is tried that met a deadlock, a duplicate-key race or a lost connection."""

type BeforeEach = Callable[[Sequence[str], int], None]
"""What a migration calls before each statement: all statements, and the index of the next one."""


class Store:
    """The ledger and the target tables of one database; each operation is one transaction.

    Operations raise `RetryableError` where a later try may succeed (after having tried a few times), and another
    `StoreError` where it will not. A store serves one thread at a time. `clock` takes the place of the
    database's own.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock

    def migrate(self, contracts: Iterable[Contract], before_each: BeforeEach | None = None) -> list[str]:
        """Make or complete the ledger and the contracts' tables; give the statements that were run.

        `before_each` is called before each statement, with all of them and the index of the one that is next;
        what it raises ends the migration. Oracle commits each statement by itself, so those before it stay.
        """
        return self._run("migrate", partial(_migrate, tables=tables(contracts), before_each=before_each))

    def migration(self, contracts: Iterable[Contract]) -> list[str]:
        """Give the statements that `migrate` would run now, and change nothing."""
        return self._read("migration", partial(_migration, tables=tables(contracts)))

    def has_ledger(self) -> bool:
        """Whether all of the ledger's tables are there."""
        return self._read("has_ledger", _has_ledger)

    def acquire_lease(self, name: str, owner: str, duration: timedelta) -> bool:
        """Take a lease, or renew it; False where somebody else holds it."""
        return self._run("acquire_lease", partial(leases.acquire, name=name, owner=owner, duration=duration))

    def release_lease(self, name: str, owner: str) -> None:
        """Give a lease back."""
        self._run("release_lease", partial(leases.release, name=name, owner=owner))

    def known_versions(self, bucket: str, prefix: str) -> set[ObjectVersion]:
        """Give the object versions under a (not empty) prefix that are registered already."""
        return self._read("known_versions", partial(batches.known_versions, bucket=bucket, prefix=prefix))

    def register(self, new: NewBatch) -> Batch:
        """Record an object version as a batch with the next sequence number; the same one only once."""
        return self._run("register", partial(batches.register, new=new))

    def begin_split(self, batch_id: str) -> Batch:
        """Say that a batch's object is about to be scanned."""
        return self._run("begin_split", partial(batches.begin_split, identity=batch_id))

    def record_chunks(self, batch_id: str, chunks: Iterable[Chunk], unpacked: ObjectVersion | None = None) -> Batch:
        """Record all of a batch's chunks, and what they are ranges of where that is not the object itself."""
        work = partial(batches.record_chunks, identity=batch_id, chunks=tuple(chunks), unpacked=unpacked)
        return self._run("record_chunks", work)

    def refuse(self, batch_id: str, reason: str) -> Batch:
        """End a batch that was not split; the reason is kept and must quote nothing from the file."""
        return self._run("refuse", partial(batches.refuse, identity=batch_id, reason=reason))

    def chunks_to_send(self, resend_after: timedelta) -> list[ChunkTask]:
        """Give the chunks that need a message: pending, or sent longer ago than a queue keeps messages."""
        return self._read("chunks_to_send", partial(chunks.to_send, resend_after=resend_after))

    def mark_sent(self, batch_id: str, numbers: Sequence[int]) -> None:
        """Say that a message was sent for each of these chunks."""
        self._run("mark_sent", partial(chunks.mark_sent, identity=batch_id, numbers=numbers))

    def load_chunk(self, batch_id: str, number: int, loader: Loader) -> LoadOutcome:
        """Load a chunk unless it is done: its rows, counts and state are committed together or not at all."""

        def load(transaction: Transaction) -> LoadOutcome:
            in_hand = chunks.take(transaction, batch_id, number)
            if in_hand is not None:
                merge = _Merge(self, transaction, in_hand)
                result = loader(in_hand, merge)
                chunks.finish(transaction, in_hand, result, merge.merged or 0)
            return LoadOutcome(
                loaded=in_hand is not None,
                batch=batches.get(transaction, batch_id),
                chunk=chunks.get(transaction, batch_id, number),
            )

        return self._run(f"load_chunk of chunk {number} of batch {batch_id}", load)

    def mark_dead(self, batch_id: str, number: int, reason: str) -> Batch:
        """Give a chunk up; its batch is incomplete from then on."""
        work = partial(chunks.mark_dead, identity=batch_id, number=number, reason=reason)
        return self._run("mark_dead", work)

    def redrive(self, batch_id: str) -> int:
        """Let a batch's dead chunks be sent again; give how many there were."""
        return self._run("redrive", partial(chunks.redrive, identity=batch_id))

    def replay(
        self, batch_id: str, *, contract: Contract | None = None, unpacked: ObjectVersion | None = None
    ) -> Batch:
        """Load a batch once more, in its old place in the sequence.

        `contract` takes the place of the batch's copy; dataset, table, key and dialect have to be the same.
        `unpacked` takes the place of an unpacked object that is gone.
        """
        work = partial(chunks.replay, identity=batch_id, contract=contract, unpacked=unpacked)
        return self._run("replay", work)

    def close(self, batch_id: str) -> Batch:
        """End a batch in `closing`, after its report was written."""
        return self._run("close", partial(batches.close, identity=batch_id))

    def batch(self, batch_id: str) -> Batch:
        """Give one batch."""
        return self._read("batch", partial(batches.get, identity=batch_id))

    def contract(self, batch_id: str) -> Contract:
        """Give a batch's own copy of its contract."""
        return self._read("contract", partial(batches.contract_of, identity=batch_id))

    def batches(self, *states: BatchState) -> list[Batch]:
        """Give all batches in these states in the order of their sequence."""
        return self._read("batches", partial(batches.waiting, states=states))

    def latest_batches(self, count: int, state: BatchState | None = None) -> list[Batch]:
        """Give the batches registered last, the newest first."""
        return self._read("latest_batches", partial(batches.latest, state=state, count=count))

    def chunks(self, batch_id: str) -> list[ChunkRecord]:
        """Give a batch's chunks in order."""
        return self._read("chunks", partial(chunks.of_batch, identity=batch_id))

    def close_connection(self) -> None:
        """Give up the connection; the next operation opens another."""
        self._database.close()

    def _read[T](self, operation: str, work: Callable[[Transaction], T]) -> T:
        return self._run(operation, work, write=False)

    def _run[T](self, operation: str, work: Callable[[Transaction], T], *, write: bool = True) -> T:
        try:
            return self._try(work, write=write)
        except StoreError as error:
            error.operation = operation
            raise

    def _try[T](self, work: Callable[[Transaction], T], *, write: bool) -> T:
        tries = 0
        while True:
            tries += 1
            # Where there is no connection to be had, it is for the caller to wait.
            self.translated(partial(self._database.begin, write=write))
            transaction = Transaction(self._database, self._clock)
            try:
                return self.translated(partial(self._commit, work, transaction))
            except BaseException as error:
                self._database.rollback()
                again = isinstance(error, RetryableError) and not isinstance(error, BusyError)
                if not again or tries == TRIES:
                    raise

    def _commit[T](self, work: Callable[[Transaction], T], transaction: Transaction) -> T:
        result = work(transaction)
        self._database.commit()
        return result

    def translated[T](self, call: Callable[[], T]) -> T:
        """Call it, and raise a `StoreError` in place of an error of the driver's, which may quote rows."""
        try:
            return call()
        except Exception as error:
            failure = self._database.failure(error)
            if failure is None:
                raise
        # Outside of the `except`, so that the driver's error is not kept as the context of this one.
        raise failure


class _Merge:
    """What a loader is given to merge its rows with."""

    def __init__(self, store: Store, transaction: Transaction, in_hand: ChunkInHand) -> None:
        self._store = store
        self._transaction = transaction
        self._in_hand = in_hand
        self.merged: int | None = None

    def __call__(self, rows: Iterable[Row]) -> int:
        if self.merged is not None:
            raise RuntimeError("a chunk's rows are merged by one call, which takes them as a stream")
        batch = self._in_hand.batch
        position = Position(batch.load_sequence, batch.load_attempt)
        merge = partial(self._transaction.database.merge, self._in_hand.contract, position, rows)
        self.merged = self._store.translated(merge)
        return self.merged


def _migrate(transaction: Transaction, tables: Iterable[Table], before_each: BeforeEach | None) -> list[str]:
    statements = _migration(transaction, tables)
    for index, statement in enumerate(statements):
        if before_each:
            before_each(statements, index)
        transaction.run(statement)
    return statements


def _migration(transaction: Transaction, tables: Iterable[Table]) -> list[str]:
    database = transaction.database
    return [
        statement
        for table in tables
        for statement in update_table(table, database.columns(table.name), database.grammar)
    ]


def _has_ledger(transaction: Transaction) -> bool:
    return all(transaction.database.columns(table.name) for table in LEDGER)

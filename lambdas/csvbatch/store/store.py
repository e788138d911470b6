"""What the rest of the program asks of a database that has the ledger and the target tables in it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from csvbatch.contract.model import Contract
from csvbatch.csv_file.splitter import Chunk
from csvbatch.store import batches, chunks, datasets, leases
from csvbatch.store.database import Clock, Database, Position, Transaction
from csvbatch.store.ddl import create_table, tables
from csvbatch.store.drift import differences, drifted, missing
from csvbatch.store.errors import BusyError, RetryableError, StoreError
from csvbatch.store.records import (
    Batch,
    BatchState,
    ChunkInHand,
    ChunkRecord,
    ChunkTask,
    Loader,
    LoadOutcome,
    Merged,
    NewBatch,
    ObjectVersion,
    OverdueDataset,
    Row,
)
from csvbatch.store.tables import LEDGER, Table, target_table

CHECK_AGAIN_SECONDS = 600.0
"""How long a table is taken to be as it was when it was looked at."""

_CHECKS_KEPT = 64

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
        # By contract: at which connection its table was last found to be as it has to be, and when.
        self._checked: dict[Contract, tuple[int, float]] = {}

    def limit(self, remaining: Callable[[], float]) -> None:
        """Let no wait for the database go beyond a deadline, which so many seconds are left to, whenever asked."""
        self._database.waits.remaining = remaining

    def migration(self, contracts: Iterable[Contract]) -> list[str]:
        """Give the statements that `migrate` would run; raises StoreError where it would."""
        return self._read("migration", partial(_migration, tables=tables(contracts)))

    def migrate(self, contracts: Iterable[Contract], before_each: BeforeEach | None = None) -> list[str]:
        """Make the ledger and the contracts' tables, or bring them up to date; give the statements that were run.

        Raises StoreError, and has run nothing then, where a table differs in what no statement puts right without loss.
        `before_each` is called before each statement, with all of them and the index of the one that is next;
        what it raises ends the migration. Oracle commits each statement by itself, so those before it stay.
        """
        return self._run("migrate", partial(_migrate, tables=tables(contracts), before_each=before_each))

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

    def record_failure(self, batch: Batch, code: str, states: Sequence[BatchState], *, counted: bool) -> Batch:
        """Record the code of a failure on a batch that is in one of these states.

        `batch` is the batch as it was before; if `counted`, it has one failure more than then. Gives the batch
        afterwards. A batch in another state, or locked by another transaction, is not changed.
        """
        work = partial(batches.record_failure, batch=batch, code=code, states=states, counted=counted)
        return self._run("record_failure", work)

    def clear_failure(self, batch_id: str) -> None:
        """Reset a batch's failures after the step that failed has succeeded."""
        self._run("clear_failure", partial(batches.clear_failure, identity=batch_id))

    def expect_files(self, bucket: str, every_hours: Mapping[str, int]) -> None:
        """Set within how many hours a new file of each of a bucket's datasets should come; others expect none."""
        self._run("expect_files", partial(datasets.expect, bucket=bucket, every_hours=every_hours))

    def overdue_datasets(self, bucket: str | None = None) -> list[OverdueDataset]:
        """Give the datasets, of one bucket or of all, whose expected file has not come."""
        return self._read("overdue_datasets", partial(datasets.overdue, bucket=bucket))

    def now(self) -> datetime:
        """Give the time in UTC by the clock that the ledger's moments are taken from."""
        return self._read("now", Transaction.now)

    def chunks_to_send(self, resend_after: timedelta) -> list[ChunkTask]:
        """Give the chunks that need a message: pending, or sent longer ago than a queue keeps messages."""
        return self._read("chunks_to_send", partial(chunks.to_send, resend_after=resend_after))

    def mark_sent(self, batch_id: str, numbers: Sequence[int]) -> None:
        """Say that a message was sent for each of these chunks."""
        self._run("mark_sent", partial(chunks.mark_sent, identity=batch_id, numbers=numbers))

    def load_chunk(self, batch_id: str, number: int, loader: Loader) -> LoadOutcome:
        """Load a chunk unless it is done: its rows, counts and state are committed together or not at all.

        Raises StoreError (TABLE_DRIFTED, TABLE_MISSING) before anything is read where the contract's table is not as
        it has to be.
        """

        def load(transaction: Transaction) -> LoadOutcome:
            in_hand = chunks.take(transaction, batch_id, number)
            if in_hand is not None:
                self._check_table(transaction, in_hand.contract)
                merge = _Merge(self, transaction, in_hand)
                result = loader(in_hand, merge)
                chunks.finish(transaction, in_hand, result, merge.merged or Merged())
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

    def _check_table(self, transaction: Transaction, contract: Contract) -> None:
        """See that a contract's table keeps what is merged into it, once for a connection and now and then again.

        It costs two or three queries of the database's dictionary, which is why it is not done for each chunk.
        """
        database = transaction.database
        seen = self._checked.get(contract)
        if seen and seen[0] == database.connections and time.monotonic() - seen[1] < CHECK_AGAIN_SECONDS:
            return
        database.check()
        table = target_table(contract)
        found = database.table(table.name)
        if found is None:
            raise missing(table)
        if differing := differences(table, found, database.grammar):
            raise drifted(table, differing)
        if len(self._checked) >= _CHECKS_KEPT:
            self._checked.clear()
        self._checked[contract] = (database.connections, time.monotonic())

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
        self.merged: Merged | None = None

    def __call__(self, rows: Iterable[Row]) -> int:
        if self.merged is not None:
            raise RuntimeError("a chunk's rows are merged by one call, which takes them as a stream")
        batch = self._in_hand.batch
        position = Position(batch.load_sequence, batch.load_attempt)
        merge = partial(self._transaction.database.merge, self._in_hand.contract, position, rows)
        self.merged = self._store.translated(merge)
        return self.merged.offered


def _migration(transaction: Transaction, tables: Iterable[Table]) -> list[str]:
    """Give the statements for all tables; raises StoreError with everything that none of them would put right."""
    database = transaction.database
    database.check()
    statements: list[str] = []
    refused: list[StoreError] = []
    for table in tables:
        found = database.table(table.name)
        if found is None:
            statements.append(create_table(table, database.grammar))
            continue
        differing = differences(table, found, database.grammar)
        final = [difference for difference in differing if difference.statement is None]
        if final:
            refused.append(drifted(table, final))
        statements += [difference.statement for difference in differing if difference.statement]
    if refused:
        reasons = "; ".join(error.reason for error in refused)
        raise StoreError(refused[0].code, reasons, "; ".join(dict.fromkeys(error.advice for error in refused)))
    return statements


def _migrate(transaction: Transaction, tables: Iterable[Table], before_each: BeforeEach | None) -> list[str]:
    statements = _migration(transaction, tables)
    for index, statement in enumerate(statements):
        if before_each:
            before_each(statements, index)
        transaction.run(statement)
    return statements


def _has_ledger(transaction: Transaction) -> bool:
    return all(transaction.database.table(table.name) is not None for table in LEDGER)

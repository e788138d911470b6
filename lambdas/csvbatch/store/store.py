"""The interface of a database that holds the ledger and the target tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from csvbatch.contract.model import Contract
from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import (
    batches,
    chunks,
    contents,
    datasets,
    failures,
    leases,
    loading,
    replays,
    schema,
    splits,
    sweeps,
)
from csvbatch.store.archive import Archive
from csvbatch.store.batches import Registered
from csvbatch.store.contents import Contents
from csvbatch.store.database import Clock, Database, Transaction
from csvbatch.store.ddl import tables
from csvbatch.store.pauses import Pauses
from csvbatch.store.records import (
    Batch,
    BatchState,
    ChunkRecord,
    ChunkTask,
    Loader,
    LoadOutcome,
    NewBatch,
    ObjectVersion,
    OverdueDataset,
)
from csvbatch.store.splits import ScannedChunk
from csvbatch.store.table_checks import TableChecks
from csvbatch.store.transactions import Transactions


class Store:
    """The ledger and the target tables of one database; each operation is one transaction.

    Every operation can raise StoreError with the database's own code: RetryableError if a later try may succeed (the
    store has tried a few times already), BusyError if a lock or a connection was not available in time (code
    OUT_OF_TIME if the deadline left no time to wait), CredentialsError if the login was refused, and a plain
    StoreError otherwise. The operations name the further codes that they raise. A failed operation has changed
    nothing. A store serves one thread at a time. `clock` replaces the database's own clock.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._transactions = Transactions(database, clock)
        self.pauses = Pauses(self._transactions)
        self.archive = Archive(self._transactions)
        self._checks = TableChecks()

    def limit(self, remaining: Callable[[], float]) -> None:
        """Set a deadline for all waits of the following operations; `remaining` gives the seconds that are left."""
        self._database.waits.remaining = remaining

    def migration(self, contracts: Iterable[Contract]) -> list[str]:
        """Give the statements that `migrate` would run; raises what `migrate` raises."""
        return self._read("migration", partial(schema.pending, tables=tables(contracts)))

    def migrate(self, contracts: Iterable[Contract], before_each: schema.BeforeEach | None = None) -> list[str]:
        """Create the ledger and the contracts' tables, or bring them up to date; give the statements that were run.

        Raises StoreError and runs nothing if a table differs in a way that no statement corrects without loss
        (TABLE_DRIFTED) or if the database cannot hold every character (CHARACTER_SET, Oracle only). `before_each` is
        called before each statement, with all of them and the index of the next one; what it raises ends the
        migration. Oracle commits each statement by itself, so the statements before it stay.
        """
        return self._run("migrate", partial(schema.migrate, tables=tables(contracts), before_each=before_each))

    def has_ledger(self) -> bool:
        """Tell whether all of the ledger's tables exist."""
        return self._read("has_ledger", schema.has_ledger)

    def acquire_lease(self, name: str, owner: str, duration: timedelta) -> bool:
        """Take a lease or renew it; False if another owner holds it."""
        return self._run("acquire_lease", partial(leases.acquire, name=name, owner=owner, duration=duration))

    def release_lease(self, name: str, owner: str) -> None:
        """Release a lease; does nothing if another owner holds it."""
        self._run("release_lease", partial(leases.release, name=name, owner=owner))

    def forget_expired_leases(self, prefix: str) -> None:
        """Delete the leases with this prefix whose owners were killed; they have no effect any more."""
        self._run("forget_expired_leases", partial(leases.forget_expired, prefix=prefix))

    def known_versions(self, bucket: str, keys: Sequence[str]) -> set[ObjectVersion]:
        """Give the object versions of these keys that are registered already."""
        return self._read("known_versions", partial(batches.known_versions, bucket=bucket, keys=keys))

    def swept_to(self, bucket: str) -> str | None:
        """Give the key at which the last sweep of a bucket's listing ended; None if the next one starts at the top."""
        return self._read("swept_to", partial(sweeps.swept_to, bucket=bucket))

    def record_sweep(self, bucket: str, key: str | None) -> None:
        """Record the key at which a sweep ended; None if it reached the end of the listing."""
        self._run("record_sweep", partial(sweeps.record, bucket=bucket, key=key))

    def register(self, new: NewBatch) -> Registered:
        """Register an object version as a batch with the next sequence number, or give the batch it is already."""
        return self._run("register", partial(batches.register, new=new))

    def begin_split(self, batch_id: str) -> Batch:
        """Record that a split of the batch's object begins; raises LedgerError (UNKNOWN_BATCH, WRONG_STATE)."""
        return self._run("begin_split", partial(splits.begin_split, identity=batch_id))

    def record_progress(
        self, batch_id: str, scanned: Sequence[ScannedChunk], unpacked: ObjectVersion | None = None
    ) -> None:
        """Record chunks of a batch that is being split, and the unpacked object if they are ranges of one.

        They replace those with the same or a higher number, and are not sent before `record_chunks`. Raises LedgerError
        (UNKNOWN_BATCH, WRONG_STATE).
        """
        work = partial(splits.record_progress, identity=batch_id, scanned=scanned, unpacked=unpacked)
        self._run("record_progress", work)

    def record_chunks(self, batch_id: str, chunks: Iterable[Chunk], unpacked: ObjectVersion | None = None) -> Batch:
        """Record all chunks of a batch, in place of those in progress, and the unpacked object if they are its ranges.

        To record the same chunks again changes nothing. Raises LedgerError (UNKNOWN_BATCH, WRONG_STATE).
        """
        work = partial(splits.record_chunks, identity=batch_id, chunks=tuple(chunks), unpacked=unpacked)
        return self._run("record_chunks", work)

    def refuse(self, batch_id: str, reason: str) -> Batch:
        """End a batch that was not split; `reason` is stored and must not quote the file.

        To refuse a batch again changes nothing. Raises LedgerError (UNKNOWN_BATCH, WRONG_STATE).
        """
        return self._run("refuse", partial(splits.refuse, identity=batch_id, reason=reason))

    def record_failure(self, batch: Batch, code: str, states: Sequence[BatchState], *, counted: bool) -> Batch:
        """Record the code of a failure on a batch that is in one of these states.

        `batch` is the batch as it was before; if `counted`, it has one failure more than then. Gives the batch
        afterwards. A batch in another state, or locked by another transaction, is not changed. Raises LedgerError
        (UNKNOWN_BATCH).
        """
        work = partial(failures.record, batch=batch, code=code, states=states, counted=counted)
        return self._run("record_failure", work)

    def clear_failure(self, batch_id: str) -> None:
        """Reset a batch's failures after the step that failed has succeeded."""
        self._run("clear_failure", partial(failures.clear, identity=batch_id))

    def expect_files(self, bucket: str, every_hours: Mapping[str, int]) -> None:
        """Set within how many hours each of a bucket's datasets expects a new file; other datasets expect none."""
        self._run("expect_files", partial(datasets.expect, bucket=bucket, every_hours=every_hours))

    def overdue_datasets(self, bucket: str | None = None) -> list[OverdueDataset]:
        """Give the datasets, of one bucket or of all, whose expected file is overdue; none that is paused."""
        return self._read("overdue_datasets", partial(datasets.overdue, bucket=bucket))

    def now(self) -> datetime:
        """Give the time in UTC by the clock of the ledger's timestamps."""
        return self._read("now", Transaction.now)

    def batches_to_send(self, bucket: str, resend_after: timedelta) -> list[Batch]:
        """Give a bucket's batches with chunks that need a message, in the order of their sequence; no paused ones."""
        return self._read("batches_to_send", partial(chunks.batches_to_send, bucket=bucket, resend_after=resend_after))

    def chunks_to_send(self, batch: Batch, resend_after: timedelta) -> list[ChunkTask]:
        """Give a batch's chunks that are pending or whose message has expired; none while its dataset is paused."""
        return self._read("chunks_to_send", partial(chunks.to_send, batch=batch, resend_after=resend_after))

    def mark_sent(self, batch_id: str, numbers: Sequence[int]) -> None:
        """Record that a message was sent for each of these chunks; chunks that are done or locked stay as they are."""
        self._run("mark_sent", partial(chunks.mark_sent, identity=batch_id, numbers=numbers))

    def load_chunk(self, batch_id: str, number: int, loader: Loader) -> LoadOutcome:
        """Load a chunk unless it is done: its rows, counts and state are committed together or not at all.

        Raises what the loader raises. Raises LedgerError (UNKNOWN_CHUNK, NO_CONTRACT) and StoreError: TABLE_DRIFTED,
        TABLE_MISSING or CHARACTER_SET before anything is read, COUNTS_DIFFER if the loader's counts do not add up.
        """
        work = partial(loading.load_chunk, identity=batch_id, number=number, loader=loader, checks=self._checks)
        return self._run(f"load_chunk of chunk {number} of batch {batch_id}", work)

    def mark_dead(self, batch_id: str, number: int, reason: str) -> Batch:
        """Give a chunk up, unless it is done; its batch becomes incomplete. Raises LedgerError (UNKNOWN_CHUNK)."""
        work = partial(chunks.mark_dead, identity=batch_id, number=number, reason=reason)
        return self._run("mark_dead", work)

    def redrive(self, batch_id: str) -> int:
        """Let a batch's dead chunks be sent again; give how many there were."""
        return self._run("redrive", partial(chunks.redrive, identity=batch_id))

    def replay(
        self, batch_id: str, *, contract: Contract | None = None, unpacked: ObjectVersion | None = None
    ) -> Batch:
        """Load a batch again, in its old place in the sequence.

        `contract` replaces the batch's copy; dataset, table, key and dialect have to be the same. `unpacked` replaces
        an unpacked object that no longer exists. Raises LedgerError (UNKNOWN_BATCH, ARCHIVED, OTHER_CONTRACT,
        NO_CONTRACT).
        """
        work = partial(replays.replay, identity=batch_id, contract=contract, unpacked=unpacked)
        return self._run("replay", work)

    def close(self, batch_id: str) -> Batch:
        """End a batch in state `closing`, after its report was written; to close a batch again changes nothing.

        Raises LedgerError (UNKNOWN_BATCH, WRONG_STATE).
        """
        return self._run("close", partial(batches.close, identity=batch_id))

    def batch(self, batch_id: str) -> Batch:
        """Give one batch; raises LedgerError (UNKNOWN_BATCH)."""
        return self._read("batch", partial(batches.get, identity=batch_id))

    def contract(self, batch_id: str) -> Contract:
        """Give a batch's copy of its contract; raises LedgerError (NO_CONTRACT) and ContractError."""
        return self._read("contract", partial(batches.contract_of, identity=batch_id))

    def batches(self, *states: BatchState) -> list[Batch]:
        """Give all batches in these states in the order of their sequence."""
        return self._read("batches", partial(batches.waiting, states=states))

    def latest_batches(self, count: int, state: BatchState | None = None) -> list[Batch]:
        """Give the batches registered last, the newest first."""
        return self._read("latest_batches", partial(batches.latest, state=state, count=count))

    def contents(self, batch_id: str) -> Contents:
        """Digest the rows that a batch has in its table; raises LedgerError as `contents.of_batch` says."""
        return self._read("contents", partial(contents.of_batch, identity=batch_id))

    def chunks(self, batch_id: str) -> list[ChunkRecord]:
        """Give a batch's chunks in order."""
        return self._read("chunks", partial(chunks.of_batch, identity=batch_id))

    def close_connection(self) -> None:
        """Close the connection; the next operation opens another."""
        self._database.close()

    def _read[T](self, operation: str, work: Callable[[Transaction], T]) -> T:
        return self._transactions.run(operation, work, write=False)

    def _run[T](self, operation: str, work: Callable[[Transaction], T]) -> T:
        return self._transactions.run(operation, work, write=True)

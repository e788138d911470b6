"""The whole pipeline for one file, without AWS: registered, split, loaded and closed in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from csvbatch.cli.problems import CommandError, sentence
from csvbatch.contract.model import Contract
from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline import layout
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE, ObjectGoneError
from csvbatch.pipeline.processing import Processor
from csvbatch.pipeline.splitting import OBJECT_GONE, unpack
from csvbatch.store import (
    Batch,
    BatchState,
    CredentialsError,
    LedgerError,
    RetryableError,
    Store,
)
from csvbatch.store.batches import batch_id

BUCKET = "local"
"""Stands in the ledger in place of a bucket, for files that were loaded from somebody's machine."""

_LEASE = timedelta(minutes=16)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: `was_known` says that it had ended before, `failures` what did not go well.

    `newer` is the last batch of the same name that was loaded after it, with another content.
    """

    batch: Batch
    was_known: bool
    failures: tuple[str, ...] = ()
    newer: Batch | None = None


@dataclass(frozen=True, slots=True)
class OneFile:
    """A file, the dataset it is of, the store it goes to, and the folder for rejects and reports."""

    path: Path
    contract: Contract
    store: Store
    output: Path
    chunk_bytes: int

    def load(self, on_chunk: Callable[[int, int], None]) -> Loaded:
        """Load it, or what an interrupted run left of it; `on_chunk` is told chunks done and chunks in all."""
        files = self._files()
        files.pin()
        (stored,) = files.versions(layout.INCOMING)
        identity = batch_id(files.bucket, stored.object)
        before = _known(self.store, identity)
        if before is not None and before.state is BatchState.REFUSED and before.reason == OBJECT_GONE:
            # It changed while it was split, and is again what it was.
            before = self.store.replay(identity)
        if before is not None and before.state in (BatchState.CLOSED, BatchState.REFUSED):
            return Loaded(before, was_known=True, newer=self._newer(before))
        if before is not None:
            self._prepare(files, before)
        queue = LocalQueue()
        run = Processor(
            store=self.store,
            objects=files,
            queue=queue,
            contracts={self.contract.dataset: self.contract},
            chunk_bytes=self.chunk_bytes,
            # Messages of a run that was interrupted went with it.
            resend_after=timedelta(0),
            lease_duration=_LEASE,
            deadline=NO_DEADLINE,
            expects_files=False,
            only_batch=identity,
        ).run()
        if not run.is_complete:
            raise CommandError("Another batch processor is at work on this database: try again when it is done.")
        failures = self._deliver(files, queue, on_chunk)
        batch = self.store.batch(identity)
        if batch.failure is not None:
            failures.insert(0, f"the file could not be processed: {batch.failure}")
        return Loaded(batch, was_known=False, failures=tuple(failures))

    def _files(self) -> LocalFiles:
        # Rejects hold what the file holds, so they are nobody else's to read.
        self.output.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = f"{layout.INCOMING}{self.contract.dataset}/{self.path.name}"
        return LocalFiles(self.output, {key: self.path.resolve()}, bucket=BUCKET)

    def _newer(self, batch: Batch) -> Batch | None:
        """The last batch of the same name, where that is another one."""
        versions = self.store.known_versions(batch.bucket, batch.object_key)
        of_name = [self.store.batch(batch_id(batch.bucket, one)) for one in versions if one.key == batch.object_key]
        last = max(of_name, key=lambda one: one.load_sequence)
        return None if last.id == batch.id else last

    def _prepare(self, files: LocalFiles, batch: Batch) -> None:
        """Let an unfinished batch go on: its dead chunks again, its unpacked file where that is gone."""
        if batch.state is BatchState.INCOMPLETE:
            self.store.redrive(batch.id)
        if batch.unpacked_key and not files.holds(batch.source):
            unpack(files, batch)

    def _deliver(self, files: LocalFiles, queue: LocalQueue, on_chunk: Callable[[int, int], None]) -> list[str]:
        failures: dict[int, str] = {}
        messages = {message.chunk: message for message in queue.drain()}
        for done, message in enumerate(messages.values()):
            on_chunk(done, len(messages))
            try:
                deliver(self.store, files, Delivery(message.dumps(), is_last=True), NO_DEADLINE)
            except ObjectGoneError as error:
                # The other chunks would find the same; they stay as they are.
                failures[message.chunk] = sentence(error)
                break
            except (CredentialsError, RetryableError) as error:
                raise CommandError(f"{error}. What was loaded stays; run the same command again to go on.") from None
            except Exception as error:
                failures[message.chunk] = sentence(error)
        return [f"chunk {number}: {text}" for number, text in failures.items()]


def _known(store: Store, identity: str) -> Batch | None:
    try:
        return store.batch(identity)
    except LedgerError:
        return None

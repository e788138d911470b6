"""Runs the whole pipeline for one file in this process: registers, splits, loads and closes it."""

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
"""The bucket's name in the ledger for files that were loaded from a local machine."""

_CLAIM = timedelta(minutes=16)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result for a file: `was_known` if its batch had ended before, `failures` are sentences.

    `newer` is the last batch of the same file name that was loaded after it, with other content.
    """

    batch: Batch
    was_known: bool
    failures: tuple[str, ...] = ()
    newer: Batch | None = None


@dataclass(frozen=True, slots=True)
class OneFile:
    """A file, its contract, the store to load it into, and the folder for rejects and reports."""

    path: Path
    contract: Contract
    store: Store
    output: Path
    chunk_bytes: int

    def load(self, on_chunk: Callable[[int, int], None]) -> Loaded:
        """Load the file, or the rest of it after an interruption; `on_chunk` gets the chunks done and in total."""
        files = self._files()
        files.pin()
        (stored,) = files.versions(layout.INCOMING)
        identity = batch_id(files.bucket, stored.object)
        before = _known(self.store, identity)
        if before is not None and before.state is BatchState.REFUSED and before.reason == OBJECT_GONE:
            # The file had changed while it was split, and has its former content again.
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
            # The messages of an interrupted run are lost.
            resend_after=timedelta(0),
            claim_duration=_CLAIM,
            deadline=NO_DEADLINE,
            expects_files=False,
            only_batch=identity,
        ).run()
        if run.elsewhere:
            raise CommandError("Another process is loading this file: try again when it has ended.")
        failures = self._deliver(files, queue, on_chunk)
        batch = self.store.batch(identity)
        if batch.failure is not None:
            failures.insert(0, f"the file could not be processed: {batch.failure}")
        return Loaded(batch, was_known=False, failures=tuple(failures))

    def _files(self) -> LocalFiles:
        # Rejects contain rows of the file, so no other user may read them.
        self.output.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = f"{layout.INCOMING}{self.contract.dataset}/{self.path.name}"
        return LocalFiles(self.output, {key: self.path.resolve()}, bucket=BUCKET)

    def _newer(self, batch: Batch) -> Batch | None:
        """Give the last batch of the same name, if that is another one."""
        versions = self.store.known_versions(batch.bucket, [batch.object_key])
        of_name = [self.store.batch(batch_id(batch.bucket, one)) for one in versions]
        last = max(of_name, key=lambda one: one.load_sequence)
        return None if last.id == batch.id else last

    def _prepare(self, files: LocalFiles, batch: Batch) -> None:
        """Prepare an unfinished batch: make dead chunks pending, and unpack the file again if necessary."""
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
                # The other chunks would fail in the same way; they stay as they are.
                failures[message.chunk] = sentence(error)
                break
            except (CredentialsError, RetryableError) as error:
                raise CommandError(f"{error}. Loaded chunks stay; run the same command again to continue.") from None
            except Exception as error:
                failures[message.chunk] = sentence(error)
        return [f"chunk {number}: {text}" for number, text in failures.items()]


def _known(store: Store, identity: str) -> Batch | None:
    try:
        return store.batch(identity)
    except LedgerError:
        return None

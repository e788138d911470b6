"""Splits a registered file: unpacks it if it is gzip, scans it, and records its chunks or refuses it.

The chunks are recorded while the file is scanned, so a run continues where the one before it ended.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from csvbatch.contract.model import DATASET, DATASET_ADVICE, Contract
from csvbatch.csv_file.blocks import take
from csvbatch.csv_file.cutting import Chunk
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import FileError
from csvbatch.csv_file.gzip_stream import unpack_gzip
from csvbatch.csv_file.reader import Readable, chunk_range, read_chunk
from csvbatch.csv_file.splitter import scan, scan_again
from csvbatch.pipeline import closing, layout
from csvbatch.pipeline.ports import (
    NO_DEADLINE,
    Deadline,
    ObjectGoneError,
    Objects,
    OutOfTimeError,
    ProgressError,
    UnpackingError,
)
from csvbatch.pipeline.progress import Progress
from csvbatch.pipeline.reject_share import RejectShare
from csvbatch.pipeline.tee import Tee
from csvbatch.rows.header import HeaderError, match_header
from csvbatch.rows.validator import RowValidator, compile_validator
from csvbatch.store import Batch, ObjectVersion, ScannedChunk, Store
from csvbatch.store.tables import DATASET_CHARACTERS

UNKNOWN_DATASET = "unknown_dataset"
OBJECT_GONE = "object_gone"
TOO_MANY_REJECTS = "too_many_rejects"

_BLOCK_BYTES = 1024 * 1024


class _TooManyRejectsError(Exception):
    """The file has more rejected rows than its contract allows."""


def split(
    store: Store, objects: Objects, batch: Batch, contract: Contract | None, chunk_bytes: int, deadline: Deadline
) -> Batch:
    """Record a batch's chunks, or refuse its file.

    Raises OutOfTimeError: as ProgressError if a later run continues where this one ended, as UnpackingError if it
    has to unpack a gzip file from the beginning.
    """
    if contract is None:
        return closing.refuse(store, objects, batch, UNKNOWN_DATASET, [_unknown(batch.dataset)])
    store.begin_split(batch.id)
    try:
        return _Split(store, objects, batch, contract, chunk_bytes, deadline).run()
    except HeaderError as error:
        reason = error.problems[0].fault.value
        return closing.refuse(store, objects, batch, reason, [problem.sentence for problem in error.problems])
    except FileError as error:
        return closing.refuse(store, objects, batch, error.reason.value, [str(error)])
    except ObjectGoneError as error:
        return closing.refuse(store, objects, batch, OBJECT_GONE, [str(error)])
    except _TooManyRejectsError as error:
        return closing.refuse(store, objects, batch, TOO_MANY_REJECTS, [str(error)])


def unpack(objects: Objects, batch: Batch, deadline: Deadline = NO_DEADLINE) -> ObjectVersion:
    """Unpack a batch's gzip file to the place for unpacked files.

    Raises ObjectGoneError, UnpackError and UnpackingError.
    """
    with objects.read(batch.object) as stream:
        return objects.write(layout.unpacked_key(batch.id), unpack_gzip(_packed_blocks(stream, deadline)))


def _unknown(dataset: str) -> str:
    known = f"No contract for dataset {dataset!r} is packaged. Add one, or correct the folder's name"
    if DATASET.fullmatch(dataset) and len(dataset) < DATASET_CHARACTERS:
        return f"{known}."
    return f"{known}: {DATASET_ADVICE}."


@dataclass(frozen=True, slots=True)
class _Split:
    """One run's part of a split."""

    store: Store
    objects: Objects
    batch: Batch
    contract: Contract
    chunk_bytes: int
    deadline: Deadline

    def run(self) -> Batch:
        progress = self._progress()
        share = RejectShare(self.contract, progress.rows, progress.rejects)
        try:
            self._scan(progress, share)
        except OutOfTimeError as error:
            progress.save()
            if progress.is_further:
                raise ProgressError(*error.args) from None
            raise
        if share.problem:
            raise _TooManyRejectsError(
                f"{share.problem} Nothing was loaded. "
                "`csvbatch check` lists the rows; correct them and drop the file again."
            )
        return self.store.record_chunks(self.batch.id, progress.chunks, progress.unpacked)

    def _progress(self) -> Progress:
        """Continue after what earlier runs have recorded, unless the object that they unpacked no longer exists."""
        incoming = layout.parse_incoming(self.batch.object_key)
        if incoming is None or not incoming.is_packed:
            return Progress.of(self.store, self.batch)
        if self.batch.source != self.batch.object and self._exists(self.batch.source):
            return Progress.of(self.store, self.batch, self.batch.source)
        unpacked = unpack(self.objects, self.batch, self.deadline)
        self.store.record_progress(self.batch.id, [], unpacked)
        return Progress(self.store, self.batch.id, unpacked, has_unpacked=True)

    def _exists(self, version: ObjectVersion) -> bool:
        try:
            with self.objects.read(version, 0, 1):
                return True
        except ObjectGoneError:
            return False

    def _scan(self, progress: Progress, share: RejectShare) -> None:
        source = progress.unpacked or self.batch.object
        with self.objects.read(source) as stream:
            tee = self._tee(stream, 0)
            scanned = scan(tee, Dialect.of(self.contract), chunk_bytes=self.chunk_bytes)
            match = match_header(self.contract, scanned.header, scanned.rows_after_header())
            check = None
            if tee.keeps:
                check = _Check(share, scanned.dialect, compile_validator(self.contract, match))
            if progress.last is None:
                self._record(scanned, tee, check, progress)
                return
        start = progress.last.start - scanned.dialect.unit_bytes
        with self.objects.read(source, start) as stream:
            tee = self._tee(stream, start)
            blocks = iter(tee)
            first = take(blocks, scanned.dialect.unit_bytes)
            rest = chain((first[scanned.dialect.unit_bytes :],), blocks)
            again = scan_again(rest, scanned.dialect, progress.last, chunk_bytes=self.chunk_bytes)
            self._record(again, tee, check, progress)

    def _tee(self, stream: Readable, start: int) -> Tee:
        return Tee(_blocks(stream, self.deadline), start, keeps=self.contract.maximum_reject_share is not None)

    def _record(self, chunks: Iterable[Chunk], tee: Tee, check: "_Check | None", progress: Progress) -> None:
        for chunk in chunks:
            progress.add(ScannedChunk(chunk) if check is None else check.count(chunk, tee))


@dataclass(frozen=True, slots=True)
class _Check:
    """Validates every row of a scanned chunk, so that a file with too many rejects is refused before any is loaded."""

    share: RejectShare
    dialect: Dialect
    validate: RowValidator

    def count(self, chunk: Chunk, tee: Tee) -> ScannedChunk:
        start, end = chunk_range(chunk, self.dialect)
        rows, rejects = self.share.weighed_rows, self.share.weighed_rejects
        for _ in self.share.rejects(read_chunk([tee.bytes(start, end)], self.dialect, chunk), self.validate):
            pass
        # The next chunk needs the code unit before it.
        tee.forget(end - self.dialect.unit_bytes)
        return ScannedChunk(chunk, self.share.weighed_rows - rows, self.share.weighed_rejects - rejects)


def _blocks(stream: Readable, deadline: Deadline) -> Iterator[bytes]:
    for block in iter(partial(stream.read, _BLOCK_BYTES), b""):
        deadline.check()
        yield block


def _packed_blocks(stream: Readable, deadline: Deadline) -> Iterator[bytes]:
    read = 0
    for block in iter(partial(stream.read, _BLOCK_BYTES), b""):
        try:
            deadline.check()
        except OutOfTimeError:
            raise UnpackingError(read) from None
        read += len(block)
        yield block

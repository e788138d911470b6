"""Splits a registered file: unpacks it if it is gzip, scans it, and records its chunks or refuses it."""

from collections.abc import Iterator
from functools import partial

from csvbatch.contract.model import DATASET, DATASET_ADVICE, Contract
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import FileError
from csvbatch.csv_file.gzip_stream import unpack_gzip
from csvbatch.csv_file.reader import Readable, chunk_range, read_chunk
from csvbatch.csv_file.splitter import Chunk, Scan, scan
from csvbatch.pipeline import closing, layout
from csvbatch.pipeline.ports import NO_DEADLINE, Deadline, ObjectGoneError, Objects
from csvbatch.pipeline.reject_share import RejectShare
from csvbatch.rows.header import HeaderError, match_header
from csvbatch.rows.validator import compile_validator
from csvbatch.store import Batch, ObjectVersion, Store
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
    """Record a batch's chunks, or refuse its file; raises OutOfTimeError, and a later run starts again."""
    if contract is None:
        return closing.refuse(store, objects, batch, UNKNOWN_DATASET, [_unknown(batch.dataset)])
    store.begin_split(batch.id)
    try:
        source = _unpacked(objects, batch, deadline)
        chunks = _scan(objects, source, contract, chunk_bytes, deadline)
    except HeaderError as error:
        reason = error.problems[0].fault.value
        return closing.refuse(store, objects, batch, reason, [problem.sentence for problem in error.problems])
    except FileError as error:
        return closing.refuse(store, objects, batch, error.reason.value, [str(error)])
    except ObjectGoneError as error:
        return closing.refuse(store, objects, batch, OBJECT_GONE, [str(error)])
    except _TooManyRejectsError as error:
        return closing.refuse(store, objects, batch, TOO_MANY_REJECTS, [str(error)])
    return store.record_chunks(batch.id, chunks, None if source == batch.object else source)


def unpack(objects: Objects, batch: Batch, deadline: Deadline = NO_DEADLINE) -> ObjectVersion:
    """Unpack a batch's gzip file to the place for unpacked files; raises ObjectGoneError and UnpackError."""
    with objects.read(batch.object) as stream:
        return objects.write(layout.unpacked_key(batch.id), unpack_gzip(_blocks(stream, deadline)))


def _unknown(dataset: str) -> str:
    known = f"No contract for dataset {dataset!r} is packaged. Add one, or correct the folder's name"
    if DATASET.fullmatch(dataset) and len(dataset) < DATASET_CHARACTERS:
        return f"{known}."
    return f"{known}: {DATASET_ADVICE}."


def _unpacked(objects: Objects, batch: Batch, deadline: Deadline) -> ObjectVersion:
    """Give the version that chunks are ranges of; gzip cannot be read from the middle, so it is unpacked first."""
    incoming = layout.parse_incoming(batch.object_key)
    if incoming is None or not incoming.is_packed:
        return batch.object
    return unpack(objects, batch, deadline)


def _scan(
    objects: Objects, source: ObjectVersion, contract: Contract, chunk_bytes: int, deadline: Deadline
) -> list[Chunk]:
    with objects.read(source) as stream:
        scanned = scan(_blocks(stream, deadline), Dialect.of(contract), chunk_bytes=chunk_bytes)
        match_header(contract, scanned.header, scanned.rows_after_header())
        chunks = list(scanned)
    if contract.maximum_reject_share is not None:
        _check_share(objects, source, contract, scanned, chunks, deadline)
    return chunks


def _check_share(
    objects: Objects,
    source: ObjectVersion,
    contract: Contract,
    scanned: Scan,
    chunks: list[Chunk],
    deadline: Deadline,
) -> None:
    """Validate every row, so that a file with too many rejects is refused before any row is loaded."""
    validate = compile_validator(contract, match_header(contract, scanned.header))
    share = RejectShare(contract)
    for chunk in chunks:
        deadline.check()
        with objects.read(source, *chunk_range(chunk, scanned.dialect)) as stream:
            for _ in share.rejects(read_chunk(stream, scanned.dialect, chunk), validate):
                pass
    if share.problem:
        raise _TooManyRejectsError(
            f"{share.problem} Nothing was loaded. "
            "`csvbatch check` lists the rows; correct them and drop the file again."
        )


def _blocks(stream: Readable, deadline: Deadline) -> Iterator[bytes]:
    for block in iter(partial(stream.read, _BLOCK_BYTES), b""):
        deadline.check()
        yield block

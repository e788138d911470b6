"""The file of archived batches: gzip, with a JSON object per line for each batch.

A batch's line is on the disk before its chunks leave the ledger. So a process that is killed at any moment loses
nothing: what it had not removed is still in the ledger, and the next run writes it to another file. A batch may then be
in two files, with the same line in both.
"""

import gzip
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from csvbatch.store import Batch, Store

_BATCHES_TOGETHER = 100
_CHUNKS_TOGETHER = 1_000
"""Batches, and chunks unless one batch has more, that leave the ledger in one transaction."""


@dataclass(slots=True)
class Archived:
    """How many batches and chunks left the ledger, and how many batches were replayed just then and stayed."""

    batches: int = 0
    chunks: int = 0
    stayed: int = 0


def archive(store: Store, before: datetime, path: Path, on_batches: Callable[[int], None]) -> Archived:
    """Move the chunks of batches that were closed before a time to a new file; `on_batches` gets how many are done.

    In memory are the chunks of one batch at a time. Raises FileExistsError.
    """
    done = Archived()
    with path.open("xb") as file:
        _synchronize(path.parent)
        with gzip.GzipFile(filename="", fileobj=file, mode="wb") as packed:
            for together in _groups(store, before):
                for batch in together:
                    packed.write(_line(store, batch))
                # From here on these lines can be unpacked, even if the file never gets its end.
                packed.flush()
                os.fsync(file.fileno())
                removed = store.archive.remove_chunks(together)
                done.batches += len(removed)
                done.chunks += sum(batch.chunks_total for batch in removed)
                done.stayed += len(together) - len(removed)
                on_batches(done.batches)
        os.fsync(file.fileno())
    return done


def _groups(store: Store, before: datetime) -> Iterator[Sequence[Batch]]:
    after = 0
    while found := store.archive.batches(before, after, _BATCHES_TOGETHER):
        after = found[-1].load_sequence
        together: list[Batch] = []
        for batch in found:
            together.append(batch)
            if sum(one.chunks_total for one in together) >= _CHUNKS_TOGETHER:
                yield together
                together = []
        if together:
            yield together


def _line(store: Store, batch: Batch) -> bytes:
    line = {"batch": asdict(batch), "chunks": [asdict(chunk) for chunk in store.chunks(batch.id)]}
    return json.dumps(line, default=datetime.isoformat).encode() + b"\n"


def _synchronize(folder: Path) -> None:
    """Write a folder's entries to the disk, so that a new file in it outlives the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

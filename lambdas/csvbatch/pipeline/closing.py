"""Ends a batch: writes its report, tags its file, and changes its state. Each step can be repeated."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from csvbatch.pipeline import layout
from csvbatch.pipeline.failures import code_of, failure_of
from csvbatch.pipeline.ports import Objects, Status, is_listed
from csvbatch.store import Batch, BatchState, ChunkRecord, Store, StoreError

LOG = logging.getLogger(__name__)


def close(store: Store, objects: Objects, batch: Batch) -> Batch:
    """Write the report of a batch in `closing`, tag its file, and close it; safe to repeat."""
    status = Status.PROCESSED_WITH_REJECTS if batch.rows_rejected else Status.PROCESSED
    _put_report(objects, batch, status, chunks=store.chunks(batch.id))
    _tag(objects, batch, status)
    closed = store.close(batch.id)
    LOG.info("batch closed", extra={"batch": batch.id, **_counts(closed)})
    return closed


def refuse(store: Store, objects: Objects, batch: Batch, reason: str, problems: Sequence[str]) -> Batch:
    """End a batch of which nothing was loaded: `reason` is a code, `problems` are sentences for people.

    The report and the tag come first: a run that is killed between leaves the batch to be refused again.
    """
    _put_report(objects, batch, Status.REFUSED, reason=reason, problems=problems)
    _tag(objects, batch, Status.REFUSED)
    refused = store.refuse(batch.id, reason)
    LOG.warning("file refused", extra={"batch": batch.id, "dataset": batch.dataset, "reason": reason})
    return refused


def give_up(store: Store, objects: Objects, batch: Batch, reason: str, problems: Sequence[str]) -> Batch:
    """Refuse a batch after its last attempt, even if its report or tag cannot be written.

    A file that cannot be read often cannot be tagged either, and the batch would otherwise never end.
    """
    try:
        return refuse(store, objects, batch, reason, problems)
    except StoreError:
        raise
    except Exception as error:
        LOG.warning("refused without report or tag", extra={"batch": batch.id, "code": code_of(error)})
    return store.refuse(batch.id, reason)


def note_failure(store: Store, batch: Batch, error: Exception) -> Batch:
    """Record that a batch could not be closed. Its rows are loaded, so each run tries again and it is never refused."""
    failure = failure_of(error)
    LOG.warning("batch not closed", extra={"batch": batch.id, "dataset": batch.dataset, "code": failure.code})
    return store.record_failure(batch, failure.code, (BatchState.CLOSING,), counted=failure.counts)


def _tag(objects: Objects, batch: Batch, status: Status) -> None:
    """Tag the file; an error is ignored if the version no longer exists."""
    try:
        objects.set_status(batch.object, status)
    except Exception:
        if is_listed(objects, batch.object):
            raise


def _counts(batch: Batch) -> Mapping[str, int]:
    names = ("rows_read", "rows_merged", "rows_superseded", "rows_stale", "rows_rejected", "chunks_total")
    return {name: getattr(batch, name) for name in names}


def _put_report(
    objects: Objects,
    batch: Batch,
    status: Status,
    *,
    chunks: Sequence[ChunkRecord] = (),
    reason: str | None = None,
    problems: Sequence[str] = (),
) -> None:
    report: dict[str, Any] = {
        "batch": batch.id,
        "dataset": batch.dataset,
        "status": status.value,
        "reason": reason,
        "problems": list(problems),
        "file": {
            "bucket": batch.bucket,
            "key": batch.object_key,
            "version": batch.object_version,
            "bytes": batch.object_bytes,
        },
        "sequence": batch.load_sequence,
        "attempt": batch.load_attempt,
        **_counts(batch),
        "rejects": [chunk.reject_object for chunk in chunks if chunk.reject_object],
        "registered_at": batch.registered_at.isoformat(),
    }
    body = json.dumps(report, indent=2).encode() + b"\n"
    objects.write(layout.report_key(batch.dataset, batch.id), [body])

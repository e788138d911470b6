"""`csvbatch status`: shows batches and their chunks."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer

from csvbatch.cli import options
from csvbatch.cli.pause import still_to_be_loaded
from csvbatch.cli.problems import FOUND
from csvbatch.cli.stores import opened_store
from csvbatch.cli.terminal import say, show, show_json, show_table
from csvbatch.store import UNFINISHED, Batch, BatchState, ChunkRecord, ChunkState, Store

_COLUMNS = (
    "batch",
    "dataset",
    "file",
    "state",
    "reason",
    "rows",
    "merged",
    "superseded",
    "stale",
    "rejected",
    "done",
    "chunks",
    "registered",
    "failures",
    "failure",
)
_NUMERIC = ("rows", "merged", "superseded", "stale", "rejected", "done", "chunks", "failures")

_OLD = timedelta(hours=1)
"""The oldest unfinished batch is named if it is older."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch status --database sqlite:///airports.db --state incomplete")(status)


def status(
    batch: options.OneBatch = None,
    database: options.Database = None,
    secret: options.Secret = None,
    state: Annotated[BatchState | None, typer.Option(help="Only batches in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many batches to list.")] = 20,
    json: options.Json = False,
) -> None:
    """List the latest batches, or show one batch with the chunks that are not done.

    Rows = merged + rejected. Of the merged rows, superseded ones were replaced by another row of the same file with
    the same key. Stale ones changed nothing, because a later file has a row with their key; some of them may be
    superseded as well.

    `failures` counts failed attempts in a row, `failure` is the code of the last one. Paused and overdue datasets and
    the oldest unfinished batch are named on standard error.

    For one batch, exits with status 1 if it is incomplete or its file was refused.
    """
    with opened_store(database, secret) as store:
        found = [store.batch(batch)] if batch else store.latest_batches(limit, state)
        chunks = store.chunks(batch) if batch else []
        warnings = [] if batch else list(_warnings(store))
    for warning in warnings:
        say(warning)
    if json:
        for one in found:
            show_json(facts(one) | (_of_chunks(one, chunks) if batch else {}))
    elif not found:
        show("There are no such batches.")
    else:
        show_table(_COLUMNS, [list(facts(one).values()) for one in found], numeric=_NUMERIC)
        if rest := _rest(chunks):
            show_table(list(rest[0]), [list(one.values()) for one in rest], numeric=("chunk", "start", "end", "sends"))
        if batch and (archived_at := found[0].archived_at):
            show(f"Its chunks were archived on {archived_at:%Y-%m-%d}: see the file that `csvbatch archive` wrote.")
    if batch and found[0].state in (BatchState.INCOMPLETE, BatchState.REFUSED):
        raise typer.Exit(FOUND)


def facts(batch: Batch) -> dict[str, Any]:
    """Give the fields of a batch that are shown."""
    return {
        "batch": batch.id,
        "dataset": batch.dataset,
        "file": batch.object_key,
        "state": batch.state.value,
        "reason": batch.reason,
        "rows": batch.rows_read,
        "merged": batch.rows_merged,
        "superseded": batch.rows_superseded,
        "stale": batch.rows_stale,
        "rejected": batch.rows_rejected,
        "done": batch.chunks_total - batch.chunks_remaining,
        "chunks": batch.chunks_total,
        "registered": batch.registered_at.isoformat(timespec="seconds"),
        "failures": batch.failures,
        "failure": batch.failure,
    }


def _warnings(store: Store) -> Iterator[str]:
    pauses = store.pauses.all()
    for pause in pauses:
        yield (
            f"dataset {pause.dataset} is paused since {pause.since.isoformat(timespec='seconds')}. "
            f"{still_to_be_loaded(pause)} `csvbatch resume {pause.dataset}` ends the pause."
        )
    for one in store.overdue_datasets():
        last = one.last_registered_at
        since = f"the last one arrived {last.isoformat(timespec='seconds')}" if last else "none has ever arrived"
        yield f"dataset {one.dataset} is overdue: a file is expected every {one.expected_every_hours} h, and {since}."
    paused = {pause.dataset for pause in pauses}
    unfinished = (one for one in store.batches(*UNFINISHED) if one.dataset not in paused)
    oldest = min(unfinished, key=lambda one: one.open_since, default=None)
    if oldest and store.now() - oldest.open_since > _OLD:
        since = oldest.open_since.isoformat(timespec="seconds")
        yield f"batch {oldest.id} is the oldest unfinished one: {oldest.state.value} since {since}."


def _of_chunks(batch: Batch, chunks: list[ChunkRecord]) -> dict[str, Any]:
    archived_at = batch.archived_at and batch.archived_at.isoformat(timespec="seconds")
    return {"chunks_by_state": _by_state(chunks), "unfinished": _rest(chunks), "archived_at": archived_at}


def _by_state(chunks: list[ChunkRecord]) -> dict[str, int]:
    return dict(Counter(chunk.state.value for chunk in chunks))


def _rest(chunks: list[ChunkRecord]) -> list[dict[str, Any]]:
    return [
        {
            "chunk": chunk.chunk_number,
            "state": chunk.state.value,
            "reason": chunk.reason,
            "start": chunk.start_byte,
            "end": chunk.end_byte,
            "sends": chunk.sends,
        }
        for chunk in chunks
        if chunk.state is not ChunkState.DONE
    ]

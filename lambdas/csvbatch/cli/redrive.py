"""`csvbatch redrive`: sends dead chunks again."""

from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.pause import warn_of_pauses
from csvbatch.cli.stores import opened_store
from csvbatch.cli.terminal import confirm, show, show_json, show_table
from csvbatch.store import BatchState, ChunkRecord, ChunkState, Store


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch redrive --database postgresql://loader@host/csvbatch --dry-run")(redrive)


def redrive(
    batch: options.OneBatch = None,
    database: options.Database = None,
    secret: options.Secret = None,
    queue_url: options.QueueUrl = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")] = False,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Send the dead chunks of one batch or of all batches again.

    The next run of the batch processor sends them; for a file that was loaded by `csvbatch load`, run that command
    again. With --queue-url, messages are deleted from the queue's dead-letter queue if their chunk is pending or done;
    messages from elsewhere stay.
    """
    with opened_store(database, secret) as store:
        dead = _dead(store, batch)
        if not json:
            _show(dead)
        if not dry_run and (dead or queue_url):
            confirm(f"Dead chunks to send again: {len(dead)}. Continue?", yes=yes)
            batches = sorted({chunk.batch_id for chunk in dead})
            for identity in batches:
                store.redrive(identity)
            warn_of_pauses(store, (store.batch(identity).dataset for identity in batches))
        letters = _clear(store, queue_url, {chunk.batch_id for chunk in dead}, dry_run=dry_run) if queue_url else None
    if json:
        listed = [{"batch": one.batch_id, "chunk": one.chunk_number, "reason": one.reason} for one in dead]
        show_json({"dry_run": dry_run, "chunks": listed, "dead_letters": letters})
    elif letters:
        done = "would be deleted" if dry_run else "deleted"
        show(
            f"Dead letters: {letters['taken']} {done}, {letters['kept']} kept for chunks that are dead or sent, "
            f"{letters['foreign']} kept that are not from this platform."
        )


def _dead(store: Store, batch: str | None) -> list[ChunkRecord]:
    found = [store.batch(batch)] if batch else store.batches(BatchState.INCOMPLETE)
    return [chunk for one in found for chunk in store.chunks(one.id) if chunk.state is ChunkState.DEAD]


def _show(dead: list[ChunkRecord]) -> None:
    if not dead:
        show("There are no dead chunks.")
        return
    rows = [(chunk.batch_id, chunk.chunk_number, chunk.reason, chunk.sends) for chunk in dead]
    show_table(("batch", "chunk", "reason", "sends"), rows, numeric=("chunk", "sends"))


def _clear(store: Store, queue_url: str, revived: set[str], *, dry_run: bool) -> dict[str, int]:
    from csvbatch.cli.aws import aws, translated
    from csvbatch.cli.dead_letters import clear, dead_letter_url

    with translated():
        sqs = aws().client("sqs")
        found = clear(
            sqs, dead_letter_url(sqs, queue_url), store, dry_run=dry_run, revived=lambda batch: batch in revived
        )
    return {"taken": found.taken, "kept": found.kept, "foreign": found.foreign}

"""`csvbatch redrive`: chunks that were given up are sent again."""

from typing import Annotated

import typer

from csvbatch.cli import options
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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Let dead chunks be sent again, those of one batch or of all.

    The next run of the batch processor sends them; a file that came by `csvbatch load` is loaded again by the
    same command. With a queue, our messages are taken off its dead-letter queue once their chunk is pending or
    done; messages that are not ours stay.
    """
    with opened_store(database, secret) as store:
        dead = _dead(store, batch)
        if not json:
            _show(dead)
        if not dry_run and (dead or queue_url):
            confirm(f"Dead chunks to send again: {len(dead)}. Go on?", yes=yes)
            for identity in sorted({chunk.batch_id for chunk in dead}):
                store.redrive(identity)
        letters = _clear(store, queue_url, {chunk.batch_id for chunk in dead}, dry_run=dry_run) if queue_url else None
    if json:
        listed = [{"batch": one.batch_id, "chunk": one.chunk_number, "reason": one.reason} for one in dead]
        show_json({"dry_run": dry_run, "chunks": listed, "dead_letters": letters})
    elif letters:
        done = "would be taken" if dry_run else "taken"
        show(
            f"Dead letters: {letters['taken']} {done} off the queue, {letters['kept']} left for chunks that are "
            f"dead or sent, {letters['foreign']} left that are not ours."
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

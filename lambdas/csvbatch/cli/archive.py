"""`csvbatch archive`: moves the chunks of old batches from the ledger to a file."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.archive_file import Archived
from csvbatch.cli.archive_file import archive as write
from csvbatch.cli.problems import UsageError
from csvbatch.cli.stores import opened_store
from csvbatch.cli.terminal import confirm, progress, show, show_json
from csvbatch.store import Store

_LEAST_DAYS = 30
"""A message that names a chunk may be delivered almost so long after the chunk is done. Queues keep it for 14 days at
most, the dead-letter queue counts them from the first sending, and a redrive makes it a new message:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
https://docs.amazonaws.cn/en_us/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.md
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch archive ledger-2026.jsonl.gz --days 180 --database sqlite:///airports.db")(
        archive
    )


def archive(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, whose name should end in .jsonl.gz.")],
    days: Annotated[
        int, typer.Option(min=_LEAST_DAYS, metavar="N", help="Only batches that were closed at least N days ago.")
    ] = 90,
    database: options.Database = None,
    secret: options.Secret = None,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Move the chunks of batches that were closed long ago from the ledger to a file.

    The batches stay, with their files, counts and times, so no file is loaded twice. A batch that was archived cannot
    be replayed. An interrupted archive can be repeated with another file: nothing leaves the ledger that is not in a
    file.
    """
    _require_new(file)
    with opened_store(database, secret) as store:
        before = store.now() - timedelta(days=days)
        ready = store.archive.ready(before)
        done = Archived()
        if ready.batches:
            confirm(f"Move {ready.chunks} chunks of {ready.batches} batches to {file}?", yes=yes)
            done = _archived(store, before, file, ready.batches)
    if json:
        name = str(file) if ready.batches else None
        show_json({"file": name, "batches": done.batches, "chunks": done.chunks, "stayed": done.stayed})
    elif not ready.batches:
        show(f"No batch with chunks was closed more than {days} days ago.")
    else:
        show(f"Moved {done.chunks} chunks of {done.batches} batches to {file}.")
        if done.stayed:
            show(f"Batches that were replayed meanwhile, and stay: {done.stayed}.")


def _require_new(file: Path) -> None:
    if not file.parent.is_dir():
        raise UsageError(f"{file}: there is no directory {file.parent}. Correct the name, or create the directory.")
    if file.exists():
        raise UsageError(f"{file} exists, and an archive is never overwritten: name a new file.")


def _archived(store: Store, before: datetime, file: Path, batches: int) -> Archived:
    with progress("batches") as shown:
        task = shown.add_task("archiving", total=batches) if shown else None

        def on_batches(done: int) -> None:
            if shown and task is not None:
                shown.update(task, completed=done)

        return write(store, before, file, on_batches)

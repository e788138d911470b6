"""`csvbatch rejects`: shows the rejected rows of a batch and the reasons."""

from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.problems import UsageError
from csvbatch.cli.reject_files import BucketRejects, FolderRejects, is_batch_id
from csvbatch.cli.stores import opened_store
from csvbatch.cli.terminal import show, show_json, show_table


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch rejects 0f1e2d3c4b5a6978 --output csvbatch-output --show-text")(rejects)


def rejects(
    batch: options.BatchId,
    output: options.Output = options.OUTPUT,
    bucket: options.Bucket = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="D", help="The batch's dataset, which makes the search in a bucket faster.")
    ] = None,
    database: options.Database = None,
    secret: options.Secret = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many rejects to show; --json shows all.")] = 50,
    show_text: options.ShowText = False,
    json: options.Json = False,
) -> None:
    """Show a batch's rejects: first and last line, column, rule and reason of each rule that a row breaks.

    They are read from the bucket if one is named, otherwise from the directory that `csvbatch load` wrote to. With a
    database, the ledger says which files contain them; without one, or if the batch's chunks were archived, the files
    of the last attempt are shown.
    """
    if not is_batch_id(batch):
        raise UsageError(f"{batch!r} is not a batch's id: `csvbatch status` lists the batches.")
    place = _place(output, bucket, dataset)
    if database:
        with opened_store(database, secret) as store:
            keys = [chunk.reject_object for chunk in store.chunks(batch) if chunk.reject_object]
            if store.batch(batch).archived_at is not None:
                keys = place.keys(batch)
    else:
        keys = place.keys(batch)
    columns = ("line", "last_line", "column", "rule", "reason", *(("text",) if show_text else ()))
    found = ({name: one[name] for name in columns} for one in chain.from_iterable(map(place.rows, keys)))
    if json:
        for one in found:
            show_json(one | {"line": int(one["line"]), "last_line": int(one["last_line"])})
        return
    shown = [list(one.values()) for one in islice(found, limit)]
    if not shown:
        show(f"There are no rejects of batch {batch} in {bucket or output}.")
        return
    show_table(columns, shown, numeric=("line", "last_line"))
    if left := sum(1 for _ in found):
        show(f"{left:,} more are not shown: use --limit, or --json for all.")


def _place(output: Path, bucket: str | None, dataset: str | None) -> FolderRejects | BucketRejects:
    if bucket:
        from csvbatch.cli.aws import aws

        return BucketRejects(bucket, aws(), dataset)
    if not output.is_dir():
        raise UsageError(
            f"{output}: there is no such directory. Name the directory that `csvbatch load` wrote to with --output."
        )
    return FolderRejects(output)

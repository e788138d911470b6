"""`csvbatch replay`: loads a batch again, in its old place in the sequence."""

from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.contracts import all_contracts, contract_of
from csvbatch.cli.one_file import BUCKET
from csvbatch.cli.pause import warn_of_pauses
from csvbatch.cli.problems import CommandError, UsageError
from csvbatch.cli.stores import opened_store
from csvbatch.cli.terminal import confirm, say, show, show_json, show_table
from csvbatch.contract.model import Contract
from csvbatch.pipeline.ports import ObjectGoneError
from csvbatch.pipeline.splitting import unpack
from csvbatch.store import Batch, BatchState, ObjectVersion, Store


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch replay --rejects --present-contract --database sqlite:///airports.db")(replay)


def replay(
    batch: options.OneBatch = None,
    rejects: Annotated[bool, typer.Option("--rejects", help="Replay all closed batches that have rejects.")] = False,
    present_contract: Annotated[
        bool,
        typer.Option("--present-contract", help="Validate by the dataset's present contract, not by the batch's copy."),
    ] = False,
    contracts: options.Contracts = None,
    database: options.Database = None,
    secret: options.Secret = None,
    bucket: options.Bucket = None,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Load a batch, or all batches that have rejects, again.

    Its rows do not replace rows of later batches. The next run of the batch processor sends its chunks; for a file that
    was loaded by `csvbatch load`, run that command again. A gzip file needs --bucket.
    """
    if bool(batch) == rejects:
        raise UsageError("Give a batch, or --rejects for all batches with rejects.")
    with opened_store(database, secret) as store:
        found = [store.batch(batch)] if batch else _with_rejects(store)
        known = all_contracts(contracts) if present_contract else None
        if not json:
            _show(found)
        if found:
            confirm(f"Batches to load again: {len(found)}. Continue?", yes=yes)
        for one in found:
            contract = None if known is None else contract_of(one.dataset, known)
            after = _replay(store, one, contract, bucket)
            if json:
                show_json({"batch": after.id, "state": after.state.value, "attempt": after.load_attempt})
        warn_of_pauses(store, (one.dataset for one in found))


def _with_rejects(store: Store) -> list[Batch]:
    found = [one for one in store.batches(BatchState.CLOSED) if one.rows_rejected]
    replayable = [one for one in found if one.archived_at is None]
    if left := len(found) - len(replayable):
        say(f"left out, because their chunks were archived: {left} batches with rejects.")
    return replayable


def _show(found: list[Batch]) -> None:
    if not found:
        show("There are no batches with rejects.")
        return
    rows = [(one.id, one.dataset, one.object_key, one.state.value, one.rows_rejected) for one in found]
    show_table(("batch", "dataset", "file", "state", "rejected"), rows, numeric=("rejected",))


def _replay(store: Store, batch: Batch, contract: Contract | None, bucket: str | None) -> Batch:
    unpacked = None
    if batch.unpacked_key and batch.bucket != BUCKET:
        unpacked = _unpacked_again(batch, bucket)
    return store.replay(batch.id, contract=contract, unpacked=unpacked)


def _unpacked_again(batch: Batch, bucket: str | None) -> ObjectVersion | None:
    """Unpack a gzip file again if its unpacked object has expired; None if it still exists."""
    from csvbatch.aws.s3_objects import S3Objects
    from csvbatch.cli.aws import aws, translated

    if bucket != batch.bucket:
        raise UsageError(f"Batch {batch.id} is of a gzip file: name its bucket with --bucket {batch.bucket}.")
    with translated():
        objects = S3Objects(bucket, aws().client("s3"))
        try:
            with objects.read(batch.source):
                return None
        except ObjectGoneError:
            pass
        try:
            return unpack(objects, batch)
        except ObjectGoneError as error:
            raise CommandError(f"Batch {batch.id} cannot be replayed: {error}.") from None

"""`csvbatch load`: runs the whole pipeline without AWS, into any store."""

import time
from pathlib import Path
from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.contracts import all_contracts, contract_of
from csvbatch.cli.misread import utf8_warnings_of_file
from csvbatch.cli.one_file import Loaded, OneFile
from csvbatch.cli.pause import require_unpaused
from csvbatch.cli.problems import FOUND
from csvbatch.cli.sources import require_file
from csvbatch.cli.stores import opened_store, require_database
from csvbatch.cli.terminal import progress, show, show_json, show_table
from csvbatch.contract.model import Contract
from csvbatch.pipeline import layout
from csvbatch.store import BatchState, Store
from csvbatch.store.url import parse_url

_NUMERIC = ("rows", "merged", "superseded", "stale", "rejected", "chunks", "seconds")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch load airports.csv --dataset airports --database sqlite:///airports.db")(load)


def load(
    file: options.File,
    dataset: Annotated[str, typer.Option("--dataset", "-d", metavar="D", help="The file's dataset.")],
    database: options.Database = None,
    secret: options.Secret = None,
    output: options.Output = options.OUTPUT,
    chunk_bytes: Annotated[int, typer.Option(min=1, metavar="N", help="Maximum bytes of a chunk.")] = 16 * 1024**2,
    contracts: options.Contracts = None,
    json: options.Json = False,
) -> None:
    """Load a file without AWS: validate its rows, merge the valid ones, and write the others to rejects.

    A file that was loaded before with the same name and content is recognised, and nothing is done. An interrupted
    load is continued. Other content under the same name is a new version, whose rows replace those of the old one.
    A new SQLite file gets its tables; in other databases `csvbatch migrate` creates them.
    Exits with status 1 if rows were rejected, the file was refused, or a chunk could not be loaded.
    """
    require_file(file)
    contract = contract_of(dataset, all_contracts(contracts))
    is_new = parse_url(require_database(database)).is_new_sqlite
    start = time.monotonic()
    with opened_store(database, secret, create=True) as store:
        if is_new:
            store.migrate([contract])
        require_unpaused(store, dataset)
        loaded = _loaded(OneFile(file, contract, store, output, chunk_bytes))
        seconds = round(time.monotonic() - start, 2)
        rejects = _rejects_folder(store, loaded, contract, output)
    is_read = loaded.batch.state is not BatchState.REFUSED
    warnings = utf8_warnings_of_file(file, contract.encoding) if is_read else []
    _show(file, loaded, seconds, rejects, output, warnings, json=json)
    if loaded.batch.state is not BatchState.CLOSED or loaded.batch.rows_rejected:
        raise typer.Exit(FOUND)


def _loaded(one: OneFile) -> Loaded:
    with progress("chunks") as shown:
        task = shown.add_task("splitting", total=None) if shown else None

        def on_chunk(done: int, total: int) -> None:
            if shown and task is not None:
                shown.update(task, description="loading", completed=done, total=total)

        return one.load(on_chunk)


def _rejects_folder(store: Store, loaded: Loaded, contract: Contract, output: Path) -> Path | None:
    if not loaded.batch.rows_rejected:
        return None
    keys = [chunk.reject_object for chunk in store.chunks(loaded.batch.id) if chunk.reject_object]
    return output / (Path(keys[0]).parent if keys else Path(layout.REJECTED) / contract.dataset)


def _show(
    file: Path,
    loaded: Loaded,
    seconds: float,
    rejects: Path | None,
    output: Path,
    warnings: list[str],
    *,
    json: bool,
) -> None:
    batch = loaded.batch
    report = output / layout.report_key(batch.dataset, batch.id)
    facts = {
        "file": str(file),
        "rows": batch.rows_read,
        "merged": batch.rows_merged,
        "superseded": batch.rows_superseded,
        "stale": batch.rows_stale,
        "rejected": batch.rows_rejected,
        "chunks": batch.chunks_total,
        "seconds": seconds,
        "rejects": None if rejects is None else str(rejects),
    }
    if json:
        more = {"batch": batch.id, "state": batch.state.value, "reason": batch.reason, "known": loaded.was_known}
        newer = loaded.newer and loaded.newer.id
        show_json({**facts, **more, "newer": newer, "warnings": warnings, "failures": list(loaded.failures)})
        return
    if loaded.was_known:
        show(f"{file} was loaded before as batch {batch.id}: nothing was done.")
    if loaded.newer:
        show(
            f"Batch {loaded.newer.id} has loaded other content of {file.name} since. To replace its rows by those of "
            "this file, give the file another name."
        )
    show_table(list(facts), [list(facts.values())], numeric=_NUMERIC)
    if batch.state is BatchState.REFUSED:
        show(f"The file was refused ({batch.reason}); no row was loaded. The reason is in {report}.")
    for warning in warnings:
        show(f"warning: {warning}")
    for failure in loaded.failures:
        show(failure)
    if batch.state not in (BatchState.CLOSED, BatchState.REFUSED):
        show(f"Batch {batch.id} is {batch.state.value}: correct these problems, and run the command again.")

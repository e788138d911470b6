"""`csvbatch pause` and `csvbatch resume`: leave the files of a dataset where they are for some time."""

from collections.abc import Iterable
from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.contracts import all_contracts, contract_of
from csvbatch.cli.problems import CommandError
from csvbatch.cli.stores import opened_store
from csvbatch.cli.terminal import say, show, show_json
from csvbatch.store import Pause, Store

_Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="The name of a dataset that has a contract.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: csvbatch pause airports --database postgresql://loader@host/csvbatch")(pause)
    app.command(epilog="Example: csvbatch resume airports --database postgresql://loader@host/csvbatch")(resume)


def pause(
    dataset: _Dataset,
    contracts: options.Contracts = None,
    database: options.Database = None,
    secret: options.Secret = None,
    json: options.Json = False,
) -> None:
    """Pause a dataset: its files stay where they are until `csvbatch resume`.

    No new file of the dataset is registered or split, and no chunk is sent. Chunks that were sent before are still
    loaded, and a batch processor that is at work may end the file that it has in hand. To pause a dataset again changes
    nothing.
    """
    contract_of(dataset, all_contracts(contracts))
    with opened_store(database, secret) as store:
        was_paused = not store.pauses.pause(dataset)
        (one,) = (each for each in store.pauses.all() if each.dataset == dataset)
    if json:
        show_json({**as_json(one), "was_paused": was_paused})
        return
    show(f"Dataset {dataset} {'was paused already' if was_paused else 'is paused'}. {still_to_be_loaded(one)}")


def resume(
    dataset: _Dataset,
    contracts: options.Contracts = None,
    database: options.Database = None,
    secret: options.Secret = None,
    json: options.Json = False,
) -> None:
    """End the pause of a dataset: the next runs of the batch processor load what has arrived meanwhile."""
    with opened_store(database, secret) as store:
        was_paused = store.pauses.resume(dataset)
    if not was_paused:
        contract_of(dataset, all_contracts(contracts))
    if json:
        show_json({"dataset": dataset, "was_paused": was_paused})
    elif was_paused:
        show(f"Dataset {dataset} is resumed: the next runs of the batch processor load its files.")
    else:
        show(f"Dataset {dataset} was not paused.")


def require_unpaused(store: Store, dataset: str) -> None:
    """Raise CommandError if a dataset is paused."""
    if dataset in store.pauses.names():
        raise CommandError(f"Dataset {dataset} is paused, so nothing was loaded. End it: `csvbatch resume {dataset}`.")


def warn_of_pauses(store: Store, datasets: Iterable[str]) -> None:
    """Say which of these datasets are paused, so that nothing of them is sent now."""
    for dataset in sorted(store.pauses.names().intersection(datasets)):
        say(f"dataset {dataset} is paused: nothing of it is sent until `csvbatch resume {dataset}`.")


def as_json(one: Pause) -> dict[str, str | int]:
    """Give a pause as it is printed in JSON."""
    return {"dataset": one.dataset, "paused_since": one.since.isoformat(timespec="seconds"), "sent": one.chunks_sent}


def still_to_be_loaded(one: Pause) -> str:
    """Say how many chunks of a paused dataset are in the queue or being loaded."""
    if not one.chunks_sent:
        return "No chunk of it is in the queue or being loaded."
    return f"Chunks that were sent before and will still be loaded: {one.chunks_sent}."

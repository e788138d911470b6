"""Nothing of a row shows in errors, in the ledger, or in what is sent to a server's log."""

import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from csvbatch.store import ChunkInHand, ChunkResult, Loader, Merge, StoreError
from csvbatch.store.tables import LEDGER
from tests.integration.store.contracts import EVERYTHING, everything
from tests.integration.store.loading import load_whole, loader_of, split_batch
from tests.integration.store.places import Place, PostgresqlPlace
from tests.support.postgresql import Server

MARKER = "Marigold-4711"


def lone_surrogate() -> Loader:
    return loader_of([everything(select=f"{MARKER}\ud800")])


def no_key() -> Loader:
    return loader_of([everything(group=None, select=MARKER)])


FAILURES = [no_key, lone_surrogate]


def everything_said(error: BaseException) -> str:
    """Give what a logger might print of an error, whatever it was caused by and with all local variables."""
    said: list[str] = []
    current: BaseException | None = error
    while current is not None:
        said += traceback.TracebackException.from_exception(current, capture_locals=False).format()
        said.append(repr(current.args) + repr(vars(current)))
        current = current.__cause__ or current.__context__
    return "".join(said)


@pytest.mark.parametrize("failure", FAILURES)
def test_an_error_of_the_database_quotes_no_row(
    place: Place, failure: Callable[[], Loader], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = place.store()
    batch = split_batch(store, EVERYTHING, 1)
    with pytest.raises(StoreError) as caught:
        store.load_chunk(batch.id, 0, failure())
    assert MARKER not in everything_said(caught.value)
    assert MARKER not in caplog.text
    for table in LEDGER:
        assert MARKER not in repr(place.run(f"SELECT * FROM {place.quote(table.name)}"))


def test_a_constraint_that_the_contract_does_not_have_quotes_no_row(place: Place) -> None:
    """PostgreSQL's errors have a DETAIL with the failing row in it."""
    store = place.store()
    load_whole(store, EVERYTHING, [everything("a", 1, select=MARKER)])
    index, table, column = (place.quote(name) for name in ("only_one", "order", "select"))
    place.run(f"CREATE UNIQUE INDEX {index} ON {table} ({column})")
    try:
        batch = split_batch(store, EVERYTHING, 1, version="2")
        with pytest.raises(StoreError) as caught:
            store.load_chunk(batch.id, 0, loader_of([everything("b", 2, select=MARKER)]))
        assert MARKER not in everything_said(caught.value)
    finally:
        place.drop_index("only_one")


def test_an_error_of_the_loader_is_not_sent_to_the_server(server: Server) -> None:
    """psycopg ends a COPY by telling the server why, and the server logs it."""
    place = PostgresqlPlace(server, "leaks")
    store = place.store()
    batch = split_batch(store, EVERYTHING, 1)
    secret = "Primrose-0815"

    def rows() -> Iterator[tuple[int, Any]]:
        yield 2, everything()
        raise LookupError(secret)

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        return ChunkResult(merge(rows()), 0)

    with pytest.raises(LookupError, match=secret):
        store.load_chunk(batch.id, 0, loader)
    place.close()
    log = (server.folder / "log").read_text()
    assert "COPY from stdin failed" in log
    assert secret not in log

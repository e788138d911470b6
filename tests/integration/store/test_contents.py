"""The digest of a batch's rows: the same in every database, and that of a reader who knows nothing of the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from csvbatch.local.files import LocalFiles
from csvbatch.store import Batch, LedgerError, Store, contents
from scripts.account.verify import sample
from tests.integration.store.places import SHIPPED, Place
from tests.support.pipeline import Pipeline


@pytest.fixture
def loaded(place: Place, tmp_path: Path) -> Iterator[tuple[Place, Store, Batch, sample.Expected]]:
    store = place.store()
    store.migrate(SHIPPED.values())
    table = place.quote("recipients")
    place.run(f"DELETE FROM {table}")
    file = sample.write(tmp_path, 1000)
    pipeline = Pipeline(store, LocalFiles(tmp_path / "bucket", {}), dict(SHIPPED), chunk_bytes=20_000)
    pipeline.drop(file.name, file.read_bytes())
    pipeline.load_all()
    yield place, store, pipeline.only_batch(), sample.expected(file)
    place.run(f"DELETE FROM {table}")


def test_the_digest_is_that_of_a_plain_reader(loaded: tuple[Place, Store, Batch, sample.Expected]) -> None:
    _, store, batch, expected = loaded
    found = store.contents(batch.id)
    assert (found.rows, found.digest) == (expected.kept, expected.digest)
    counts = (batch.rows_read, batch.rows_rejected, batch.rows_superseded)
    assert counts == (expected.rows, expected.rejected, expected.superseded)
    assert expected.superseded == sample.REPEATED
    assert expected.rejected > 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET {name} = 'Somebody Else' WHERE {line} = (SELECT MIN({line}) FROM {table})",
        "UPDATE {table} SET {distance} = NULL WHERE {line} = (SELECT MAX({line}) FROM {table} "
        "WHERE {distance} IS NOT NULL)",
        "DELETE FROM {table} WHERE {line} = (SELECT MIN({line}) FROM {table})",
    ],
)
def test_one_row_that_differs_changes_the_digest(
    loaded: tuple[Place, Store, Batch, sample.Expected], change: str
) -> None:
    place, store, batch, expected = loaded
    names = {"table": "recipients", "name": "name", "line": "load_line", "distance": "distance_km"}
    place.run(change.format(**{key: place.quote(name) for key, name in names.items()}))
    assert store.contents(batch.id).digest != expected.digest


def test_rows_of_other_batches_do_not_count(
    loaded: tuple[Place, Store, Batch, sample.Expected], tmp_path: Path
) -> None:
    _, store, batch, expected = loaded
    pipeline = Pipeline(store, LocalFiles(tmp_path / "other", {}), dict(SHIPPED))
    header = "nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at\n"
    pipeline.drop("other.csv", f"{header}9990000018,Other Person,,1980-01-01,Y,12,,2024-01-01T00:00:00\n".encode())
    pipeline.load_all()
    assert store.contents(batch.id).digest == expected.digest


def test_a_batch_that_is_too_large_for_a_digest_is_refused(
    loaded: tuple[Place, Store, Batch, sample.Expected], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, store, batch, _ = loaded
    monkeypatch.setattr(contents, "MOST_ROWS", 10)
    with pytest.raises(LedgerError, match="TOO_MANY_ROWS"):
        store.contents(batch.id)

"""The demo's checks: they pass if every count is right, and fail if one is wrong."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from csvbatch.contract.model import Contract
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.local.files import LocalFiles
from csvbatch.store import Batch, open_store
from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY
from scripts.local.demo import scenario
from scripts.local.samples import data_files
from scripts.local.samples.data_files import DataFile
from tests.support.pipeline import Pipeline

ROWS = 2000


class Desk:
    """The pipeline in this process in the place of the platform; `after` happens when a run is over."""

    def __init__(self, pipeline: Pipeline, database: Path) -> None:
        self.pipeline = pipeline
        self.database = database
        self.contracts: Mapping[str, Contract] = pipeline.contracts
        self.after: Callable[[int], None] = lambda run: None
        self.counted: Callable[[Batch], Batch] = lambda batch: batch
        self._dropped = 0
        self._runs = 0

    def drop(self, file: DataFile) -> str:
        self._dropped += 1
        copy = self.pipeline.files.folder / "in" / str(self._dropped) / file.path.name
        copy.parent.mkdir(parents=True)
        shutil.copy(file.path, copy)
        key = f"incoming/{file.dataset}/{self._dropped}.csv"
        self.pipeline.files.incoming = {**self.pipeline.files.incoming, key: copy}
        return key

    def run(self, say: Callable[[str], None]) -> None:
        self.pipeline.load_all()
        self._runs += 1
        self.after(self._runs)

    def batch(self, version: str) -> Batch:
        (batch,) = [one for one in self.pipeline.store.latest_batches(10) if one.object_key == version]
        return self.counted(batch)

    def rejects(self, batch: Batch) -> str:
        return f"rejected/{batch.id}/" if batch.rows_rejected else ""

    def execute(self, statement: str) -> None:
        with sqlite3.connect(self.database) as connection:
            connection.execute(statement)
        connection.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    contracts = load_contracts(REPOSITORY / "lambdas" / "contracts")
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(contracts.values())
    pipeline = Pipeline(store, LocalFiles(tmp_path / "bucket", {}), contracts, chunk_bytes=1_000_000)
    yield Desk(pipeline, tmp_path / "store.db")
    store.close_connection()


def told(desk: Desk, folder: Path) -> list[scenario.Step]:
    return list(scenario.run(desk, folder, ROWS, lambda line: None, lambda step: None))


def test_files_arrive_then_arrive_again_then_corrected(desk: Desk, tmp_path: Path) -> None:
    first, again, corrected = told(desk, tmp_path)
    rejected = [[one.batch.rows_rejected for one in step.loaded] for step in (first, again, corrected)]
    bad = data_files.recipients(tmp_path, ROWS).rejected
    assert bad > 0
    assert rejected == [[0, bad], [0, bad], [0]]
    assert corrected.proves == f"the {bad:,} rejected rows are loaded"


def test_a_table_shows_where_the_rejects_are(desk: Desk, tmp_path: Path) -> None:
    first, *_ = told(desk, tmp_path)
    cells = [str(cell) for column in first.as_table().columns for cell in column.cells]
    assert {one.rejects or "none" for one in first.loaded} <= set(cells)


def test_a_row_that_was_lost_is_noticed(desk: Desk, tmp_path: Path) -> None:
    desk.after = lambda run: desk.execute("DELETE FROM airports WHERE icao = 'EGLL'")
    with pytest.raises(UserError, match=r"table airports has [\d,]+ rows.*; 1 are only in one"):
        told(desk, tmp_path)


def test_a_value_that_changed_without_reason_is_noticed(desk: Desk, tmp_path: Path) -> None:
    desk.after = lambda run: desk.execute(f"UPDATE airports SET city = 'town {run}' WHERE icao = 'EGLL'")
    with pytest.raises(UserError, match="loaded again, and a table's values changed"):
        told(desk, tmp_path)


def test_counts_that_do_not_add_up_are_noticed(desk: Desk, tmp_path: Path) -> None:
    desk.counted = lambda batch: replace(batch, rows_merged=batch.rows_merged + 1)
    with pytest.raises(UserError, match="does not add up"):
        told(desk, tmp_path)


def test_rows_that_were_never_read_are_noticed(desk: Desk, tmp_path: Path) -> None:
    desk.counted = lambda batch: replace(batch, rows_read=batch.rows_read - 1, rows_merged=batch.rows_merged - 1)
    with pytest.raises(UserError, match="a plain csv reader finds"):
        told(desk, tmp_path)


def test_a_table_shows_how_many_rows_were_superseded(desk: Desk, tmp_path: Path) -> None:
    first, *_ = told(desk, tmp_path)
    (column,) = [column for column in first.as_table().columns if column.header == "superseded"]
    assert list(column.cells) == [f"{one.batch.rows_superseded:,}" for one in first.loaded]


def test_superseded_rows_that_do_not_add_up_are_noticed(desk: Desk, tmp_path: Path) -> None:
    desk.counted = lambda batch: replace(batch, rows_superseded=batch.rows_superseded + 1)
    with pytest.raises(UserError, match="were counted as superseded"):
        told(desk, tmp_path)

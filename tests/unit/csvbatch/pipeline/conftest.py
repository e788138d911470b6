from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.pipeline import Pipeline

from csvbatch.contract import load_contracts
from csvbatch.local.files import LocalFiles
from csvbatch.store import open_store
from environments import REPOSITORY


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    contracts = load_contracts(REPOSITORY / "lambdas" / "contracts")
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(contracts.values())
    yield Pipeline(store, LocalFiles(tmp_path / "bucket", {}), contracts)
    store.close_connection()

from collections.abc import Iterator
from pathlib import Path

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import open_store
from scripts.common.paths import REPOSITORY
from tests.support.pipeline import Pipeline, TaggedFiles


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    contracts = load_contracts(REPOSITORY / "lambdas" / "contracts")
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(contracts.values())
    yield Pipeline(store, TaggedFiles(tmp_path / "bucket", {}), contracts)
    store.close_connection()

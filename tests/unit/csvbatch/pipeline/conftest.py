from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import open_store
from scripts.common.paths import REPOSITORY
from tests.support.failing import FailingFiles, FailingQueue
from tests.support.pipeline import Pipeline, TaggedFiles

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(CONTRACTS.values())
    yield Pipeline(store, TaggedFiles(tmp_path / "bucket", {}), dict(CONTRACTS))
    store.close_connection()


@pytest.fixture
def now() -> list[datetime]:
    return [datetime(2026, 11, 25, 12, tzinfo=UTC)]


@pytest.fixture
def failing_pipeline(tmp_path: Path, now: list[datetime]) -> Iterator[Pipeline]:
    """Give a pipeline whose files and queue fail where a test says so, and whose clock the test sets."""
    store = open_store(f"sqlite:///{tmp_path}/store.db", clock=lambda: now[0])
    store.migrate(CONTRACTS.values())
    yield Pipeline(store, FailingFiles(tmp_path / "bucket", {}), dict(CONTRACTS), FailingQueue())
    store.close_connection()


@pytest.fixture
def files(failing_pipeline: Pipeline) -> FailingFiles:
    assert isinstance(failing_pipeline.files, FailingFiles)
    return failing_pipeline.files


@pytest.fixture
def queue(failing_pipeline: Pipeline) -> FailingQueue:
    assert isinstance(failing_pipeline.queue, FailingQueue)
    return failing_pipeline.queue

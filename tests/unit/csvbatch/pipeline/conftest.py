from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.csv_file.reader import Readable
from csvbatch.local.files import LocalFiles
from csvbatch.store import Clock, ObjectVersion, Store, open_store
from scripts.common.paths import REPOSITORY
from tests.support.failing import FailingFiles, FailingQueue
from tests.support.pipeline import Pipeline, TaggedFiles, unsynchronized

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")


def opened(folder: Path, clock: Clock | None = None) -> Store:
    store = open_store(f"sqlite:///{folder}/store.db", clock=clock)
    store._database._connect = unsynchronized  # type: ignore[attr-defined]
    store.migrate(CONTRACTS.values())
    return store


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    store = opened(tmp_path)
    yield Pipeline(store, TaggedFiles(tmp_path / "bucket", {}), dict(CONTRACTS))
    store.close_connection()


@pytest.fixture
def now() -> list[datetime]:
    return [datetime(2026, 11, 25, 12, tzinfo=UTC)]


@pytest.fixture
def failing_pipeline(tmp_path: Path, now: list[datetime]) -> Iterator[Pipeline]:
    """Give a pipeline whose files and queue fail where a test says so, and whose clock the test sets."""
    store = opened(tmp_path, lambda: now[0])
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


@pytest.fixture
def while_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], None]], None]:
    """Do something once, when a file with this name is first read."""
    read = LocalFiles.read

    def arrange(name: str, work: Callable[[], None]) -> None:
        pending = [work]

        def reading(
            files: LocalFiles, version: ObjectVersion, start: int = 0, end: int | None = None
        ) -> AbstractContextManager[Readable]:
            if pending and version.key.endswith(f"/{name}"):
                pending.pop()()
            return read(files, version, start, end)

        monkeypatch.setattr(LocalFiles, "read", reading)

    return arrange

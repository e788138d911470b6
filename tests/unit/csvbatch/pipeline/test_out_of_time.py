"""A file that is too long to split in one run is refused at last, and starves nothing behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.csv_file.reader import Readable
from csvbatch.local.files import LocalFiles
from csvbatch.pipeline.failures import MOST_FAILURES
from csvbatch.pipeline.processing import Run
from csvbatch.store import Batch, BatchState, ObjectVersion, open_store
from scripts.common.paths import REPOSITORY
from tests.support.pipeline import Pipeline, TimedFiles, report_of, timed_run

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")
HEADER = b"nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at\n"
SECONDS_OF_A_RUN = 900.0


@dataclass(slots=True)
class SlowFiles(TimedFiles):
    """Files that take some seconds to be read, each as its name says, on a clock of their own."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        with LocalFiles.read(self, version, start, end) as stream:
            self.spent += next((one for name, one in self.seconds.items() if name in version.key), 1.0)
            yield stream


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(CONTRACTS.values())
    yield Pipeline(store, SlowFiles(tmp_path / "bucket", {}), dict(CONTRACTS))
    store.close_connection()


def run(pipeline: Pipeline) -> Run:
    return timed_run(pipeline, SECONDS_OF_A_RUN)


def slow(pipeline: Pipeline, name: str, seconds: float) -> None:
    files = pipeline.files
    assert isinstance(files, SlowFiles)
    files.seconds[name] = seconds
    pipeline.drop(name, HEADER)


def state(pipeline: Pipeline, name: str) -> BatchState:
    return batch_of(pipeline, name).state


def batch_of(pipeline: Pipeline, name: str) -> Batch:
    (batch,) = [one for one in pipeline.store.latest_batches(99) if one.object_key.endswith(f"/{name}")]
    return batch


def test_a_file_too_long_for_a_run_is_refused_with_what_to_do(pipeline: Pipeline) -> None:
    slow(pipeline, "long.csv", 1000)
    for attempt in range(1, MOST_FAILURES):
        done = run(pipeline)
        assert (done.failed, done.is_complete) == (1, False)
        batch = pipeline.only_batch()
        assert (batch.state, batch.failures, batch.failure) == (BatchState.REGISTERED, attempt, "out_of_time")
    assert run(pipeline).refused == 1
    assert (pipeline.only_batch().state, pipeline.only_batch().reason) == (BatchState.REFUSED, "too_long_to_split")
    problems = str(report_of(pipeline)["problems"])
    assert "several smaller files" in problems
    assert "timeout" in problems


def test_a_file_that_ran_out_of_time_goes_after_those_that_were_not_tried(pipeline: Pipeline) -> None:
    slow(pipeline, "long.csv", 1000)
    slow(pipeline, "b.csv", 1)
    run(pipeline)
    assert state(pipeline, "b.csv") is BatchState.REGISTERED
    slow(pipeline, "c.csv", 1)
    run(pipeline)
    assert [state(pipeline, name) for name in ("b.csv", "c.csv")] == [BatchState.CLOSING] * 2
    run(pipeline)
    assert [state(pipeline, name) for name in ("b.csv", "c.csv")] == [BatchState.CLOSED] * 2
    assert state(pipeline, "long.csv") is BatchState.REGISTERED


def test_two_files_that_run_out_of_time_take_turns(pipeline: Pipeline) -> None:
    slow(pipeline, "long.csv", 1000)
    slow(pipeline, "longer.csv", 2000)
    for _ in range(4):
        run(pipeline)
    assert [batch_of(pipeline, name).splits for name in ("long.csv", "longer.csv")] == [2, 2]


def test_an_attempt_that_others_left_little_time_for_does_not_count(pipeline: Pipeline) -> None:
    slow(pipeline, "long.csv", 1000)
    run(pipeline)
    assert batch_of(pipeline, "long.csv").failures == 1
    for number in range(2 * MOST_FAILURES):
        slow(pipeline, f"{number}.csv", 500)
        done = run(pipeline)
        assert (done.failed, done.split) == (0, 1)
    long = batch_of(pipeline, "long.csv")
    assert (long.state, long.failures, long.failure) == (BatchState.REGISTERED, 1, "out_of_time")


def test_a_file_that_needs_most_of_a_run_is_split_when_it_has_one(pipeline: Pipeline) -> None:
    slow(pipeline, "first.csv", 500)
    slow(pipeline, "long.csv", 800)
    run(pipeline)
    assert batch_of(pipeline, "long.csv").failures == 0
    run(pipeline)
    assert state(pipeline, "long.csv") is BatchState.CLOSED

"""A split continues where the last run ended, and sends nothing before the whole file was read."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from csvbatch.contract.ledger_copy import dumps, loads_json
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.csv_file.reader import Readable
from csvbatch.local.files import LocalFiles
from csvbatch.pipeline import progress, splitting
from csvbatch.pipeline.failures import MOST_FAILURES
from csvbatch.pipeline.processing import Run
from csvbatch.store import BatchState, ObjectVersion, open_store
from scripts.common.paths import REPOSITORY
from tests.support.mortal import Killed
from tests.support.pipeline import (
    Pipeline,
    TimedFiles,
    names_in_table,
    recipients,
    report_of,
    sequential_reading,
    timed_run,
)

SECONDS_OF_A_RUN = 900.0
GIGABYTES = 20
BLOCKS_OF_A_RUN = 5


@dataclass(slots=True)
class Metered:
    """A stream of which each block takes some seconds."""

    stream: Readable
    files: "MeteredFiles"

    def read(self, size: int, /) -> bytes:
        self.files.spent += self.files.seconds_per_block
        self.files.blocks_read += 1
        return self.stream.read(size)


@dataclass(slots=True)
class MeteredFiles(TimedFiles):
    """Files whose blocks take time on a clock of their own."""

    seconds_per_block: float = 0.0
    blocks_read: int = 0
    opened: list[str] = field(default_factory=list)

    @contextmanager
    def read(self, version: ObjectVersion, start: int = 0, end: int | None = None) -> Iterator[Readable]:
        with LocalFiles.read(self, version, start, end) as stream:
            self.opened.append(version.key)
            yield Metered(stream, self)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 1 kB: a file of 20 kB stands for one of 20 GB that is read in blocks of 1 GB."""
    monkeypatch.setattr(splitting, "_BLOCK_BYTES", 1000)
    monkeypatch.setattr(splitting, "scan", partial(splitting.scan, window_bytes=1000))
    monkeypatch.setattr(splitting, "scan_again", partial(splitting.scan_again, window_bytes=1000))


@pytest.fixture
def files(tmp_path: Path) -> MeteredFiles:
    return MeteredFiles(tmp_path / "bucket", {}, seconds_per_block=SECONDS_OF_A_RUN / (BLOCKS_OF_A_RUN + 1))


@pytest.fixture
def pipeline(tmp_path: Path, files: MeteredFiles) -> Iterator[Pipeline]:
    contracts = load_contracts(REPOSITORY / "lambdas" / "contracts")
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate(contracts.values())
    yield Pipeline(store, files, contracts, chunk_bytes=500)
    store.close_connection()


def run(pipeline: Pipeline) -> Run:
    return timed_run(pipeline, SECONDS_OF_A_RUN)


def content_of_20_kilobytes(tmp_path: Path) -> bytes:
    content = recipients(tmp_path, rows=300)
    header, *rows = content.splitlines(keepends=True)
    kept = header
    for row in rows:
        if len(kept) + len(row) > GIGABYTES * 1000:
            break
        kept += row
    return kept


def allow_rejects(pipeline: Pipeline, share: str) -> None:
    changed = {**json.loads(dumps(pipeline.contracts["recipients"])), "maximum_reject_share": share}
    pipeline.contracts["recipients"] = loads_json(json.dumps(changed))


def run_until_split(pipeline: Pipeline, most: int = 20) -> int:
    for number in range(1, most + 1):
        done = run(pipeline)
        if done.split or done.refused:
            return number
        assert (done.failed, done.sent, done.is_complete) == (0, 0, False)
        batch = pipeline.only_batch()
        assert (batch.state, batch.failures) == (BatchState.REGISTERED, 0)
        assert not pipeline.queue.waiting
    raise AssertionError(f"the file was not split in {most} runs")


def load(pipeline: Pipeline) -> None:
    files = pipeline.files
    assert isinstance(files, MeteredFiles)
    files.seconds_per_block = 0
    # The run that ended the split may have had no time left to send all messages.
    run(pipeline)
    pipeline.handle()


def test_a_file_of_20_gigabytes_that_needs_several_runs_is_loaded_whole(pipeline: Pipeline, tmp_path: Path) -> None:
    content = content_of_20_kilobytes(tmp_path)
    expected, good, bad = sequential_reading(content, pipeline.contracts["recipients"])
    pipeline.drop("huge.csv", content)
    assert run_until_split(pipeline) >= MOST_FAILURES + 1
    load(pipeline)
    batch = pipeline.only_batch()
    assert batch.state is BatchState.CLOSED
    assert (batch.rows_read, batch.rows_merged, batch.rows_rejected) == (good + bad, good, bad)
    assert names_in_table(pipeline) == expected


def test_the_chunks_are_those_of_a_split_in_one_run(pipeline: Pipeline, files: MeteredFiles, tmp_path: Path) -> None:
    content = content_of_20_kilobytes(tmp_path)
    pipeline.drop("huge.csv", content)
    run_until_split(pipeline)
    files.seconds_per_block = 0
    pipeline.drop("other.csv", content)
    run(pipeline)
    other, huge = (pipeline.store.chunks(each.id) for each in pipeline.store.latest_batches(2))
    places = [[(one.chunk_number, one.start_byte, one.end_byte, one.first_line) for one in of] for of in (huge, other)]
    assert places[0] == places[1]
    assert [(one.rows_read, one.rows_rejected) for one in huge] == [(0, 0)] * len(huge)


def test_each_run_reads_only_what_is_left(pipeline: Pipeline, files: MeteredFiles, tmp_path: Path) -> None:
    content = content_of_20_kilobytes(tmp_path)
    pipeline.drop("huge.csv", content)
    runs = run_until_split(pipeline)
    blocks = len(content) // 1000 + 1
    # Besides its part, a run reads the block of the header, and again what it had not recorded.
    assert files.blocks_read <= blocks + 4 * runs


def test_a_killed_run_costs_only_what_was_not_recorded(
    pipeline: Pipeline, files: MeteredFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_SAVED_TOGETHER", 2)
    files.seconds_per_block = 0
    pipeline.drop("huge.csv", content_of_20_kilobytes(tmp_path))
    record = pipeline.store.record_progress
    kills = 0

    def killed_after(*arguments: object) -> None:
        nonlocal kills
        record(*arguments)  # type: ignore[arg-type]
        kills += 1
        raise Killed

    monkeypatch.setattr(pipeline.store, "record_progress", killed_after)
    for _ in range(7):
        with pytest.raises(Killed):
            run(pipeline)
    recorded = len(pipeline.store.chunks(pipeline.only_batch().id))
    assert (kills, recorded) == (7, 8)
    monkeypatch.setattr(pipeline.store, "record_progress", record)
    assert run(pipeline).split == 1


@pytest.mark.parametrize(("share", "state"), [("0.5", BatchState.CLOSED), ("0.05", BatchState.REFUSED)])
def test_the_share_of_rejects_is_counted_over_all_runs(
    pipeline: Pipeline, files: MeteredFiles, tmp_path: Path, share: str, state: BatchState
) -> None:
    allow_rejects(pipeline, share)
    content = content_of_20_kilobytes(tmp_path)
    expected, good, bad = sequential_reading(content, pipeline.contracts["recipients"])
    assert 0.05 < bad / (good + bad) < 0.5
    pipeline.drop("huge.csv", content)
    assert run_until_split(pipeline) > 2
    blocks = len(content) // 1000 + 1
    assert files.blocks_read < 2 * blocks
    load(pipeline)
    batch = pipeline.only_batch()
    assert batch.state is state
    if state is BatchState.REFUSED:
        assert f"{bad} of {good + bad} rows" in str(report_of(pipeline)["problems"])
        assert (names_in_table(pipeline), pipeline.store.chunks(batch.id)) == ({}, [])
    else:
        assert (batch.rows_merged, batch.rows_rejected) == (good, bad)
        assert names_in_table(pipeline) == expected


def test_a_file_with_an_unreadable_end_sends_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("huge.csv", content_of_20_kilobytes(tmp_path) + b'"never closed')
    assert run_until_split(pipeline) > 2
    batch = pipeline.only_batch()
    assert (batch.state, batch.reason) == (BatchState.REFUSED, "unterminated_quote")
    assert not pipeline.queue.waiting
    assert pipeline.store.chunks(batch.id) == []


def test_a_refused_file_is_split_anew_by_a_replay(pipeline: Pipeline, files: MeteredFiles, tmp_path: Path) -> None:
    allow_rejects(pipeline, "0.05")
    content = content_of_20_kilobytes(tmp_path)
    pipeline.drop("huge.csv", content)
    run_until_split(pipeline)
    allow_rejects(pipeline, "1")
    pipeline.store.replay(pipeline.only_batch().id, contract=pipeline.contracts["recipients"])
    files.seconds_per_block = 0
    assert run(pipeline).split == 1
    load(pipeline)
    assert pipeline.only_batch().state is BatchState.CLOSED


def test_a_replay_forgets_how_far_a_split_got(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("huge.csv", content_of_20_kilobytes(tmp_path))
    run(pipeline)
    batch = pipeline.only_batch()
    assert pipeline.store.chunks(batch.id)
    pipeline.store.replay(batch.id)
    assert pipeline.store.chunks(batch.id) == []


def test_a_gzip_file_is_unpacked_once_and_its_split_continues(
    pipeline: Pipeline, files: MeteredFiles, tmp_path: Path
) -> None:
    content = content_of_20_kilobytes(tmp_path)
    expected, good, _ = sequential_reading(content, pipeline.contracts["recipients"])
    packed = gzip.compress(content)
    pipeline.drop("huge.csv.gz", packed)
    files.seconds_per_block = SECONDS_OF_A_RUN / (len(packed) // 1000 + 4)
    assert run_until_split(pipeline) > 2
    assert files.opened.count("incoming/recipients/huge.csv.gz") == 1
    load(pipeline)
    assert pipeline.only_batch().rows_merged == good
    assert names_in_table(pipeline) == expected


def test_a_gzip_file_whose_unpacked_object_expired_is_unpacked_again(
    pipeline: Pipeline, files: MeteredFiles, tmp_path: Path
) -> None:
    content = content_of_20_kilobytes(tmp_path)
    packed = gzip.compress(content)
    pipeline.drop("huge.csv.gz", packed)
    files.seconds_per_block = SECONDS_OF_A_RUN / (len(packed) // 1000 + 4)
    run(pipeline)
    run(pipeline)
    (unpacked,) = (files.folder / "work").rglob("*.csv")
    unpacked.unlink()
    files.seconds_per_block = 0
    assert run(pipeline).split == 1
    load(pipeline)
    assert pipeline.only_batch().state is BatchState.CLOSED


def test_a_gzip_file_that_no_run_can_unpack_is_refused_at_once_with_the_size_it_could_be(
    pipeline: Pipeline, files: MeteredFiles, tmp_path: Path
) -> None:
    pipeline.drop("huge.csv.gz", gzip.compress(content_of_20_kilobytes(tmp_path), compresslevel=0))
    assert run(pipeline).refused == 1
    batch = pipeline.only_batch()
    assert (batch.state, batch.reason, batch.splits) == (BatchState.REFUSED, "too_long_to_split", 1)
    (problem,) = report_of(pipeline)["problems"]  # type: ignore[misc]
    assert "cannot be continued" in problem
    assert "uncompressed" in problem


def test_a_gzip_file_that_nearly_fits_a_run_is_tried_again(
    pipeline: Pipeline, files: MeteredFiles, tmp_path: Path
) -> None:
    pipeline.drop("big.csv.gz", gzip.compress(content_of_20_kilobytes(tmp_path), compresslevel=0))
    files.seconds_per_block = SECONDS_OF_A_RUN / 15
    assert run(pipeline).failed == 1
    assert (pipeline.only_batch().state, pipeline.only_batch().failures) == (BatchState.REGISTERED, 1)
    files.seconds_per_block = SECONDS_OF_A_RUN / 30
    run(pipeline)
    assert pipeline.only_batch().unpacked_key


def test_a_gzip_file_that_gets_no_further_once_it_is_unpacked_is_refused(
    pipeline: Pipeline, files: MeteredFiles, tmp_path: Path
) -> None:
    pipeline.chunk_bytes = 10_000
    packed = gzip.compress(content_of_20_kilobytes(tmp_path))
    pipeline.drop("slow.csv.gz", packed)
    files.seconds_per_block = SECONDS_OF_A_RUN / (len(packed) // 1000 + 4)
    run(pipeline)
    batch = pipeline.only_batch()
    assert (batch.failures, pipeline.store.chunks(batch.id)) == (0, [])
    assert batch.unpacked_key
    files.seconds_per_block = SECONDS_OF_A_RUN
    for failures in range(1, MOST_FAILURES):
        run(pipeline)
        assert (pipeline.only_batch().state, pipeline.only_batch().failures) == (BatchState.REGISTERED, failures)
    assert run(pipeline).refused == 1
    assert pipeline.only_batch().reason == "too_long_to_split"

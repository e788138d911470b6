"""A paused dataset: its files stay where they are, and nothing is lost, doubled or reordered by the pause."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from csvbatch.pipeline.processing import Run
from csvbatch.store import BatchState, ChunkState
from tests.support.pipeline import Pipeline, names_in_table, recipients, sequential_reading
from tests.unit.csvbatch.pipeline.test_kills import (
    deliver_what_died_with_its_queue,
    release_what_the_dead_held,
    run_until_killed,
)

AIRPORT = b"""icao,iata,name,city,subd,country,elevation,lat,lon,tz,lid
EGLL,LHR,Heathrow,,,GB,83,51.4,-0.4,Europe/London,
"""


def test_the_files_of_a_paused_dataset_stay_where_they_are_and_those_of_others_are_loaded(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.drop("b.csv", recipients(tmp_path, seed=2))
    pipeline.drop("c.csv", AIRPORT, "airports")
    pipeline.store.pauses.pause("recipients")
    run = pipeline.process()
    pipeline.handle()
    assert (run.registered, run.paused, run.skipped, run.is_complete) == (1, 2, 0, True)
    batch = pipeline.only_batch()
    assert (batch.dataset, batch.state) == ("airports", BatchState.CLOSED)
    assert names_in_table(pipeline) == {}
    assert pipeline.process() == Run(paused=2, is_complete=True)


def test_files_of_a_paused_dataset_are_loaded_in_the_order_of_their_arrival_after_it(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    pipeline.store.pauses.pause("recipients")
    content = recipients(tmp_path)
    # They arrive against the order of their names; the rows of the later one win.
    for day, (name, text) in enumerate((("b.csv", content), ("a.csv", content.replace(b" ", b" new ")))):
        pipeline.drop(name, text)
        os.utime(pipeline.files.incoming[f"incoming/recipients/{name}"], (day * 86400, day * 86400))
        pipeline.process()
    pipeline.store.pauses.resume("recipients")
    pipeline.load_all()
    expected, _, _ = sequential_reading(content.replace(b" ", b" new "), pipeline.contracts["recipients"])
    assert names_in_table(pipeline) == expected


def test_an_event_about_a_file_of_a_paused_dataset_registers_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.store.pauses.pause("recipients")
    processor = pipeline.processor()
    processor.keys = ("incoming/recipients/a.csv",)
    assert processor.run() == Run(paused=1, is_complete=True)


def test_messages_that_were_sent_before_the_pause_are_loaded_and_their_batch_is_closed(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    content = recipients(tmp_path)
    pipeline.drop("a.csv", content)
    pipeline.process()
    pipeline.store.pauses.pause("recipients")
    pipeline.handle()
    assert pipeline.only_batch().state is BatchState.CLOSED
    assert names_in_table(pipeline) == sequential_reading(content, pipeline.contracts["recipients"])[0]


def test_a_registered_file_is_not_split_during_a_pause_and_is_not_old(
    failing_pipeline: Pipeline, tmp_path: Path, now: list[datetime]
) -> None:
    pipeline = failing_pipeline
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    pipeline.store.replay(pipeline.only_batch().id)
    pipeline.queue.waiting.clear()
    pipeline.store.pauses.pause("recipients")
    now[0] += timedelta(days=9)
    assert pipeline.process() == Run(is_complete=True)
    assert {chunk.state for chunk in pipeline.store.chunks(pipeline.only_batch().id)} == {ChunkState.PENDING}
    pipeline.store.pauses.resume("recipients")
    run = pipeline.process()
    assert run.sent == pipeline.only_batch().chunks_total
    assert run.oldest_batch_age_seconds == 9 * 86400


def test_a_pause_during_a_split_lets_it_end_and_sends_none_of_its_chunks(
    pipeline: Pipeline, tmp_path: Path, while_reading: Callable[[str, Callable[[], None]], None]
) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.drop("b.csv", recipients(tmp_path, seed=2))

    def pause() -> None:
        assert pipeline.store.pauses.pause("recipients")

    while_reading("a.csv", pause)
    run = pipeline.process()
    assert (run.registered, run.split, run.sent, run.is_complete) == (2, 1, 0, True)
    states = [batch.state for batch in pipeline.store.latest_batches(9)]
    assert states == [BatchState.REGISTERED, BatchState.LOADING]
    assert not pipeline.queue.waiting
    pipeline.store.pauses.resume("recipients")
    pipeline.load_all()
    assert {batch.state for batch in pipeline.store.latest_batches(9)} == {BatchState.CLOSED}


@pytest.fixture
def contents(tmp_path: Path) -> Sequence[bytes]:
    """Files with all of their keys in common, and another name in each row."""
    same = recipients(tmp_path, rows=12, seed=5).decode()
    return [same.replace(" ", f" {number} ").encode() for number in range(6)]


@pytest.mark.parametrize("seed", range(10))
def test_pauses_at_any_time_and_kills_at_any_step_lose_double_and_reorder_nothing(
    pipeline: Pipeline, contents: Sequence[bytes], seed: int
) -> None:
    chance = Random(seed)
    pipeline.chunk_bytes = 300
    expected: dict[tuple[object, ...], object] = {}
    for number, content in enumerate(contents):
        pipeline.drop(f"{number}.csv", content)
        expected |= sequential_reading(content, pipeline.contracts["recipients"])[0]
        for _ in range(chance.randrange(3)):
            if chance.random() < 0.5:
                pipeline.store.pauses.pause("recipients")
            else:
                pipeline.store.pauses.resume("recipients")
            run_until_killed(pipeline, chance.randrange(1, 120))
            release_what_the_dead_held(pipeline.store)
    pipeline.store.pauses.resume("recipients")
    assert run_until_killed(pipeline, 100_000)
    deliver_what_died_with_its_queue(pipeline)
    pipeline.load_all()
    batches = pipeline.store.latest_batches(99)
    assert {batch.state for batch in batches} == {BatchState.CLOSED}
    assert sorted(batch.load_sequence for batch in batches) == list(range(1, len(contents) + 1))
    assert names_in_table(pipeline) == expected

"""Runs of the batch processor and deliveries of messages, where something happens between them."""

from pathlib import Path

import pytest

from csvbatch.local.files import LocalFiles
from csvbatch.pipeline.delivery import Delivery, OtherBucketError, deliver
from csvbatch.pipeline.messages import ChunkMessage, MessageError
from csvbatch.pipeline.ports import NO_DEADLINE, Deadline, ObjectGoneError, OutOfTimeError
from csvbatch.pipeline.processing import Run
from csvbatch.store import BatchState, ChunkState, LedgerError
from tests.support.pipeline import Pipeline, names_in_table, recipients


def test_a_file_that_was_changed_between_split_and_load_is_not_half_loaded(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    pipeline.drop("a.csv", recipients(tmp_path, rows=10))
    message = pipeline.queue.waiting[0]
    with pytest.raises(ObjectGoneError):
        deliver(pipeline.store, pipeline.files, Delivery(message.dumps(), is_last=True), NO_DEADLINE)
    chunk = pipeline.store.chunks(message.batch)[message.chunk]
    assert (chunk.state, chunk.reason) == (ChunkState.DEAD, "ObjectGoneError")
    assert pipeline.store.batch(message.batch).state in (BatchState.LOADING, BatchState.INCOMPLETE)
    assert names_in_table(pipeline) == {}


def test_a_file_deleted_between_split_and_load_leaves_its_chunks_dead(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    (pipeline.files.folder / "dropped" / "a.csv").unlink()
    for message in pipeline.queue.drain():
        with pytest.raises(ObjectGoneError):
            deliver(pipeline.store, pipeline.files, Delivery(message.dumps(), is_last=True), NO_DEADLINE)
    batch = pipeline.only_batch()
    assert {chunk.state for chunk in pipeline.store.chunks(batch.id)} == {ChunkState.DEAD}
    assert batch.state is BatchState.INCOMPLETE


def test_a_file_deleted_before_it_was_split_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    registered = pipeline.processor()
    seconds = iter([1000.0, 1000.0, *[0.0] * 1000])
    registered.deadline = Deadline(lambda: next(seconds))
    registered.run()
    (pipeline.files.folder / "dropped" / "a.csv").unlink()
    pipeline.process()
    assert (pipeline.only_batch().state, pipeline.only_batch().reason) == (BatchState.REFUSED, "object_gone")


def test_a_message_of_a_batch_that_there_is_none_of_is_refused(pipeline: Pipeline) -> None:
    message = ChunkMessage("0123456789abcdef", 0, "local", "incoming/recipients/a.csv", "1", 0, 1)
    with pytest.raises(LedgerError, match="there is no chunk"):
        deliver(pipeline.store, pipeline.files, Delivery(message.dumps(), is_last=True), NO_DEADLINE)


@pytest.mark.parametrize("body", ["", "{}", "[1]", '{"batch": 1}', "not json at all"])
def test_a_message_that_is_not_ours_is_refused_without_repeating_it(pipeline: Pipeline, body: str) -> None:
    with pytest.raises(MessageError, match="not from this platform") as refused:
        deliver(pipeline.store, pipeline.files, Delivery(body, is_last=False), NO_DEADLINE)
    assert "at all" not in str(refused.value)


def test_a_message_of_another_bucket_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    body = pipeline.queue.waiting[0].dumps().replace('"local"', '"elsewhere"')
    with pytest.raises(OtherBucketError):
        deliver(pipeline.store, pipeline.files, Delivery(body, is_last=False), NO_DEADLINE)


def test_a_run_that_is_out_of_time_stops_cleanly_and_the_next_goes_on(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    seconds = iter([100.0, 100.0, *[0.0] * 1000])
    hurried = pipeline.processor()
    hurried.deadline = Deadline(lambda: next(seconds))
    assert not hurried.run().is_complete
    pipeline.load_all()
    assert pipeline.only_batch().state is BatchState.CLOSED


def test_a_handler_that_runs_out_of_time_leaves_nothing_of_its_chunk(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.chunk_bytes = 100_000_000
    pipeline.drop("a.csv", recipients(tmp_path, rows=20_000, bad_share=0.0))
    pipeline.process()
    body = pipeline.queue.waiting[0].dumps()
    with pytest.raises(OutOfTimeError):
        deliver(pipeline.store, pipeline.files, Delivery(body, is_last=False), Deadline(lambda: 0.0))
    assert names_in_table(pipeline) == {}


def test_a_processor_leaves_the_batches_of_another_bucket_alone(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    before = pipeline.only_batch()
    pipeline.queue.waiting.clear()
    pipeline.store.replay(before.id)
    elsewhere = pipeline.processor()
    elsewhere.objects = LocalFiles(tmp_path / "other", {}, bucket="elsewhere")
    assert elsewhere.run() == Run(is_complete=True)
    assert not pipeline.queue.waiting

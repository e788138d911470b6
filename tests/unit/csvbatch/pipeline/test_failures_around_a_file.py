"""Failures that no file causes: of the queue, the ledger, the contract and the process itself."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csvbatch.aws.sqs_queue import SendError
from csvbatch.pipeline.failures import MOST_FAILURES, MOST_INTERRUPTIONS
from csvbatch.store import Batch, BatchState, BusyError, ChunkState, CredentialsError, StoreError
from tests.support.failing import FailingFiles, FailingQueue, refusal, repair_contract, spoil_contract
from tests.support.mortal import Killed
from tests.support.pipeline import Pipeline, names_in_table, recipients
from tests.unit.csvbatch.pipeline.failing_files import HEADER, batch_of, drop_two


@pytest.fixture
def pipeline(failing_pipeline: Pipeline) -> Pipeline:
    return failing_pipeline


def test_a_batch_whose_messages_are_refused_does_not_stop_others(
    pipeline: Pipeline, queue: FailingQueue, tmp_path: Path
) -> None:
    expected = drop_two(pipeline, tmp_path)
    queue.on_send["bad"] = SendError("SQS took none", "InvalidMessageContents")
    for _ in range(3 * MOST_FAILURES):
        pipeline.load_all()
    assert names_in_table(pipeline) == expected
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.failure) == (BatchState.LOADING, "InvalidMessageContents")
    assert {one.state for one in pipeline.store.chunks(bad.id)} == {ChunkState.PENDING}
    queue.on_send.clear()
    pipeline.load_all()
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.failures, bad.failure) == (BatchState.CLOSED, 0, None)


def test_messages_that_the_queue_left_are_sent_by_the_next_run(pipeline: Pipeline, tmp_path: Path) -> None:
    class Choosy(FailingQueue):
        def send(self, messages: Any) -> Any:
            return super().send(messages[:1])

    pipeline.queue = Choosy()
    pipeline.drop("a.csv", recipients(tmp_path))
    assert pipeline.process().failed == 1
    assert pipeline.only_batch().failure == "messages_left"
    pipeline.queue = FailingQueue(pipeline.queue.waiting)
    pipeline.load_all()
    batch = pipeline.only_batch()
    assert (batch.state, batch.failure) == (BatchState.CLOSED, None)


def test_a_locked_row_of_the_ledger_does_not_stop_other_batches(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = drop_two(pipeline, tmp_path)
    begin = pipeline.store.begin_split

    def begin_split(identity: str) -> Batch:
        if pipeline.store.batch(identity).object_key.endswith("bad.csv"):
            raise BusyError("ORA-30006", "Oracle is too busy", "try again later")
        return begin(identity)

    monkeypatch.setattr(pipeline.store, "begin_split", begin_split)
    for _ in range(3 * MOST_FAILURES):
        pipeline.load_all()
    assert names_in_table(pipeline) == expected
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.failures, bad.failure) == (BatchState.REGISTERED, 0, "ORA-30006")


@pytest.mark.parametrize(
    "error", [CredentialsError("ORA-01017", "no", "no"), BusyError("NO_CONNECTION", "no", "no")], ids=["login", "down"]
)
def test_a_database_that_is_out_of_reach_ends_the_run_and_uses_up_nothing(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: StoreError
) -> None:
    drop_two(pipeline, tmp_path)

    def out_of_reach(*_: object, **__: object) -> Batch:
        raise error

    with monkeypatch.context() as out:
        out.setattr(pipeline.store, "begin_split", out_of_reach)
        out.setattr(pipeline.store, "record_failure", out_of_reach)
        for _ in range(3 * MOST_FAILURES):
            with pytest.raises(type(error)):
                pipeline.process()
    assert {one.failures for one in pipeline.store.latest_batches(2)} == {0}
    pipeline.load_all()
    assert {one.state for one in pipeline.store.latest_batches(2)} == {BatchState.CLOSED}


def test_a_contract_of_a_newer_release_fails_its_own_batch_and_is_waited_for(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path
) -> None:
    expected = drop_two(pipeline, tmp_path)
    files.on_read["bad"] = refusal("SlowDown")
    pipeline.load_all()
    files.on_read.clear()
    spoil_contract(pipeline.store, "bad")
    for _ in range(3 * MOST_FAILURES):
        pipeline.load_all()
    assert names_in_table(pipeline) == expected
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.failures, bad.failure) == (BatchState.REGISTERED, 0, "unreadable_contract")
    repair_contract(pipeline.store, "bad")
    pipeline.load_all()
    assert batch_of(pipeline, "bad.csv").state is BatchState.CLOSED


def test_three_environmental_failures_in_a_row_end_the_step_but_not_the_run(
    pipeline: Pipeline, queue: FailingQueue, tmp_path: Path
) -> None:
    for number in range(8):
        pipeline.drop(f"{number}.csv", recipients(tmp_path, rows=5, seed=number))
    queue.on_send[""] = refusal("AWS.SimpleQueueService.NonExistentQueue", "SendMessageBatch")
    pipeline.process()
    assert pipeline.process().is_complete
    assert {one.state for one in pipeline.store.latest_batches(9)} == {BatchState.LOADING}
    before = queue.calls
    assert pipeline.process().failed == 3
    assert queue.calls == before + 3
    queue.on_send.clear()
    pipeline.load_all()
    assert {one.state for one in pipeline.store.latest_batches(9)} == {BatchState.CLOSED}


def test_a_file_that_kills_the_process_does_not_stop_others_and_is_refused_at_last(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path, now: list[datetime]
) -> None:
    expected = drop_two(pipeline, tmp_path)
    files.on_read["bad"] = Killed()  # type: ignore[assignment]
    for attempt in range(MOST_INTERRUPTIONS):
        with pytest.raises(Killed):
            pipeline.process()
        assert batch_of(pipeline, "bad.csv").failures == attempt
        now[0] += timedelta(minutes=17)
    pipeline.load_all()
    assert names_in_table(pipeline) == expected
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.reason) == (BatchState.REFUSED, "interrupted")


def test_interruptions_do_not_count_as_failures_of_another_kind(
    pipeline: Pipeline, files: FailingFiles, now: list[datetime]
) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = Killed()  # type: ignore[assignment]
    for _ in range(MOST_INTERRUPTIONS - 1):
        with pytest.raises(Killed):
            pipeline.process()
        now[0] += timedelta(minutes=17)
    files.on_read["bad"] = refusal("InvalidObjectState")
    for failed in range(1, MOST_FAILURES):
        pipeline.process()
        assert (pipeline.only_batch().state, pipeline.only_batch().failures) == (BatchState.REGISTERED, failed)
    assert pipeline.process().refused == 1

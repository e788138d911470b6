"""A batch whose report or tag cannot be written: its rows are loaded, and it is closed later."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.failures import MOST_FAILURES
from csvbatch.pipeline.ports import NO_DEADLINE
from csvbatch.store import BatchState
from tests.support.failing import FailingFiles, refusal
from tests.support.pipeline import Pipeline, names_in_table, recipients
from tests.unit.csvbatch.pipeline.failing_files import HEADER, batch_of, drop_two


@pytest.fixture
def pipeline(failing_pipeline: Pipeline) -> Pipeline:
    return failing_pipeline


def closing_fails(files: FailingFiles, what: str, batch: str) -> None:
    if what == "tag":
        files.on_tag["bad"] = refusal("AccessDenied", "PutObjectTagging", 403)
    else:
        files.on_write[f"reports/recipients/{batch}"] = refusal("AccessDenied", "PutObject", 403)


@pytest.mark.parametrize("what", ["tag", "report"])
def test_a_batch_that_cannot_be_closed_does_not_stop_others_and_is_never_refused(
    pipeline: Pipeline, files: FailingFiles, what: str
) -> None:
    pipeline.drop("bad.csv", HEADER)
    closing_fails(files, what, "")
    pipeline.process()
    closing_fails(files, what, batch_of(pipeline, "bad.csv").id)
    files.on_write.pop("reports/recipients/", None)
    pipeline.drop("good.csv", HEADER)
    for _ in range(3 * MOST_FAILURES):
        assert pipeline.process().failed == 1
    assert batch_of(pipeline, "good.csv").state is BatchState.CLOSED
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.failure) == (BatchState.CLOSING, "AccessDenied")
    assert bad.failures == 3 * MOST_FAILURES + 1
    files.on_tag.clear()
    files.on_write.clear()
    pipeline.process()
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.failures, bad.failure) == (BatchState.CLOSED, 0, None)


def test_batches_that_can_be_closed_again_are_not_kept_waiting_by_three_that_cannot(
    pipeline: Pipeline, files: FailingFiles, now: list[datetime]
) -> None:
    for name in ("1-bad.csv", "2-bad.csv", "3-bad.csv", "4-good.csv"):
        pipeline.drop(name, HEADER)
    files.on_tag["recipients/"] = refusal("InternalError", "PutObjectTagging", 500)
    for _ in range(2):
        pipeline.process()
        now[0] += timedelta(minutes=5)
    assert batch_of(pipeline, "4-good.csv").failure == "InternalError"
    files.on_tag = {"bad": refusal("InternalError", "PutObjectTagging", 500)}
    for _ in range(2):
        pipeline.process()
        now[0] += timedelta(minutes=5)
    assert batch_of(pipeline, "4-good.csv").state is BatchState.CLOSED


@pytest.mark.parametrize("what", ["tag", "report"])
def test_a_delivery_whose_batch_cannot_be_closed_is_done_all_the_same(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path, what: str
) -> None:
    pipeline.drop("bad.csv", recipients(tmp_path, rows=5))
    pipeline.process()
    closing_fails(files, what, "")
    for message in pipeline.queue.drain():
        outcome = deliver(pipeline.store, files, Delivery(message.dumps(), is_last=True), NO_DEADLINE)
        assert outcome.loaded
    bad = pipeline.only_batch()
    assert (bad.state, bad.failures, bad.failure) == (BatchState.CLOSING, 1, "AccessDenied")
    files.on_tag.clear()
    files.on_write.clear()
    assert pipeline.process().closed == 1


def test_a_batch_is_closed_if_its_file_can_no_longer_be_tagged_because_it_is_gone(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path
) -> None:
    pipeline.drop("bad.csv", recipients(tmp_path, rows=5, bad_share=0.0))
    files.on_tag["bad"] = refusal("AccessDenied", "GetObjectTagging", 403)
    pipeline.load_all()
    assert pipeline.only_batch().state is BatchState.CLOSING
    (files.folder / "dropped" / "bad.csv").unlink()
    pipeline.process()
    assert pipeline.only_batch().state is BatchState.CLOSED


def test_a_file_that_cannot_be_read_or_tagged_is_refused_without_its_tag(
    pipeline: Pipeline, files: FailingFiles
) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = files.on_tag["bad"] = refusal("AccessDenied", status=403)
    for _ in range(MOST_FAILURES):
        pipeline.process()
    assert (pipeline.only_batch().state, pipeline.only_batch().reason) == (BatchState.REFUSED, "AccessDenied")


def test_a_refusal_that_cannot_be_written_is_a_failure_and_at_last_a_refusal(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path
) -> None:
    pipeline.drop("bad.csv", b"")
    expected = drop_two(pipeline, tmp_path)
    pipeline.drop("bad.csv", b"")
    files.on_write["reports/"] = refusal("AccessDenied", "PutObject")
    for _ in range(MOST_FAILURES):
        pipeline.load_all()
    assert names_in_table(pipeline) == expected
    assert batch_of(pipeline, "good.csv").state is BatchState.CLOSING
    assert batch_of(pipeline, "bad.csv").state is BatchState.REFUSED


def test_the_age_is_that_of_the_oldest_batch_that_has_not_ended(
    pipeline: Pipeline, files: FailingFiles, now: list[datetime]
) -> None:
    files.on_tag["bad"] = refusal("AccessDenied")
    pipeline.drop("bad.csv", HEADER)
    assert pipeline.process().oldest_batch_age_seconds == 0
    now[0] += timedelta(hours=2)
    pipeline.drop("good.csv", HEADER)
    assert pipeline.process().oldest_batch_age_seconds == 7200
    files.on_tag.clear()
    assert pipeline.process().oldest_batch_age_seconds == 0
    now[0] += timedelta(days=9)
    pipeline.store.replay(batch_of(pipeline, "bad.csv").id)
    files.on_tag["bad"] = refusal("AccessDenied")
    now[0] += timedelta(minutes=1)
    assert pipeline.process().oldest_batch_age_seconds == 60, "a replay begins when it is asked for"

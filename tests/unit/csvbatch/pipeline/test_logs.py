"""What is logged of a batch: one line for each thing that happened, with its batch and chunk, and nothing of a row."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from csvbatch.pipeline.claims import claim_name
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.failures import MOST_FAILURES
from csvbatch.pipeline.ports import NO_DEADLINE, Deadline
from csvbatch.store import Batch, BusyError, StoreError
from tests.support.failing import FailingFiles, refusal
from tests.support.pipeline import Pipeline
from tests.unit.csvbatch.pipeline.failing_files import HEADER

GOOD = b"9990000018,Ada,here,1980-01-01,Y,1,1.5,2026-01-01T00:00:00\n"
BAD = b"9990000026,Bob,here,1980-01-01,perhaps,1,1.5,2026-01-01T00:00:00\n"
COUNTS = {"rows_read": 3, "rows_merged": 2, "rows_superseded": 1, "rows_stale": 0, "rows_rejected": 1}

_ALWAYS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

type Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]


@pytest.fixture
def pipeline(failing_pipeline: Pipeline) -> Pipeline:
    failing_pipeline.chunk_bytes = 100_000
    return failing_pipeline


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Said:
    """Give the log since the last time: level, message and further fields of each line."""
    caplog.set_level(logging.INFO)

    def since() -> list[tuple[str, str, dict[str, Any]]]:
        records = [
            (one.levelname, one.getMessage(), {name: vars(one)[name] for name in vars(one).keys() - _ALWAYS})
            for one in caplog.records
        ]
        caplog.clear()
        return records

    return since


def test_a_file_from_its_registration_to_its_end(pipeline: Pipeline, said: Said) -> None:
    pipeline.drop("a.csv", HEADER + GOOD + GOOD + BAD)
    pipeline.process()
    batch = pipeline.only_batch().id
    assert said() == [
        ("INFO", "file registered", {"batch": batch, "dataset": "recipients"}),
        ("INFO", "run complete", {"registered": 1, "split": 1, "sent": 1}),
    ]
    (message,) = pipeline.queue.drain()
    for _ in range(2):
        deliver(pipeline.store, pipeline.files, Delivery(message.dumps(), is_last=False), NO_DEADLINE)
    assert said() == [
        ("INFO", "chunk loaded", {"batch": batch, "chunk": 0, **COUNTS}),
        ("INFO", "batch closed", {"batch": batch, **COUNTS, "chunks_total": 1}),
        ("INFO", "chunk was loaded before", {"batch": batch, "chunk": 0, **COUNTS}),
    ]


def test_a_file_that_is_refused(pipeline: Pipeline, said: Said) -> None:
    pipeline.drop("a.csv", b"")
    pipeline.process()
    batch = pipeline.only_batch().id
    assert said()[1:] == [
        ("WARNING", "file refused", {"batch": batch, "dataset": "recipients", "reason": "empty"}),
        ("INFO", "run complete", {"registered": 1, "refused": 1}),
    ]


def test_objects_that_are_skipped_are_all_counted_and_not_all_logged(pipeline: Pipeline, said: Said) -> None:
    stray = pipeline.files.folder / "stray.csv"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.touch()
    names = ["0" * 300, *(f"{number:02}\n.csv" for number in range(30))]
    pipeline.files.incoming = {f"incoming/{name}": stray for name in names}
    assert pipeline.process().skipped == 31
    *skipped, done = said()
    assert done == ("INFO", "run complete", {"skipped": 31})
    assert len(skipped) == 20
    assert {(level, message, fields["reason"]) for level, message, fields in skipped} == {
        ("WARNING", "object skipped", "not_in_a_dataset_folder")
    }
    assert {repr("incoming/" + "0" * 191), repr("incoming/00\n.csv")} <= {fields["object"] for _, _, fields in skipped}


def test_an_object_that_the_ledger_refuses_is_skipped_with_its_code(
    pipeline: Pipeline, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.drop("a.csv", HEADER)

    def refused(_: object) -> Batch:
        raise StoreError("ORA-12899", "the value is too long", "shorten it")

    monkeypatch.setattr(pipeline.store, "register", refused)
    pipeline.process()
    assert said() == [
        ("WARNING", "object skipped", {"reason": "ORA-12899", "object": "'incoming/recipients/a.csv'"}),
        ("INFO", "run complete", {"skipped": 1}),
    ]


def test_a_batch_that_fails_and_is_given_up(pipeline: Pipeline, files: FailingFiles, said: Said) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = files.on_tag["bad"] = refusal("InvalidObjectState")
    pipeline.process()
    batch = pipeline.only_batch().id
    about = {"batch": batch, "dataset": "recipients"}
    failed = ("WARNING", "batch failed", {**about, "state": "registered", "code": "InvalidObjectState", "counts": True})
    assert said()[1:] == [failed, ("INFO", "run complete", {"registered": 1})]
    for _ in range(MOST_FAILURES - 1):
        said()
        pipeline.process()
    assert said() == [
        failed,
        ("WARNING", "refused without report or tag", {"batch": batch, "code": "InvalidObjectState"}),
        ("INFO", "run complete", {"refused": 1}),
    ]


def test_files_that_are_all_denied(pipeline: Pipeline, files: FailingFiles, said: Said) -> None:
    for name in ("a.csv", "b.csv"):
        pipeline.drop(name, HEADER)
    files.on_read["incoming/"] = refusal("AccessDenied")
    pipeline.process()
    assert said()[-2] == ("ERROR", "all files were denied; no attempt is counted", {"code": "AccessDenied"})


def test_a_batch_that_cannot_be_closed(pipeline: Pipeline, files: FailingFiles, said: Said) -> None:
    pipeline.drop("bad.csv", HEADER + GOOD)
    pipeline.process()
    said()
    files.on_tag["bad"] = refusal("AccessDenied")
    pipeline.handle()
    about = {"batch": pipeline.only_batch().id, "dataset": "recipients", "code": "AccessDenied"}
    assert said()[1:] == [("WARNING", "batch not closed", about)]


def test_a_chunk_that_cannot_be_marked_dead(
    pipeline: Pipeline, files: FailingFiles, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.drop("bad.csv", HEADER + GOOD)
    pipeline.process()
    said()

    def busy(*_: object) -> Batch:
        raise BusyError("ORA-30006", "Oracle is too busy", "try again later")

    monkeypatch.setattr(pipeline.store, "mark_dead", busy)
    files.on_read["bad"] = refusal("SlowDown")
    (message,) = pipeline.queue.drain()
    with pytest.raises(type(files.on_read["bad"])):
        deliver(pipeline.store, files, Delivery(message.dumps(), is_last=True), NO_DEADLINE)
    about = {"batch": pipeline.only_batch().id, "chunk": 0, "code": "ORA-30006"}
    assert said() == [("ERROR", "chunk could not be marked dead", about)]


def test_a_batch_that_another_processor_works_on(pipeline: Pipeline, said: Said) -> None:
    pipeline.drop("a.csv", HEADER + GOOD)
    pipeline.process()
    batch = pipeline.only_batch()
    pipeline.store.replay(batch.id)
    pipeline.store.acquire_lease(claim_name(batch.id), "another", timedelta(minutes=1))
    said()
    pipeline.process()
    assert said() == [
        ("INFO", "batch left to another processor", {"batch": batch.id, "dataset": "recipients"}),
        ("INFO", "run complete", {}),
    ]


def test_a_run_that_is_out_of_time(pipeline: Pipeline, said: Said) -> None:
    pipeline.drop("a.csv", HEADER)
    hurried = pipeline.processor()
    hurried.deadline = Deadline(lambda: 0.0)
    hurried.run()
    assert said() == [("INFO", "out of time; the next run continues", {})]


def test_a_dataset_without_the_file_that_it_expects(pipeline: Pipeline, now: list[datetime], said: Said) -> None:
    expecting = replace(pipeline.contracts["recipients"], expected_every_hours=24)
    pipeline.contracts["recipients"] = expecting
    pipeline.process()
    now[0] += timedelta(hours=25)
    said()
    assert pipeline.process().datasets_overdue == 1
    assert said()[1:] == [("WARNING", "dataset overdue", {"dataset": "recipients", "expected_every_hours": 24})]

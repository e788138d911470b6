"""A file that cannot be read or split fails its own batch; a fault of the environment uses up no attempt."""

import errno
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    EndpointConnectionError,
    FlexibleChecksumError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from urllib3.exceptions import ProtocolError

from csvbatch.pipeline.failures import MOST_FAILURES
from csvbatch.pipeline.ports import Status
from csvbatch.pipeline.processing import Run
from csvbatch.store import BatchState, LedgerError
from tests.support.failing import FailingFiles, refusal
from tests.support.pipeline import Pipeline, names_in_table, recipients, report_of
from tests.unit.csvbatch.pipeline.failing_files import HEADER, batch_of, drop_two

OF_THE_FILE = [
    refusal("InvalidObjectState"),
    refusal("AccessDenied", status=403),
    refusal("KMS.DisabledException"),
    refusal("InvalidRequest"),
    RuntimeError("Qxzzy"),
    KeyError("Qxzzy"),
    MemoryError(),
    ParamValidationError(report="Qxzzy"),
    FlexibleChecksumError(error_msg="Qxzzy"),
    PermissionError(13, "Qxzzy"),
    LedgerError("ODD", "Qxzzy", "Qxzzy"),
]
ENVIRONMENT = [
    refusal("SlowDown", status=503),
    refusal("Whatever", status=503),
    refusal("ThrottlingException"),
    refusal("KMS.ThrottlingException"),
    refusal("InternalError", status=500),
    refusal("ExpiredToken"),
    refusal("InvalidAccessKeyId", status=403),
    refusal("NoSuchBucket", status=404),
    EndpointConnectionError(endpoint_url="https://s3"),
    NoCredentialsError(),
    ReadTimeoutError(endpoint_url="https://s3"),
    ProtocolError("Qxzzy"),
    ConnectionResetError(),
    OSError(errno.ENOSPC, "Qxzzy"),
    TimeoutError(),
]


@pytest.fixture
def pipeline(failing_pipeline: Pipeline) -> Pipeline:
    return failing_pipeline


def named(error: Exception) -> str:
    response = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if response else type(error).__name__


@pytest.mark.parametrize("error", OF_THE_FILE, ids=named)
def test_a_file_that_cannot_be_read_does_not_stop_others_and_is_refused_at_last(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path, error: Exception
) -> None:
    expected = drop_two(pipeline, tmp_path)
    files.on_read["bad"] = error
    pipeline.load_all()
    assert names_in_table(pipeline) == expected
    assert batch_of(pipeline, "good.csv").state is BatchState.CLOSED
    bad = batch_of(pipeline, "bad.csv")
    code = error.code if isinstance(error, LedgerError) else named(error)
    assert (bad.state, bad.failures, bad.failure) == (BatchState.REGISTERED, 1, code)
    runs = [pipeline.process() for _ in range(MOST_FAILURES - 1)]
    assert [run.refused for run in runs] == [0] * (MOST_FAILURES - 2) + [1]
    assert {run.failed for run in runs} == {1}
    bad = batch_of(pipeline, "bad.csv")
    assert (bad.state, bad.reason, bad.failures) == (BatchState.REFUSED, code, MOST_FAILURES)
    assert files.statuses["incoming/recipients/bad.csv"] is Status.REFUSED
    assert pipeline.process() == Run(is_complete=True)


def test_the_report_of_a_file_that_was_given_up_says_what_to_do(pipeline: Pipeline, files: FailingFiles) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = refusal("InvalidObjectState")
    for _ in range(MOST_FAILURES):
        pipeline.process()
    report = report_of(pipeline)
    assert (report["status"], report["reason"]) == ("refused", "InvalidObjectState")
    assert "archive storage class: restore it" in str(report["problems"])
    assert f"csvbatch replay {report['batch']}" in str(report["problems"])
    assert "Qxzzy" not in str(report)


@pytest.mark.parametrize("error", ENVIRONMENT, ids=named)
def test_a_fault_of_the_environment_uses_up_no_attempt(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path, error: Exception
) -> None:
    drop_two(pipeline, tmp_path)
    files.on_read["incoming/"] = error
    for _ in range(3 * MOST_FAILURES):
        pipeline.process()
    for name in ("bad.csv", "good.csv"):
        one = batch_of(pipeline, name)
        assert (one.state, one.failures, one.failure) == (BatchState.REGISTERED, 0, named(error))
    files.on_read.clear()
    pipeline.load_all()
    assert {one.state for one in pipeline.store.latest_batches(2)} == {BatchState.CLOSED}
    assert {one.failure for one in pipeline.store.latest_batches(2)} == {None}


@pytest.mark.parametrize("code", ["AccessDenied", "KMS.DisabledException"])
def test_no_attempt_counts_where_every_file_is_denied(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path, code: str
) -> None:
    drop_two(pipeline, tmp_path)
    files.on_read["incoming/"] = refusal(code)
    for _ in range(3 * MOST_FAILURES):
        assert pipeline.process().refused == 0
    assert {one.failures for one in pipeline.store.latest_batches(2)} == {0}
    assert {one.failure for one in pipeline.store.latest_batches(2)} == {code}
    files.on_read.clear()
    pipeline.load_all()
    assert {one.state for one in pipeline.store.latest_batches(2)} == {BatchState.CLOSED}


@pytest.mark.parametrize("content", [HEADER, b""], ids=["split", "refused"])
def test_attempts_count_where_another_file_is_read(pipeline: Pipeline, files: FailingFiles, content: bytes) -> None:
    for name in ("bad-1.csv", "bad-2.csv"):
        pipeline.drop(name, HEADER)
    files.on_read["bad"] = refusal("AccessDenied")
    for attempt in range(1, MOST_FAILURES + 1):
        pipeline.drop(f"{attempt}.csv", content)
        pipeline.process()
        bad = [batch_of(pipeline, name) for name in ("bad-1.csv", "bad-2.csv")]
        assert {one.failures for one in bad} == {attempt}
    assert {one.state for one in bad} == {BatchState.REFUSED}


def test_two_archived_files_alone_are_refused_all_the_same(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path
) -> None:
    drop_two(pipeline, tmp_path)
    files.on_read["incoming/"] = refusal("InvalidObjectState")
    for _ in range(MOST_FAILURES):
        pipeline.process()
    assert {one.state for one in pipeline.store.latest_batches(2)} == {BatchState.REFUSED}


def test_a_run_reads_three_files_and_not_all_while_s3_is_throttling(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.drop("loading.csv", recipients(tmp_path, rows=5))
    pipeline.process()
    for number in range(8):
        pipeline.drop(f"{number}.csv", HEADER)
    files.on_read["incoming/"] = refusal("SlowDown", status=503)
    asked: list[str] = []
    split = pipeline.store.begin_split
    monkeypatch.setattr(pipeline.store, "begin_split", lambda identity: [asked.append(identity), split(identity)][1])
    run = pipeline.process()
    assert (run.failed, run.registered, run.is_complete) == (3, 8, True)
    assert len(asked) == 3
    pipeline.process()
    assert len(set(asked)) == 6, "those that were not tried come first"


def test_a_success_resets_the_failures(pipeline: Pipeline, files: FailingFiles) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = refusal("InvalidObjectState")
    for _ in range(MOST_FAILURES - 1):
        pipeline.process()
    files.on_read.clear()
    pipeline.process()
    batch = pipeline.only_batch()
    assert (batch.state, batch.failures, batch.failure) == (BatchState.CLOSED, 0, None)


def test_a_replay_gives_a_refused_file_all_its_attempts_again(pipeline: Pipeline, files: FailingFiles) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = refusal("InvalidObjectState")
    for _ in range(MOST_FAILURES):
        pipeline.process()
    pipeline.store.replay(pipeline.only_batch().id)
    pipeline.process()
    assert (pipeline.only_batch().state, pipeline.only_batch().failures) == (BatchState.REGISTERED, 1)


def test_a_failure_is_recorded_as_a_code_without_the_error_s_text(
    pipeline: Pipeline, files: FailingFiles, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = RuntimeError("Qxzzy")
    pipeline.process()
    assert [getattr(one, "code", None) for one in caplog.records if one.message == "batch failed"] == ["RuntimeError"]
    assert "Qxzzy" not in f"{caplog.text}{[vars(one) for one in caplog.records]}"
    assert "Qxzzy" not in str(pipeline.only_batch())


@pytest.mark.parametrize("code", ["", "has a space", "x" * 101, "line\nline", 7, None])
def test_a_code_of_another_form_is_not_recorded(pipeline: Pipeline, files: FailingFiles, code: Any) -> None:
    pipeline.drop("bad.csv", HEADER)
    files.on_read["bad"] = refusal(code)
    pipeline.process()
    assert pipeline.only_batch().failure == "ClientError"

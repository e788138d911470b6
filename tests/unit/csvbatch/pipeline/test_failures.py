"""A failure is recorded on its batch and does not affect other batches."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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

from csvbatch.aws.sqs_queue import SendError
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.failures import MOST_FAILURES, MOST_INTERRUPTIONS
from csvbatch.pipeline.ports import NO_DEADLINE, Status
from csvbatch.pipeline.processing import Run
from csvbatch.store import (
    Batch,
    BatchState,
    BusyError,
    ChunkState,
    CredentialsError,
    LedgerError,
    StoreError,
    open_store,
)
from scripts.common.paths import REPOSITORY
from tests.support.failing import FailingFiles, FailingQueue, refusal, repair_contract, spoil_contract
from tests.support.pipeline import Pipeline, names_in_table, recipients, report_of, sequential_reading

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")
HEADER = b"nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at\n"

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
    ConnectionResetError(),
    TimeoutError(),
]


def named(error: Exception) -> str:
    response = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if response else type(error).__name__


@pytest.fixture
def now() -> list[datetime]:
    return [datetime(2026, 11, 25, 12, tzinfo=UTC)]


@pytest.fixture
def pipeline(tmp_path: Path, now: list[datetime]) -> Iterator[Pipeline]:
    store = open_store(f"sqlite:///{tmp_path}/store.db", clock=lambda: now[0])
    store.migrate(CONTRACTS.values())
    yield Pipeline(store, FailingFiles(tmp_path / "bucket", {}), dict(CONTRACTS), FailingQueue())
    store.close_connection()


@pytest.fixture
def files(pipeline: Pipeline) -> FailingFiles:
    assert isinstance(pipeline.files, FailingFiles)
    return pipeline.files


@pytest.fixture
def queue(pipeline: Pipeline) -> FailingQueue:
    assert isinstance(pipeline.queue, FailingQueue)
    return pipeline.queue


def batch_of(pipeline: Pipeline, name: str) -> Batch:
    (batch,) = [one for one in pipeline.store.latest_batches(100) if one.object_key.endswith(f"/{name}")]
    return batch


def drop_two(pipeline: Pipeline, folder: Path) -> dict[tuple[object, ...], object]:
    """Drop `bad.csv` before `good.csv`; gives what of the good one belongs in the table."""
    pipeline.drop("bad.csv", recipients(folder, rows=20, seed=1))
    good = recipients(folder, rows=20, seed=2)
    pipeline.drop("good.csv", good)
    return sequential_reading(good, CONTRACTS["recipients"])[0]


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


def test_two_archived_files_alone_are_refused_all_the_same(
    pipeline: Pipeline, files: FailingFiles, tmp_path: Path
) -> None:
    drop_two(pipeline, tmp_path)
    files.on_read["incoming/"] = refusal("InvalidObjectState")
    for _ in range(MOST_FAILURES):
        pipeline.process()
    assert {one.state for one in pipeline.store.latest_batches(2)} == {BatchState.REFUSED}


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


class Killed(BaseException):
    """The process is gone."""


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

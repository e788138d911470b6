"""A file goes through the pipeline's own code, over a bucket of moto and a SQLite file; then something is wrong."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from csvbatch.aws.s3_objects import S3Objects
from csvbatch.aws.secrets import StoreAccess
from csvbatch.pipeline import layout
from csvbatch.store import Store
from scripts.account.function import FunctionError
from scripts.account.names import names
from scripts.account.verify import loading, record
from scripts.account.verify.context import Context, Options
from scripts.common.errors import UserError
from tests.unit.account.verify.deployed import CONTRACTS, OTHER, Account, Deployed, Desk, Secrets


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr(loading, "POLL_SECONDS", 0.0)
    with mock_aws():
        s3, bucket = boto3.client("s3", OTHER.region), names(OTHER).data_bucket
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        stores = StoreAccess(f"sqlite:///{tmp_path}/store.db", "arn", Secrets())
        stores.use(lambda store: store.migrate(CONTRACTS.values()))
        deployed = Deployed(S3Objects(bucket, s3), stores)
        said: list[str] = []
        context = Context(
            OTHER,
            cast(Any, Account(deployed)),
            cast(Any, None),
            record.new(OTHER, "somewhere"),
            Options(1000, 5.0),
            tmp_path,
            cast(Any, None),
            said.append,
        )
        yield Desk(context, deployed, tmp_path / "store.db", said)
        stores.use(Store.close_connection)


def test_a_file_that_was_loaded_equals_what_a_plain_reader_finds(desk: Desk) -> None:
    desk.load()
    found = loading.compare(desk.context)
    assert "1,025 rows = 980 in the table + 25 superseded + 20 rejected" in found
    assert "the database was not read from here" in found
    assert any("is closed" in line for line in desk.said)


def test_a_call_that_aws_denies_fails_the_step_with_its_name_and_code(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "PutObject")

    class Denied:
        def put_object(self, **_: Any) -> Any:
            raise denied

    monkeypatch.setattr(desk.context.account, "client", lambda _: Denied())
    with pytest.raises(UserError, match=r"PutObject was refused \(AccessDenied\)"):
        loading.drop(desk.context)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("UPDATE recipients SET name = 'Other' WHERE load_line = 2", "the values in table recipients are not those"),
        (
            "DELETE FROM recipients WHERE load_line = (SELECT MAX(load_line) FROM recipients)",
            "rows in the table: 979 in the database, 980 by a plain csv reader",
        ),
        ("UPDATE csvbatch_batch SET rows_read = rows_read + 1", "the ledger does not add up"),
        ("UPDATE csvbatch_batch SET rows_superseded = rows_superseded - 1", "rows superseded: 24 in the database, 25"),
    ],
)
def test_a_database_that_differs_by_one_row_is_reported(desk: Desk, change: str, difference: str) -> None:
    desk.load()
    desk.execute("UPDATE recipients SET load_line = 2 WHERE load_line = (SELECT MIN(load_line) FROM recipients)")
    desk.execute(change)
    with pytest.raises(UserError, match=difference):
        loading.compare(desk.context)


def test_another_tag_is_reported(desk: Desk) -> None:
    desk.load()
    facts, bucket = desk.context.record.facts, desk.context.account.names.data_bucket
    tags = {"TagSet": [{"Key": "status", "Value": "processed"}]}
    desk.deployed.objects.s3.put_object_tagging(Bucket=bucket, Key=facts["key"], Tagging=tags)
    with pytest.raises(UserError, match="tag status is processed, not processed-with-rejects"):
        loading.compare(desk.context)


def test_a_report_with_other_counts_is_reported(desk: Desk) -> None:
    desk.load()
    facts, objects = desk.context.record.facts, desk.deployed.objects
    key = layout.report_key("recipients", facts["batch"])
    report = json.loads(objects.s3.get_object(Bucket=objects.bucket, Key=key)["Body"].read())
    objects.write(key, [json.dumps(report | {"rows_merged": 1}).encode()])
    with pytest.raises(UserError, match=r"rows_merged: 1 in reports/recipients/\w+\.json"):
        loading.compare(desk.context)


def test_a_reject_that_is_missing_is_reported(desk: Desk) -> None:
    desk.load()
    loading.compare(desk.context)
    objects, key = desk.deployed.objects, desk.context.record.facts["rejected"]
    text = objects.s3.get_object(Bucket=objects.bucket, Key=key)["Body"].read().decode()
    header, *records = csv.reader(io.StringIO(text, newline=""))
    changed = io.StringIO(newline="")
    csv.writer(changed).writerows([header, *(one for one in records if one[0] != records[0][0])])
    objects.write(key, [changed.getvalue().encode()])
    with pytest.raises(UserError, match="1 lines are rejected on one side only"):
        loading.compare(desk.context)


def test_a_batch_that_becomes_incomplete_ends_the_wait(desk: Desk) -> None:
    desk.deployed.handles = False
    desk.deployed.before_chunk = _give_up_the_first_chunk
    with pytest.raises(UserError, match=r"is incomplete: a chunk failed at its last delivery.*csvbatch redrive"):
        desk.load()


def _give_up_the_first_chunk(store: Store) -> None:
    (batch,) = store.latest_batches(1)
    store.mark_dead(batch.id, store.chunks(batch.id)[0].chunk_number, "TABLE_MISSING")


def test_a_batch_that_is_refused_ends_the_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(folder: Path, _: int) -> Path:
        path = folder / "verify.csv"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        return path

    monkeypatch.setattr(loading.sample, "write", empty)
    with pytest.raises(UserError, match="was refused: "):
        desk.load()


def test_a_batch_that_does_not_end_is_waited_for_only_so_long(desk: Desk) -> None:
    desk.deployed.handles = False
    desk.context = replace(desk.context, options=Options(1000, 0.2))
    with pytest.raises(UserError, match=r"is loading after 0\.2 s.*preflight other"):
        desk.load()


def test_runs_that_keep_failing_end_the_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> object:
        raise FunctionError("the batch processor failed (RuntimeError)", "aws logs tail")

    monkeypatch.setattr(loading, "start_run", fail)
    monkeypatch.setattr(loading, "RUN_EVERY_SECONDS", 0.0)
    with pytest.raises(FunctionError, match="RuntimeError"):
        desk.load()
    assert len(desk.said) == loading.FAILED_RUNS - 1


def test_a_batch_that_was_waiting_is_found_by_the_next_run(desk: Desk) -> None:
    desk.deployed.handles = False
    desk.context = replace(desk.context, options=Options(1000, 0.2))
    with pytest.raises(UserError, match="is loading"):
        desk.load()
    desk.deployed.handles = True
    loading.wait(desk.context)
    assert loading.compare(desk.context).startswith("1,025 rows")

"""The two functions as they are packaged: a file goes in at the bucket, and rows come out of a database."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import Batch, open_store
from scripts.common.paths import REPOSITORY
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.runtime import LocalRuntime
from scripts.local.samples.make_recipients import write_recipients
from tests.integration.local.runtime.deployment import Deployment
from tests.integration.local.runtime.manual_clock import ManualClock

PACKAGES = REPOSITORY / "dist" / "lambda"
PASSWORD = "a-password-nobody-else-has"
VISIBILITY_SECONDS = 720
RECEIVES = 3
ROWS = 3000


class Loading:
    """Bucket, queue, secret and both functions, with a SQLite file in the place of Oracle."""

    def __init__(self, aws: Aws, deployment: Deployment, folder: Path) -> None:
        self.aws = aws
        self.folder = folder
        self.database = folder / "store.db"
        self.store = open_store(f"sqlite:///{self.database}")
        self.store.migrate(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
        self.bucket = deployment.bucket()
        self.dead_letters, dead_letters_arn = deployment.queue()
        redrive = json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": RECEIVES})
        self.queue, arn = deployment.queue(VisibilityTimeout=str(VISIBILITY_SECONDS), RedrivePolicy=redrive)
        secret = aws.client("secretsmanager").create_secret(
            Name=self.bucket, SecretString=json.dumps({"username": "loader", "password": PASSWORD})
        )
        variables = {
            "CSVBATCH_BUCKET": self.bucket,
            "CSVBATCH_SECRET_ARN": secret["ARN"],
            DATABASE_VARIABLE: "oracle://nowhere.example:2484/APP?protocol=tcps",
            "CSVBATCH_QUEUE_URL": self.queue,
            "CSVBATCH_CHUNK_BYTES": "100000",
            "CSVBATCH_MAX_RECEIVE_COUNT": str(RECEIVES),
            "POWERTOOLS_SERVICE_NAME": "csvbatch",
            "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
        }
        self.processor, self.handler = (
            deployment.zip(
                (PACKAGES / "x86_64" / f"{name}.zip").read_bytes(),
                handler=f"{name}.handler.handler",
                Environment={"Variables": variables},
                Timeout=120,
                LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"},
            )
            for name in ("batch_processor", "request_handler")
        )
        deployment.mapping(self.handler, arn, FunctionResponseTypes=["ReportBatchItemFailures"])

    def drop(self, rows: int = ROWS) -> tuple[set[tuple[str, ...]], int]:
        """Put a file into the bucket; give the keys of its good rows, and how many are bad."""
        path, expected = self.folder / "recipients.csv", self.folder / "expected.json"
        write_recipients(path, rows=rows, bad_share=0.05, expected=expected)
        self.aws.client("s3").put_object(
            Bucket=self.bucket, Key="incoming/recipients/recipients.csv", Body=path.read_bytes()
        )
        bad = {one["line"] for one in json.loads(expected.read_bytes())["rejects"]}
        good = set()
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            line = 1
            for fields in reader:
                if line not in bad and line > 1:
                    good.add((fields[0], fields[5]))
                line = reader.line_num + 1
        return good, len(bad)

    def execute(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(statement).fetchall()

    def keys(self) -> set[tuple[str, ...]]:
        return {(number, str(dose)) for number, dose in self.execute("SELECT nhs_number, dose FROM recipients")}

    def only_batch(self) -> Batch:
        (batch,) = self.store.latest_batches(10)
        return batch


@pytest.fixture
def loading(aws: Aws, deployment: Deployment, tmp_path: Path) -> Iterator[Loading]:
    made = Loading(aws, deployment, tmp_path)
    yield made
    made.store.close_connection()


@pytest.fixture
def packaged(aws: Aws, loading: Loading, clock: ManualClock) -> Iterator[LocalRuntime]:
    replaced = {DATABASE_VARIABLE: f"sqlite:///{loading.database}"}
    with LocalRuntime(aws, Paths(PACKAGES, loading.folder / "home"), replaced, clock) as made:
        yield made


def test_a_file_goes_in_and_its_rows_come_out(loading: Loading, packaged: LocalRuntime) -> None:
    good, bad = loading.drop()
    run = json.loads(packaged.invoke(loading.processor, b"{}").payload)
    polled = packaged.drain()
    batch = loading.only_batch()
    assert polled.deleted == run["sent"] == batch.chunks_total > 1
    assert (batch.state, batch.rows_read, batch.rows_rejected) == ("closed", ROWS, bad)
    assert loading.keys() == good


def test_a_message_delivered_twice_changes_nothing(loading: Loading, packaged: LocalRuntime) -> None:
    good, bad = loading.drop(500)
    packaged.invoke(loading.processor, b"{}")
    sqs = loading.aws.client("sqs")
    message = sqs.receive_message(QueueUrl=loading.queue, VisibilityTimeout=0)["Messages"][0]
    sqs.send_message(QueueUrl=loading.queue, MessageBody=message["Body"])
    assert packaged.drain().deleted == 2
    batch = loading.only_batch()
    assert (batch.rows_read, batch.rows_rejected, loading.keys()) == (500, bad, good)


def test_a_chunk_that_keeps_failing_is_dead_and_its_batch_incomplete(
    loading: Loading, packaged: LocalRuntime, clock: ManualClock
) -> None:
    loading.drop(500)
    packaged.invoke(loading.processor, b"{}")
    loading.execute("ALTER TABLE recipients RENAME TO hidden")
    failed = []
    for _ in range(RECEIVES + 1):
        failed.append(packaged.drain().failed)
        clock.advance(VISIBILITY_SECONDS)
    assert failed == [1] * RECEIVES + [0]
    assert loading.only_batch().state == "incomplete"
    assert len(loading.aws.client("sqs").receive_message(QueueUrl=loading.dead_letters)["Messages"]) == 1


def test_a_chunk_that_failed_once_loads_at_its_next_delivery(
    loading: Loading, packaged: LocalRuntime, clock: ManualClock
) -> None:
    good, _ = loading.drop(500)
    packaged.invoke(loading.processor, b"{}")
    loading.execute("ALTER TABLE recipients RENAME TO hidden")
    assert packaged.drain().failed == 1
    loading.execute("ALTER TABLE hidden RENAME TO recipients")
    clock.advance(VISIBILITY_SECONDS)
    assert packaged.drain().deleted == 1
    assert (loading.only_batch().state, loading.keys()) == ("closed", good)


def test_neither_rows_nor_the_password_are_in_logs_or_traces(loading: Loading, packaged: LocalRuntime) -> None:
    good, _ = loading.drop(500)
    packaged.invoke(loading.processor, b"{}")
    packaged.drain()
    packaged.close()
    written = "".join(path.read_text() for path in (loading.folder / "home" / "logs").iterdir())
    assert "chunk loaded" in written
    assert PASSWORD not in written
    assert not [number for number, _ in good if number in written]

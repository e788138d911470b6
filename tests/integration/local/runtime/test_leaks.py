"""Whatever makes a chunk fail, the values of its rows appear only where rows may be.

The valid row has a value that nothing else has in each column that can carry one; a consent, a dose and a distance
cannot. The invalid row has the marker in every column.
"""

import csv
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.store import open_store
from csvbatch.store.tables import LEDGER
from scripts.common.paths import REPOSITORY
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.event_sources import Polled
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.runtime import LocalRuntime
from tests.integration.local.runtime.deployment import Deployment
from tests.integration.local.runtime.manual_clock import ManualClock
from tests.support.postgresql import Server, postgresql

PACKAGES = REPOSITORY / "dist" / "lambda"
MARKER = "Marigold-4711"
NUMBER = "9990004711"
HEADER = "nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at"
VALID = f"{NUMBER},{MARKER},{MARKER},1947-11-04,Y,1,1.00,2026-04-07T11:47:11"
VALUES = (MARKER, NUMBER, "1947-11-04", "1947, 11, 4", "2026-04-07T11:", "2026-04-07 11:", "2026, 4, 7, 11")
"""As texts, and as Python and the database show dates and times."""
EVERY_COLUMN = ",".join([MARKER] * len(HEADER.split(",")))
WHERE_ROWS_MAY_BE = ("incoming/", "work/", "rejected/")
HANDLER_SECONDS = 12
"""The store limits a statement to what is left of this, so a slow statement fails before the function does."""
SECONDS = 60


class Loading:
    """Both functions as they are packaged, over a PostgreSQL server, whose errors have a DETAIL."""

    def __init__(self, aws: Aws, deployment: Deployment, server: Server, folder: Path) -> None:
        self.aws = aws
        self.server = server
        self.home = folder / "home"
        self.bucket = deployment.bucket()
        self.dead_letters, dead_letters_arn = deployment.queue()
        redrive = json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 2})
        self.queue, queue_arn = deployment.queue(VisibilityTimeout="60", RedrivePolicy=redrive)
        credentials = {"username": server.user, "password": server.password}
        secret = aws.client("secretsmanager").create_secret(Name=self.bucket, SecretString=json.dumps(credentials))
        variables = {
            "CSVBATCH_BUCKET": self.bucket,
            "CSVBATCH_SECRET_ARN": secret["ARN"],
            DATABASE_VARIABLE: "oracle://nowhere.example:2484/APP?protocol=tcps",
            "CSVBATCH_QUEUE_URL": self.queue,
            "CSVBATCH_CHUNK_BYTES": "100000",
            "CSVBATCH_MAX_RECEIVE_COUNT": "2",
            "POWERTOOLS_SERVICE_NAME": "csvbatch",
            "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
        }
        self.processor, self.handler = (
            deployment.zip(
                (PACKAGES / "x86_64" / f"{name}.zip").read_bytes(),
                handler=f"{name}.handler.handler",
                Environment={"Variables": variables},
                Timeout=timeout,
                LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"},
            )
            for name, timeout in (("batch_processor", 120), ("request_handler", HANDLER_SECONDS))
        )
        deployment.mapping(self.handler, queue_arn, FunctionResponseTypes=["ReportBatchItemFailures"])

    def drop(self, *rows: str) -> None:
        body = "\n".join([HEADER, *rows, ""]).encode()
        self.aws.client("s3").put_object(Bucket=self.bucket, Key="incoming/recipients/people.csv", Body=body)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def log_of(self, function: str) -> str:
        return (self.home / "logs" / f"{function}.log").read_text()

    def everything_else(self) -> dict[str, str]:
        """All that was written where no row may be, by where it is."""
        found = {str(path): path.read_text() for path in (self.home / "logs").iterdir()}
        found |= {table.name: repr(self.run(f"SELECT * FROM {table.name}")) for table in LEDGER}
        s3, sqs = self.aws.client("s3"), self.aws.client("sqs")
        for version in s3.list_object_versions(Bucket=self.bucket).get("Versions", []):
            name = {"Key": version["Key"], "VersionId": version["VersionId"]}
            found[str(name)] = repr(s3.get_object_tagging(Bucket=self.bucket, **name)["TagSet"])
            if not version["Key"].startswith(WHERE_ROWS_MAY_BE):
                found[str(name)] += s3.get_object(Bucket=self.bucket, **name)["Body"].read().decode()
        for url in (self.queue, self.dead_letters):
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
            found[url] = repr(answer.get("Messages"))
        return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql() as running:
        yield running


@pytest.fixture
def loading(aws: Aws, deployment: Deployment, server: Server, tmp_path: Path) -> Iterator[Loading]:
    made = Loading(aws, deployment, server, tmp_path)
    store = open_store(server.url())
    store.migrate(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
    store.close_connection()
    yield made
    # The backend of a function that was killed does not know it yet.
    made.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()"
    )
    made.run("DROP SCHEMA public CASCADE")
    made.run("CREATE SCHEMA public")


@pytest.fixture
def packaged(aws: Aws, loading: Loading, clock: ManualClock) -> Iterator[LocalRuntime]:
    replaced = {DATABASE_VARIABLE: loading.server.url()}
    with LocalRuntime(aws, Paths(PACKAGES, loading.home), replaced, clock) as made:
        yield made


def by_trigger(body: str) -> Callable[[Loading], None]:
    """Let the server run this before it inserts a row."""

    def prepare(loading: Loading) -> None:
        loading.run(f"CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$")
        loading.run("CREATE TRIGGER disturb BEFORE INSERT ON recipients FOR EACH ROW EXECUTE FUNCTION disturb()")

    return prepare


def by_a_check(loading: Loading) -> None:
    """A constraint that no contract knows; the server's error quotes the row in its DETAIL."""
    loading.run(f"ALTER TABLE recipients ADD CHECK (name <> '{MARKER}')")


FAILURES = {
    "a constraint, with the row in its DETAIL": (by_a_check, "23514"),
    "an error of the database that quotes the row": (
        by_trigger("RAISE EXCEPTION 'row %', NEW USING DETAIL = NEW.name;"),
        "P0001",
    ),
    "a connection that is lost": (by_trigger("PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(1);"), "57P01"),
    "a statement that takes too long": (by_trigger("PERFORM pg_sleep(60);"), "57014"),
}
"""How a chunk is made to fail, and the SQLSTATE by which the handler's log says that it failed in this way."""


@pytest.mark.parametrize(("prepare", "sqlstate"), FAILURES.values(), ids=FAILURES)
def test_a_chunk_that_fails_leaves_its_rows_nowhere(
    loading: Loading, packaged: LocalRuntime, clock: ManualClock, prepare: Callable[[Loading], None], sqlstate: str
) -> None:
    prepare(loading)
    loading.drop(VALID, EVERY_COLUMN)
    packaged.invoke(loading.processor, b"{}")
    assert packaged.drain().failed == 1
    clock.advance(60)
    assert packaged.drain().failed == 1
    assert f'"code":"{sqlstate}"' in loading.log_of(loading.handler)
    assert_nothing_leaked(loading, packaged)


def test_a_process_that_is_killed_leaves_its_rows_nowhere(loading: Loading, packaged: LocalRuntime) -> None:
    with inserting(loading, packaged) as drained:
        (process,) = packaged.function(loading.handler).processes
        os.kill(process, signal.SIGKILL)
        assert drained.result(SECONDS).failed == 1
    assert "signal: killed" in loading.log_of(loading.handler)
    assert_nothing_leaked(loading, packaged)


def test_a_function_that_runs_out_of_time_leaves_its_rows_nowhere(loading: Loading, packaged: LocalRuntime) -> None:
    with inserting(loading, packaged) as drained:
        ((backend,),) = loading.run("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        # A server that is stopped cannot end its statement in time either.
        os.kill(backend, signal.SIGSTOP)
        try:
            assert drained.result(SECONDS).failed == 1
        finally:
            os.kill(backend, signal.SIGCONT)
    assert f"Task timed out after {HANDLER_SECONDS}.00 seconds" in loading.log_of(loading.handler)
    assert_nothing_leaked(loading, packaged)


def test_rows_that_break_every_rule_are_nowhere_but_in_the_rejects(loading: Loading, packaged: LocalRuntime) -> None:
    loading.drop(VALID, EVERY_COLUMN)
    packaged.invoke(loading.processor, b"{}")
    assert packaged.drain().deleted == 1
    assert loading.run("SELECT name, address FROM recipients") == [(MARKER, MARKER)]
    assert rejected_texts(loading) == [f"{EVERY_COLUMN}\n"]
    assert_nothing_leaked(loading, packaged)


def test_a_file_that_is_refused_leaves_its_rows_nowhere(loading: Loading, packaged: LocalRuntime) -> None:
    loading.drop(VALID, f'{VALID},"{MARKER}')
    assert json.loads(packaged.invoke(loading.processor, b"{}").payload)["refused"] == 1
    assert_nothing_leaked(loading, packaged)


def test_a_message_that_is_not_ours_is_not_repeated(loading: Loading, packaged: LocalRuntime) -> None:
    ours = ChunkMessage("0123456789abcdef", 0, loading.bucket, "incoming/recipients/people.csv", "1", 0, 1).dumps()
    for body in (VALID, json.dumps({"name": MARKER}), ours.replace('"batch"', f'"{MARKER}"')):
        loading.aws.client("sqs").send_message(QueueUrl=loading.queue, MessageBody=body)
    assert packaged.drain().failed == 3
    packaged.close()
    written = "".join(path.read_text() for path in (loading.home / "logs").iterdir())
    assert "MessageError" in written
    assert MARKER not in written


@contextmanager
def inserting(loading: Loading, packaged: LocalRuntime) -> Iterator[Future[Polled]]:
    """Load a chunk in another thread, and enter the block while its first row is being inserted."""
    by_trigger("PERFORM pg_sleep(60);")(loading)
    loading.drop(VALID, EVERY_COLUMN)
    packaged.invoke(loading.processor, b"{}")
    with ThreadPoolExecutor(1) as pool:
        drained = pool.submit(packaged.drain)
        until_rows_are_inserted(loading)
        yield drained


def until_rows_are_inserted(loading: Loading) -> None:
    limit = time.monotonic() + SECONDS
    while not loading.run("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
        assert time.monotonic() < limit, "no row is being inserted"


def rejected_texts(loading: Loading) -> list[str]:
    s3 = loading.aws.client("s3")
    (found,) = s3.list_objects_v2(Bucket=loading.bucket, Prefix="rejected/")["Contents"]
    body = s3.get_object(Bucket=loading.bucket, Key=found["Key"])["Body"].read().decode()
    return [row["text"] for row in csv.DictReader(body.splitlines(keepends=True)) if row["text"]]


def assert_nothing_leaked(loading: Loading, packaged: LocalRuntime) -> None:
    packaged.close()
    written = loading.everything_else()
    said = "".join(written.values())
    assert "run complete" in said
    assert "ColdStart" in said
    assert '"trace_id"' in said
    secrets = (*VALUES, loading.server.password)
    assert [where for where, text in written.items() if any(secret in text for secret in secrets)] == []

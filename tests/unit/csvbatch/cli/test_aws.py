import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from csvbatch.aws.s3_objects import S3Objects
from csvbatch.aws.sqs_queue import SqsQueue
from csvbatch.cli.aws import aws
from csvbatch.cli.contracts import all_contracts
from csvbatch.cli.stores import credentials_of
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE
from csvbatch.pipeline.processing import Processor
from csvbatch.store import Credentials, Store, open_store
from csvbatch.store.url import parse_url
from tests.unit.csvbatch.cli.conftest import Run

REGION = "eu-west-2"
BUCKET = "data"
DATABASE = ("--database", "sqlite:///x.db")


@dataclass
class Platform:
    """A bucket, a queue with dead letters, a SQLite store, and what the functions do with them."""

    store: Store
    s3: Any
    sqs: Any
    url: str
    dead_url: str

    def process(self) -> None:
        Processor(
            store=self.store,
            objects=S3Objects(BUCKET, self.s3),
            queue=SqsQueue(self.url, self.sqs),
            contracts=all_contracts(None),
            chunk_bytes=5000,
            resend_after=timedelta(days=4),
            claim_duration=timedelta(minutes=16),
            deadline=NO_DEADLINE,
        ).run()

    def bodies(self) -> list[str]:
        """Take all messages off the queue."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found += [one["Body"] for one in messages]
            for one in messages:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=one["ReceiptHandle"])
        return found

    def load(self) -> None:
        for body in self.bodies():
            deliver(self.store, S3Objects(BUCKET, self.s3), Delivery(body, is_last=False), NO_DEADLINE)

    def give_up(self) -> list[str]:
        """Let every message end as the queue lets it end: its chunk dead, itself a dead letter."""
        bodies = self.bodies()
        for body in bodies:
            message = json.loads(body)
            self.store.mark_dead(message["batch"], message["chunk"], "TEST")
            self.sqs.send_message(QueueUrl=self.dead_url, MessageBody=body)
        return bodies

    def dead_letters(self) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.dead_url, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])


@pytest.fixture
def platform(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    run("migrate", *DATABASE, "--yes")
    with mock_aws():
        monkeypatch.setenv("AWS_REGION", REGION)
        s3, sqs = boto3.client("s3", region_name=REGION), boto3.client("sqs", region_name=REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
        url = sqs.create_queue(QueueName="chunks", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        store = open_store(DATABASE[1])
        yield Platform(store, s3, sqs, url, dead)
        store.close_connection()


def dropped(platform: Platform, path: Path, content: bytes | None = None) -> str:
    """Drop a file, and give its batch once it is split."""
    platform.s3.put_object(Bucket=BUCKET, Key=f"incoming/recipients/{path.name}", Body=content or path.read_bytes())
    platform.process()
    (batch,) = platform.store.latest_batches(1)
    return batch.id


def test_rejects_come_from_the_bucket_and_the_account_is_said(run: Run, platform: Platform, recipients: Path) -> None:
    batch = dropped(platform, recipients)
    platform.load()
    checked = json.loads(run("check", recipients, "--json", "--rejects", 1000, "--show-text").out)["rejects"]
    for more in ((), ("--dataset", "recipients"), DATABASE):
        aws.cache_clear()
        outcome = run("rejects", batch, "--bucket", BUCKET, "--json", "--show-text", *more)
        assert outcome.status == 0
        found = [json.loads(line) for line in outcome.out.splitlines()]
        assert [(one["line"], one["rule"]) for one in found] == [(one["line"], one["rule"]) for one in checked]
        assert found[0]["text"] == checked[0]["text"]
        assert outcome.err.startswith("csvbatch: AWS account 123456789012, region eu-west-2, endpoint https://")


def test_a_redriven_chunk_s_dead_letter_goes_and_all_others_stay(
    run: Run, platform: Platform, good_recipients: Path, recipients: Path
) -> None:
    batch = dropped(platform, good_recipients)
    ours = len(platform.give_up())
    dropped(platform, recipients)
    kept = len(platform.give_up())
    platform.sqs.send_message(QueueUrl=platform.dead_url, MessageBody="not ours")
    arguments = ("redrive", batch, "--queue-url", platform.url, *DATABASE, "--json")
    dry = run(*arguments, "--dry-run")
    assert json.loads(dry.out)["dead_letters"] == {"taken": ours, "kept": kept, "foreign": 1}
    assert platform.dead_letters() == ours + kept + 1
    outcome = run(*arguments, "--yes")
    assert json.loads(outcome.out)["dead_letters"] == {"taken": ours, "kept": kept, "foreign": 1}
    assert platform.dead_letters() == kept + 1
    platform.process()
    platform.load()
    assert run("status", batch, *DATABASE).status == 0


def test_the_queue_of_dead_letters_is_found_by_the_queue_of_chunks(run: Run, platform: Platform) -> None:
    outcome = run("redrive", "--queue-url", platform.dead_url, "--dry-run", *DATABASE)
    assert outcome.status == 1
    assert "name the queue of chunks" in outcome.err


def test_a_packed_file_is_unpacked_again_for_its_replay(run: Run, platform: Platform, good_recipients: Path) -> None:
    packed = good_recipients.with_name("packed.csv.gz")
    batch = dropped(platform, packed, gzip.compress(good_recipients.read_bytes()))
    platform.load()
    source = platform.store.batch(batch).source
    platform.s3.delete_object(Bucket=BUCKET, Key=source.key, VersionId=source.version)
    without = run("replay", batch, *DATABASE, "--yes")
    assert without.status == 2
    assert "--bucket data" in without.err
    assert run("replay", batch, *DATABASE, "--bucket", BUCKET, "--yes").status == 0
    platform.process()
    platform.load()
    again = platform.store.batch(batch)
    assert (again.state.value, again.rows_merged, again.load_attempt) == ("closed", 300, 2)


def test_what_aws_refuses_is_a_code(run: Run, platform: Platform) -> None:
    outcome = run("rejects", "0" * 16, "--bucket", "nowhere")
    assert outcome.status == 1
    assert "AWS refused ListObjectsV2 (NoSuchBucket)" in outcome.err


def test_a_shell_of_the_local_aws_never_reaches_the_real_one(
    run: Run, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSVBATCH_AWS", "local")
    outcome = run("rejects", "0" * 16, "--bucket", BUCKET)
    assert outcome.status == 2
    assert "CSVBATCH_AWS is local, but the endpoint is" in outcome.err


def test_a_secret_without_a_value_is_said_before_the_database_is_asked(run: Run, platform: Platform) -> None:
    outcome = run("status", "--database", "oracle://127.0.0.1/x", "--secret", "nowhere")
    assert outcome.status == 1
    assert "Secret nowhere: the secret has no value" in outcome.err


def test_the_password_of_the_environment_goes_with_the_user_of_the_address() -> None:
    variables = {"CSVBATCH_DATABASE_PASSWORD": "p"}
    assert credentials_of(parse_url("postgresql://a%40b@host/x"), variables) == Credentials("a@b", "p")
    assert credentials_of(parse_url("postgresql://a:other@host/x"), variables) is None
    assert credentials_of(parse_url("sqlite:///x.db"), variables) is None
    assert credentials_of(parse_url("postgresql://a@host/x"), {}) is None

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.common.errors import UserError
from scripts.local.aws import snapshot
from scripts.local.aws.server import LocalAws
from scripts.local.aws.state import Identity, wait_until

LIMIT_SECONDS = 60
MANAGED_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(name="dev", account_id="222222222222", region="eu-west-1") as running:
        yield running


def client(aws: LocalAws, service: str) -> Any:
    """A client that takes all it needs from the environment, as any program would."""
    given = aws.environment
    return boto3.client(
        service,
        endpoint_url=given["AWS_ENDPOINT_URL"],
        region_name=given["AWS_REGION"],
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        verify=given["AWS_CA_BUNDLE"],
    )


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_for_the_account_it_was_given(aws: LocalAws) -> None:
    assert client(aws, "sts").get_caller_identity()["Account"] == "222222222222"


def test_program_that_knows_nothing_of_it_talks_to_it(aws: LocalAws) -> None:
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"

    answer = subprocess.run(
        [sys.executable, "-c", program], env=aws.environment, capture_output=True, text=True, timeout=LIMIT_SECONDS
    )

    assert answer.stdout.strip() == "222222222222", answer.stderr


def test_managed_policies_of_aws_are_there(aws: LocalAws) -> None:
    assert client(aws, "iam").get_policy(PolicyArn=MANAGED_POLICY)["Policy"]["Arn"] == MANAGED_POLICY


def test_call_is_logged(aws: LocalAws) -> None:
    client(aws, "sqs").list_queues()

    assert "200 sqs POST / ListQueues" in aws.log


def test_snapshot_starts_another_server_with_all_it_held(aws: LocalAws, tmp_path: Path) -> None:
    client(aws, "s3").create_bucket(
        Bucket="csvbatch-test", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client(aws, "s3").put_object(Bucket="csvbatch-test", Key="incoming/a.csv", Body=b"id\n1\n")
    url = client(aws, "sqs").create_queue(QueueName="chunks")["QueueUrl"]
    client(aws, "sqs").send_message(QueueUrl=url, MessageBody="chunk")
    client(aws, "sns").create_topic(Name="alarms")
    key_id = client(aws, "kms").create_key()["KeyMetadata"]["KeyId"]
    aws.save_snapshot(tmp_path / "snapshot")

    with LocalAws("dev", "222222222222", "eu-west-1", from_snapshot=tmp_path / "snapshot") as restored:
        stored = client(restored, "s3").get_object(Bucket="csvbatch-test", Key="incoming/a.csv")["Body"].read()
        queue = client(restored, "sqs").get_queue_url(QueueName="chunks")["QueueUrl"]
        received = client(restored, "sqs").receive_message(QueueUrl=queue)["Messages"]
        topics = client(restored, "sns").list_topics()["Topics"]
        key = client(restored, "kms").describe_key(KeyId=key_id)["KeyMetadata"]

    assert stored == b"id\n1\n"
    assert [message["Body"] for message in received] == ["chunk"]
    assert len(topics) == 1
    assert key["KeyState"] == "Enabled"


def test_running_server_is_taken_back_to_a_snapshot_and_to_nothing(aws: LocalAws, tmp_path: Path) -> None:
    sqs, location = client(aws, "sqs"), {"LocationConstraint": "eu-west-1"}
    aws.restore(None)
    client(aws, "s3").create_bucket(Bucket="csvbatch-first", CreateBucketConfiguration=location)
    aws.save_snapshot(tmp_path / "snapshot")
    client(aws, "s3").create_bucket(Bucket="csvbatch-second", CreateBucketConfiguration=location)
    sqs.create_queue(QueueName="later")

    aws.restore(tmp_path / "snapshot")
    restored = [bucket["Name"] for bucket in client(aws, "s3").list_buckets()["Buckets"]]
    client(aws, "s3").create_bucket(Bucket="csvbatch-second", CreateBucketConfiguration=location)
    aws.restore(None)

    assert restored == ["csvbatch-first"]
    assert client(aws, "s3").list_buckets()["Buckets"] == []
    assert sqs.list_queues().get("QueueUrls", []) == []
    assert client(aws, "iam").get_policy(PolicyArn=MANAGED_POLICY)["Policy"]["Arn"] == MANAGED_POLICY


def test_snapshot_of_another_account_is_refused_by_a_running_server(aws: LocalAws, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        aws.restore(tmp_path / "missing")
    (tmp_path / "snapshot").write_bytes(snapshot.empty(Identity("dev", "333333333333", "eu-west-1")))

    with pytest.raises(UserError, match=r"account 333333333333 .* not account 222222222222"):
        aws.restore(tmp_path / "snapshot")


def test_snapshot_of_another_account_is_refused(aws: LocalAws, tmp_path: Path) -> None:
    aws.save_snapshot(tmp_path / "snapshot")

    with pytest.raises(UserError, match=r"account 222222222222 .* not account 333333333333"):
        LocalAws("dev", "333333333333", "eu-west-1", from_snapshot=tmp_path / "snapshot").start()


def test_stopped_server_is_gone_and_leaves_no_files() -> None:
    aws = LocalAws()
    aws.start()
    pid, folder = aws.pid, aws.endpoint.ca_bundle.parent

    aws.stop()

    assert not alive(pid)
    assert not folder.exists()


def test_server_ends_with_the_process_that_started_it() -> None:
    program = "import os, signal; from scripts.local.aws.server import LocalAws"
    program += "; aws = LocalAws(); aws.start(); print(aws.pid)"
    kill_itself = f"{program}; os.sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    path = os.pathsep.join(sys.path)

    killed = subprocess.run(
        [sys.executable, "-c", kill_itself],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert wait_until(lambda: not alive(int(killed.stdout)), LIMIT_SECONDS)

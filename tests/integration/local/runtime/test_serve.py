"""The command that runs until it is told to stop."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.common.paths import REPOSITORY
from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws
from tests.integration.local.runtime.deployment import Deployment

LIMIT_SECONDS = 60


@contextmanager
def serving(
    local_aws: LocalAws, deployment: Deployment, home: Path
) -> Iterator["tuple[subprocess.Popen[str], Iterator[str]]"]:
    """The command, once it serves, and what it prints from then on."""
    command = [
        sys.executable,
        "-m",
        "scripts.local.runtime",
        "--state-dir",
        str(local_aws.endpoint.ca_bundle.parent.parent),
    ]
    command += ["--home", str(home), "--packages", str(deployment.packages), "serve"]
    # `timeout` ends a command that never says what a test waits for.
    with subprocess.Popen(
        ["timeout", "--foreground", str(LIMIT_SECONDS), *command],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        assert next(lines, "").startswith("serving ")
        try:
            yield process, lines
        finally:
            process.send_signal(signal.SIGTERM)


def test_an_object_that_arrives_starts_its_function(
    local_aws: LocalAws, deployment: Deployment, aws: Aws, tmp_path: Path
) -> None:
    url, arn = deployment.queue()
    function = deployment.function("def handler(event, context): 1 / 0\n", DeadLetterConfig={"TargetArn": arn})
    bucket = deployment.bucket()
    deployment.object_created_rule(function, bucket, enabled=True)
    with serving(local_aws, deployment, tmp_path) as (_, lines):
        aws.client("s3").put_object(Bucket=bucket, Key="incoming/airports/a.csv", Body=b"")
        assert "object created: incoming/airports/a.csv\n" in lines
    answer = aws.client("sqs").receive_message(QueueUrl=url)
    assert '"key": "incoming/airports/a.csv"' in answer["Messages"][0]["Body"]


def test_messages_are_taken_until_it_is_told_to_stop_and_then_it_ends_well(
    local_aws: LocalAws, deployment: Deployment, aws: Aws, tmp_path: Path
) -> None:
    url, arn = deployment.queue()
    deployment.mapping(deployment.function("def handler(event, context): return {}\n"), arn)
    with serving(local_aws, deployment, tmp_path) as (process, lines):
        aws.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
        assert "1 messages: 1 done, 0 failed\n" in lines
    assert process.returncode == 0
    assert not local_aws.endpoint.ca_bundle.with_name("functions.json").exists()


def test_functions_that_are_deployed_later_are_served_too(
    local_aws: LocalAws, deployment: Deployment, aws: Aws, tmp_path: Path
) -> None:
    with serving(local_aws, deployment, tmp_path) as (_, lines):
        url, arn = deployment.queue()
        function = deployment.function("def handler(event, context): return event\n")
        assert next(line for line in lines if function in line).startswith("serving ")
        answer = aws.client("lambda").invoke(FunctionName=function, Payload=b'{"sent": 1}')
        assert answer["Payload"].read() == b'{"sent": 1}'
        deployment.mapping(function, arn)
        aws.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
        assert "1 messages: 1 done, 0 failed\n" in lines

import json
from pathlib import Path

import pytest

from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.cli import main
from scripts.local.runtime.functions import Paths
from scripts.local.runtime.invoke_endpoint import InvokeEndpoint
from scripts.local.runtime.object_events import ObjectWatch
from scripts.local.runtime.runtime import LocalRuntime
from tests.integration.local.runtime.deployment import Deployment
from tests.integration.local.runtime.manual_clock import ManualClock

MEETS_ANOTHER = """
import os, time
def handler(event, context):
    place = "{place}/met"
    os.makedirs(place + "/" + event["Records"][0]["body"])
    while len(os.listdir(place)) < 2:
        time.sleep(0.01)
"""
ECHO = "def handler(event, context): return event\n"


def test_a_disabled_schedule_is_fired_on_demand(runtime: LocalRuntime, deployment: Deployment) -> None:
    name = deployment.schedule(deployment.function(ECHO), "rate(15 minutes)", enabled=False)
    event = json.loads(runtime.fire(name).payload)
    assert event["source"] == "aws.scheduler"
    assert event["resources"][0].endswith(f"/{name}")


def test_an_enabled_schedule_fires_each_time_its_interval_has_passed(
    runtime: LocalRuntime, deployment: Deployment, clock: ManualClock
) -> None:
    deployment.schedule(deployment.function(ECHO), "rate(15 minutes)", enabled=True)
    due: dict[str, float] = {}
    fired = []
    for seconds in (0, 899, 1, 0, 900):
        clock.advance(seconds)
        fired.append(len(runtime.fire_due(due, print)))
    assert fired == [0, 0, 1, 0, 1]


def test_a_disabled_schedule_does_not_fire_by_itself(
    runtime: LocalRuntime, deployment: Deployment, clock: ManualClock
) -> None:
    deployment.schedule(deployment.function(ECHO), "rate(1 minute)", enabled=False)
    due: dict[str, float] = {}
    runtime.fire_due(due, print)
    clock.advance(3600)
    assert runtime.fire_due(due, print) == []


def test_a_new_version_of_an_object_is_an_event_once(aws: Aws, deployment: Deployment) -> None:
    bucket, function, s3 = deployment.bucket(), deployment.function(ECHO), aws.client("s3")
    s3.put_object(Bucket=bucket, Key="incoming/airports/old.csv", Body=b"old")
    deployment.object_created_rule(function, bucket, enabled=True)
    watch = ObjectWatch(aws)
    version = s3.put_object(Bucket=bucket, Key="incoming/airports/new.csv", Body=b"new")["VersionId"]
    s3.put_object(Bucket=bucket, Key="reports/other.json", Body=b"{}")
    (new,) = watch.created()
    assert (new.key, new.version, new.function_arns) == (
        "incoming/airports/new.csv",
        version,
        (deployment.arn(function),),
    )
    assert watch.created() == []


def test_a_rule_that_is_disabled_starts_nothing(aws: Aws, deployment: Deployment) -> None:
    bucket = deployment.bucket()
    deployment.object_created_rule(deployment.function(ECHO), bucket, enabled=False)
    watch = ObjectWatch(aws)
    aws.client("s3").put_object(Bucket=bucket, Key="incoming/airports/new.csv", Body=b"new")
    assert watch.created() == []


def command(local_aws: LocalAws, deployment: Deployment, home: Path, *arguments: str) -> int:
    state = str(local_aws.endpoint.ca_bundle.parent.parent)
    return main(["--state-dir", state, "--home", str(home), "--packages", str(deployment.packages), *arguments])


def test_the_command_prints_what_a_function_returns(
    local_aws: LocalAws, deployment: Deployment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    function = deployment.function(ECHO)
    assert command(local_aws, deployment, tmp_path, "invoke", function, "--event", '{"a": 1}') == 0
    assert json.loads(capsys.readouterr().out) == {"a": 1}


def test_the_command_says_what_is_wrong(
    local_aws: LocalAws, deployment: Deployment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(local_aws, deployment, tmp_path, "invoke", "nobody") == 1
    assert "there is no function 'nobody'" in capsys.readouterr().err


def test_the_command_empties_the_queues(
    local_aws: LocalAws, deployment: Deployment, tmp_path: Path, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    url, arn = deployment.queue()
    deployment.mapping(deployment.function("def handler(event, context): return {}\n"), arn)
    for body in "abc":
        aws.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    assert command(local_aws, deployment, tmp_path, "drain") == 0
    assert "3 messages received, 3 done, 0 failed" in capsys.readouterr().out


def test_batches_are_worked_on_at_once_where_that_is_asked_for(
    aws: Aws, deployment: Deployment, tmp_path: Path
) -> None:
    url, arn = deployment.queue()
    source = MEETS_ANOTHER.format(place=str(tmp_path))
    deployment.mapping(deployment.function(source, Timeout=20), arn, ScalingConfig={"MaximumConcurrency": 2})
    for body in "ab":
        aws.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    with LocalRuntime(aws, Paths(deployment.packages, tmp_path), concurrency=9) as runtime:
        assert runtime.drain().deleted == 2


def test_a_served_function_can_be_invoked_through_the_local_aws(
    local_aws: LocalAws, deployment: Deployment, runtime: LocalRuntime, aws: Aws
) -> None:
    function = deployment.function("def handler(event, context): return event['a']\n")
    endpoint = InvokeEndpoint(
        local_aws.endpoint.ca_bundle.with_name("functions.json"), runtime.invoke, runtime.invoke_later
    )
    try:
        endpoint.publish([function])
        went_well = aws.client("lambda").invoke(FunctionName=function, Payload=b'{"a": 1}')
        failed = aws.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    finally:
        endpoint.close()
    assert (went_well.get("FunctionError"), went_well["Payload"].read()) == (None, b"1")
    assert (failed["FunctionError"], json.loads(failed["Payload"].read())["errorType"]) == ("Unhandled", "KeyError")

"""Logs come late and out of order where that is asked for, and at once where it is not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.local.aws import behaviour
from scripts.local.aws.behaviour import Behaviour
from scripts.local.aws.patches import late_logs
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.lambda_network import Clock
from tests.integration.local.aws.served import REGION, Aws

LATE = 300


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(behaviour, "now", clock)
    return clock


def logged_bucket(aws: Aws) -> None:
    s3 = aws("s3")
    for name in ("data", "logs"):
        s3.create_bucket(Bucket=f"{name}-x", CreateBucketConfiguration={"LocationConstraint": REGION})
    deliver = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs-x/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deliver]})
    s3.put_bucket_policy(Bucket="logs-x", Policy=policy)
    target = {"LoggingEnabled": {"TargetBucket": "logs-x", "TargetPrefix": "access/"}}
    s3.put_bucket_logging(Bucket="data-x", BucketLoggingStatus=target)


def delivered(aws: Aws) -> list[str]:
    s3 = aws("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="logs-x").get("Contents", [])]
    return [
        s3.get_object(Bucket="logs-x", Key=key)["Body"].read().decode().split(" HTTP/1.1")[0].split()[-1]
        for key in keys
    ]


def test_access_logs_come_late(compare: Compare, clock: Clock) -> None:
    def probe(aws: Aws) -> Any:
        logged_bucket(aws)
        aws("s3").put_object(Bucket="data-x", Key="first", Body=b"")
        at_once = "/data-x/first" in delivered(aws)
        clock.passes(LATE)
        return at_once, "/data-x/first" in delivered(aws)

    with behaviour.using(Behaviour(late_logs_seconds=LATE)):
        assert compare(late_logs.delivers_access_logs_late, probe) == ((True, True), (False, True))


def test_a_later_request_can_be_logged_first(compare: Compare, clock: Clock) -> None:
    def probe(aws: Aws) -> Any:
        logged_bucket(aws)
        for key in ("first", "second", "third", "fourth"):
            aws("s3").put_object(Bucket="data-x", Key=key, Body=b"")
        clock.passes(LATE / 2)
        return {name.removeprefix("/data-x/") for name in delivered(aws)} & {"first", "second", "third", "fourth"}

    with behaviour.using(Behaviour(late_logs_seconds=LATE)):
        everything, some = compare(late_logs.delivers_access_logs_late, probe)

    assert everything == {"first", "second", "third", "fourth"}
    assert some in ({"first", "third"}, {"second", "fourth"})


def test_the_name_of_a_late_log_has_the_time_of_its_delivery(compare: Compare, clock: Clock) -> None:
    def probe(aws: Aws) -> list[str]:
        logged_bucket(aws)
        aws("s3").put_object(Bucket="data-x", Key="first", Body=b"")
        clock.passes(LATE)
        aws("s3").list_buckets()
        return [one["Key"] for one in aws("s3").list_objects_v2(Bucket="logs-x")["Contents"]]

    with behaviour.using(Behaviour(late_logs_seconds=LATE)):
        _, keys = compare(late_logs.delivers_access_logs_late, probe)

    assert keys
    assert all(key.startswith(f"access/{datetime.fromtimestamp(clock(), UTC):%Y-%m-%d-%H-%M-%S}-") for key in keys)


def test_logs_come_at_once_where_nothing_else_is_asked_for(compare: Compare) -> None:
    def probe(aws: Aws) -> bool:
        logged_bucket(aws)
        aws("s3").put_object(Bucket="data-x", Key="first", Body=b"")
        return "/data-x/first" in delivered(aws)

    assert compare(late_logs.delivers_access_logs_late, probe) == (True, True)


def test_log_events_show_late_and_not_in_their_order(compare: Compare, clock: Clock) -> None:
    def read(aws: Aws) -> list[str]:
        got = aws("logs").get_log_events(logGroupName="/group", logStreamName="stream", startFromHead=True)["events"]
        found = aws("logs").filter_log_events(logGroupName="/group")["events"]
        assert [one["message"] for one in got] == [one["message"] for one in found]
        return [one["message"] for one in got]

    def probe(aws: Aws) -> Any:
        clock.starts_now()  # moto takes the time of a log event from another clock.
        logs = aws("logs")
        logs.create_log_group(logGroupName="/group")
        logs.create_log_stream(logGroupName="/group", logStreamName="stream")
        now = int(clock() * 1000)
        events = [{"timestamp": now + number, "message": str(number)} for number in range(4)]
        logs.put_log_events(logGroupName="/group", logStreamName="stream", logEvents=events)
        at_once = read(aws)
        clock.passes(LATE / 2 + 1)
        half_way = read(aws)
        clock.passes(LATE)
        return at_once, half_way, read(aws)

    everything = ["0", "1", "2", "3"]
    with behaviour.using(Behaviour(late_logs_seconds=LATE)):
        plain, late = compare(late_logs.shows_log_events_late, probe)

    assert plain == (everything, everything, everything)
    assert late[0] == []
    assert late[1] in (["0", "2"], ["1", "3"])
    assert late[2] == everything

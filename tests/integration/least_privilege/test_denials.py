"""Each call is made for real, with a session of the role: what IAM refuses here, it refuses on AWS."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.least_privilege.conftest import prepared_dev
from tests.integration.least_privilege.denials import Denial
from tests.integration.least_privilege.denials_elsewhere import ELSEWHERE
from tests.integration.least_privilege.denials_of_buckets import BUCKETS
from tests.integration.least_privilege.enforced import (
    HANDLER,
    INCOMING,
    OBJECTS,
    PROCESSOR,
    QUEUE,
    READER,
    REJECTED,
    REPORT,
    Dev,
    iam_decisions,
)
from tests.support.moments import Moments
from tests.support.platform import DEV

_CODES = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}


@pytest.mark.parametrize(
    "denial", [*BUCKETS, *ELSEWHERE], ids=lambda one: f"{one.role.removeprefix(f'{DEV.prefix}-')}: {one.title}"
)
def test_role_may_not(dev: Dev, denial: Denial) -> None:
    with pytest.raises(ClientError) as refused:
        denial.call(dev)
    last = iam_decisions(dev.server.log)[-1]
    assert refused.value.response["Error"]["Code"] in _CODES
    assert (last.allowed, last.caller, last.action) == (False, denial.role, denial.action)
    assert denial.call_of_operator(dev)["ResponseMetadata"]["HTTPStatusCode"] < 300


def test_all_is_prepared_before_the_first_test(moments: Moments) -> None:
    """A process can start with any test, so no test may depend on another."""
    with prepared_dev(moments) as dev:
        decisions_before = len(iam_decisions(dev.server.log))
        for role in (PROCESSOR, HANDLER, READER):
            assert dev.role(role, "s3")
        assert iam_decisions(dev.server.log)[decisions_before:] == []
        dev.operator("kms").schedule_key_deletion(KeyId=dev.key_arn.rpartition("/")[2])
        assert dev.ciphertext
        s3 = dev.operator("s3")
        for key in OBJECTS:
            newest = s3.head_object(Bucket=dev.bucket("data"), Key=key)["VersionId"]
            assert dev.version(key)["VersionId"] == newest


Permitted = tuple[str, str, str, Callable[[Dev], Mapping[str, Any]]]

PERMITTED: list[Permitted] = [
    (PROCESSOR, "s3", "list_object_versions", lambda dev: {"Bucket": dev.bucket("data"), "Prefix": "incoming/"}),
    (PROCESSOR, "s3", "get_object", lambda dev: dev.version(INCOMING)),
    (PROCESSOR, "s3", "put_object_tagging", lambda dev: {**dev.version(INCOMING), "Tagging": dev.status("refused")}),
    (PROCESSOR, "s3", "put_object", lambda dev: {"Bucket": dev.bucket("data"), "Key": REPORT, "Body": b"{}"}),
    (PROCESSOR, "sqs", "send_message", lambda dev: {"QueueUrl": dev.queue_url(QUEUE), "MessageBody": "chunk"}),
    (PROCESSOR, "secretsmanager", "get_secret_value", lambda dev: {"SecretId": dev.secret_arn}),
    (PROCESSOR, "logs", "put_log_events", lambda dev: dev.log_event(PROCESSOR)),
    (HANDLER, "s3", "get_object", lambda dev: dev.version(INCOMING)),
    (HANDLER, "s3", "put_object_tagging", lambda dev: {**dev.version(INCOMING), "Tagging": dev.status("processed")}),
    (HANDLER, "s3", "put_object", lambda dev: {"Bucket": dev.bucket("data"), "Key": REJECTED, "Body": b"row"}),
    (HANDLER, "sqs", "receive_message", lambda dev: {"QueueUrl": dev.queue_url(QUEUE), "WaitTimeSeconds": 0}),
    (READER, "s3", "list_objects_v2", lambda dev: {"Bucket": dev.bucket("data"), "Prefix": "rejected/airports/"}),
    (READER, "s3", "get_object", lambda dev: {"Bucket": dev.bucket("data"), "Key": REJECTED}),
]


@pytest.mark.parametrize(("role", "service", "operation", "parameters"), PERMITTED)
def test_role_may(
    dev: Dev, role: str, service: str, operation: str, parameters: Callable[[Dev], Mapping[str, Any]]
) -> None:
    """The opposite of the denials: the same sessions do their task."""
    answer = getattr(dev.role(role, service), operation)(**parameters(dev))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] < 300


def test_role_cannot_tell_whether_an_object_exists(dev: Dev) -> None:
    with pytest.raises(ClientError) as refused:
        dev.role(READER, "s3").get_object(Bucket=dev.bucket("data"), Key="rejected/airports/none.csv")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


@pytest.mark.parametrize(
    ("role", "source"),
    [
        (HANDLER, "another-function"),
        (HANDLER, PROCESSOR),
        (PROCESSOR, HANDLER),
    ],
)
def test_lambda_may_not_take_a_role_for_another_function(dev: Dev, role: str, source: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        dev.aws.variables_of_role(dev.role_arn(role), dev.function_arn(source))


def test_batch_processor_is_not_taken_to_poll_a_queue(dev: Dev) -> None:
    mapping = dev.function_arn("x").replace("function:x", "event-source-mapping:made-up")
    with pytest.raises(ClientError, match="AccessDenied"):
        dev.aws.variables_of_role(dev.role_arn(PROCESSOR), mapping)


@pytest.mark.parametrize("role", [PROCESSOR, HANDLER])
def test_no_identity_of_the_account_can_assume_the_role_of_a_function(dev: Dev, role: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        dev.operator("sts").assume_role(RoleArn=dev.role_arn(role), RoleSessionName="made-up")

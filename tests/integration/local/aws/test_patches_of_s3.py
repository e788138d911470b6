import json
from collections.abc import Callable
from typing import Any

import pytest

from scripts.local.aws.patches import iam, s3
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import ACCOUNT_ID, REGION, Aws, refusal

BUCKET = "csvbatch-test-data"
LOGS = "csvbatch-test-logs"
OURS = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/ours"
THEIRS = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/theirs"
KEY_HEADER = "s3:x-amz-server-side-encryption-aws-kms-key-id"

EVERYBODY = {"Effect": "Deny", "Principal": "*", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
TLS_ONLY = EVERYBODY | {
    "Sid": "DenyInsecureTransport",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OUR_KEY_ONLY = EVERYBODY | {
    "Sid": "DenyOtherKey",
    "Action": "s3:PutObject",
    "Condition": {"Null": {KEY_HEADER: "false"}, "StringNotEquals": {KEY_HEADER: OURS}},
}


def bucket_with(aws: Aws, *statements: dict[str, Any], name: str = BUCKET) -> Any:
    client = aws("s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        client.put_bucket_policy(Bucket=name, Policy=policy)
    return client


def put(client: Any, **named: Any) -> str:
    return refusal(lambda: client.put_object(Bucket=BUCKET, Key="incoming/a.csv", Body=b"id\n1\n", **named))


def test_denial_of_plain_http_lets_tls_pass(compare: Compare) -> None:
    bad, good = compare(iam.evaluates_statements, lambda aws: put(bucket_with(aws, TLS_ONLY)))

    assert bad == "403"
    assert good == ""


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [
        (lambda client: put(client), ""),
        (lambda client: put(client, ServerSideEncryption="aws:kms", SSEKMSKeyId=OURS), ""),
        (lambda client: put(client, ServerSideEncryption="aws:kms", SSEKMSKeyId=THEIRS), "403"),
    ],
    ids=["bucket's own key", "our key", "another key"],
)
def test_condition_on_the_key_of_an_upload_is_evaluated(
    compare: Compare, attempt: Callable[[Any], str], answer: str
) -> None:
    bad, good = compare(iam.evaluates_statements, lambda aws: attempt(bucket_with(aws, OUR_KEY_ONLY)))

    assert bad == "403"
    assert good == answer


def test_denial_of_an_untagged_upload_is_no_denial_of_tagging(compare: Compare) -> None:
    no_put = EVERYBODY | {"Action": "s3:PutObject"}

    def tags_of_existing_object(aws: Aws) -> str:
        client = bucket_with(aws)
        client.put_object(Bucket=BUCKET, Key="a")
        client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": [no_put]}))
        tagging = {"TagSet": [{"Key": "status", "Value": "loaded"}]}
        return refusal(lambda: client.put_object_tagging(Bucket=BUCKET, Key="a", Tagging=tagging))

    bad, good = compare(s3.names_object_actions, tags_of_existing_object)

    assert bad == "403"
    assert good == ""


def test_parts_of_an_upload_are_evaluated_by_the_key_it_was_begun_with(compare: Compare) -> None:
    key_required = EVERYBODY | {"Action": "s3:PutObject", "Condition": {"Null": {KEY_HEADER: "true"}}}

    def multipart_upload(aws: Aws) -> str:
        client = bucket_with(aws, key_required)
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": OURS}
        which = {"Bucket": BUCKET, "Key": "work/a"}

        def upload() -> None:
            begun = client.create_multipart_upload(**which, **encryption)
            which["UploadId"] = begun["UploadId"]
            part = client.upload_part(**which, PartNumber=1, Body=b"rows")
            parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
            client.complete_multipart_upload(**which, MultipartUpload=parts)

        return refusal(upload)

    bad, good = compare(s3.evaluates_parts_by_their_upload, multipart_upload)

    assert bad == "403"
    assert good == ""


def test_denial_of_another_principal_lets_the_account_pass(compare: Compare) -> None:
    role = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/somebody"}
    other_role = EVERYBODY | {"Action": "s3:*", "Principal": role}

    bad, good = compare(iam.evaluates_statements, lambda aws: put(bucket_with(aws, other_role)))

    assert bad == "403"
    assert good == ""


LOG_DELIVERY = {
    "Effect": "Allow",
    "Principal": {"Service": ["logging.s3.amazonaws.com", "delivery.logs.amazonaws.com"]},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{LOGS}/*",
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}},
}


def log_to_bucket_with(aws: Aws, *statements: dict[str, Any]) -> str:
    bucket_with(aws, *statements, name=LOGS)
    logging = {"LoggingEnabled": {"TargetBucket": LOGS, "TargetPrefix": "access/"}}
    client = bucket_with(aws)
    return refusal(lambda: client.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus=logging))


def test_logs_are_delivered_to_a_bucket_that_denies_plain_http_to_everybody(compare: Compare) -> None:
    tls_only = TLS_ONLY | {"Resource": f"arn:aws:s3:::{LOGS}/*"}

    bad, good = compare(s3.lets_logs_be_delivered, lambda aws: log_to_bucket_with(aws, tls_only, LOG_DELIVERY))

    assert bad == "NotImplementedByLocalAws"
    assert good == ""


def test_logs_are_not_delivered_for_another_account(compare: Compare) -> None:
    other_account = LOG_DELIVERY | {"Condition": {"StringEquals": {"aws:SourceAccount": "222222222222"}}}

    _, good = compare(s3.lets_logs_be_delivered, lambda aws: log_to_bucket_with(aws, other_account))

    assert good == "InvalidTargetBucketForLogging"


def test_eventbridge_notification_is_in_the_answer(compare: Compare) -> None:
    def notification(aws: Aws) -> Any:
        client = bucket_with(aws)
        given: dict[str, Any] = {"EventBridgeConfiguration": {}}
        client.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=given)
        return client.get_bucket_notification_configuration(Bucket=BUCKET).get("EventBridgeConfiguration")

    bad, good = compare(s3.tells_eventbridge_notification, notification)

    assert bad is None
    assert good == {}


@pytest.mark.parametrize(
    "rule_filter",
    [
        {"And": {"Prefix": "incoming/", "ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 1000}},
        {"ObjectSizeGreaterThan": 1},
    ],
    ids=["and", "alone"],
)
def test_object_sizes_of_a_lifecycle_filter_are_kept(compare: Compare, rule_filter: dict[str, Any]) -> None:
    def filter_kept(aws: Aws) -> Any:
        client = bucket_with(aws)
        rule = {"ID": "small", "Status": "Enabled", "Filter": rule_filter, "Expiration": {"Days": 1}}
        client.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
        return client.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"][0]["Filter"]

    bad, good = compare(s3.keeps_object_sizes_of_lifecycle_filters, filter_kept)

    assert bad != rule_filter
    assert good == rule_filter

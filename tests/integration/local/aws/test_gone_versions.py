"""A version that is gone, told from one that is closed, with the rights the functions have and IAM enforced."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from csvbatch.aws.s3_objects import S3Objects
from csvbatch.pipeline.ports import ObjectGoneError, Status
from csvbatch.store import ObjectVersion
from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws

ACCOUNT, REGION = "123456789012", "eu-west-2"
KEY = "incoming/recipients/a.csv"
READ_AND_TAG = [
    "s3:GetObjectVersion",
    "s3:GetObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
]


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with LocalAws("test", ACCOUNT, REGION, enforce_iam=True) as server:
        yield Aws(server.endpoint)


@pytest.fixture
def bucket(aws: Aws) -> str:
    name = f"csvbatch-{uuid4().hex[:8]}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def objects_of(aws: Aws, bucket: str, *, may_list: bool, prefix: str = "incoming/") -> S3Objects:
    """The bucket with a role's rights: to read and tag versions under a prefix, and perhaps to list them."""
    files = {"Effect": "Allow", "Action": READ_AND_TAG, "Resource": f"arn:aws:s3:::{bucket}/{prefix}*"}
    lists = {
        "Effect": "Allow",
        "Action": "s3:ListBucketVersions",
        "Resource": f"arn:aws:s3:::{bucket}",
        "Condition": {"StringLike": {"s3:prefix": ["incoming/*"]}},
    }
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    name, iam = f"role-{uuid4().hex[:8]}", aws.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    policy = document(files, lists) if may_list else document(files)
    iam.put_role_policy(RoleName=name, PolicyName="task", PolicyDocument=policy)
    session = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    client: Any = boto3.client(
        "s3",
        endpoint_url=aws.endpoint.url,
        region_name=REGION,
        verify=str(aws.endpoint.ca_bundle),
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    return S3Objects(bucket, client)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def removed(aws: Aws, bucket: str) -> ObjectVersion:
    operator = S3Objects(bucket, aws.client("s3"))
    version = operator.write(KEY, [b"one"])
    operator.write(KEY, [b"two"])
    aws.client("s3").delete_object(Bucket=bucket, Key=KEY, VersionId=version.version)
    return version


def test_the_batch_processor_finds_out_that_a_version_is_gone(aws: Aws, bucket: str) -> None:
    version = removed(aws, bucket)
    objects = objects_of(aws, bucket, may_list=True)
    with pytest.raises(ObjectGoneError), objects.read(version):
        pass
    objects.set_status(version, Status.PROCESSED)


def test_the_batch_processor_finds_out_that_a_version_is_closed(aws: Aws, bucket: str) -> None:
    version = S3Objects(bucket, aws.client("s3")).write(KEY, [b"one"])
    objects = objects_of(aws, bucket, may_list=True, prefix="elsewhere/")
    with pytest.raises(ClientError, match="AccessDenied"), objects.read(version):
        pass
    with pytest.raises(ClientError, match="AccessDenied"):
        objects.set_status(version, Status.PROCESSED)


def test_the_request_handler_may_not_list_and_has_been_denied(aws: Aws, bucket: str) -> None:
    version = removed(aws, bucket)
    with (
        pytest.raises(ClientError, match=r"AccessDenied.*GetObject"),
        objects_of(aws, bucket, may_list=False).read(version),
    ):
        pass

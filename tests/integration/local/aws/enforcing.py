"""A local AWS that enforces IAM, and roles with the policies that a test gives them."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws

ACCOUNT, REGION = "123456789012", "eu-west-2"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
MakeRole = Callable[..., "Session"]


class Session:
    """Clients with a role's credentials."""

    def __init__(self, aws: Aws, **credentials: str) -> None:
        self._aws, self._credentials = aws, credentials

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._aws.endpoint.url,
            region_name=REGION,
            verify=str(self._aws.endpoint.ca_bundle),
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            **self._credentials,
        )


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with LocalAws("test", ACCOUNT, REGION, enforce_iam=True) as server:
        yield Aws(server.endpoint)


@pytest.fixture
def role(aws: Aws) -> Callable[..., Session]:
    """Makes a role with these statements, and takes it."""

    def make(*statements: dict[str, Any], boundary: dict[str, Any] | None = None, session_policy: str = "") -> Session:
        name, iam = f"role-{uuid4().hex[:8]}", aws.client("iam")
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        more = {}
        if boundary:
            made = iam.create_policy(PolicyName=f"{name}-boundary", PolicyDocument=document(boundary))
            more["PermissionsBoundary"] = made["Policy"]["Arn"]
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **more)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="task", PolicyDocument=document(*statements))
        given = {"Policy": session_policy} if session_policy else {}
        answer = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **given)["Credentials"]
        return Session(
            aws,
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
        )

    return make


@pytest.fixture
def bucket(aws: Aws) -> str:
    """A bucket with versions on, and a file in it."""
    s3, name = aws.client("s3"), f"bucket-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="in/a.csv", Body=b"made up")
    return name


@pytest.fixture
def key(aws: Aws) -> str:
    return str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str = "*", **condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": on,
        **({"Condition": condition} if condition else {}),
    }

"""The applied environment, as its operator and its roles see it."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws
from tests.support.platform import DEV

PROCESSOR, HANDLER, READER = (
    f"{DEV.prefix}-batch-processor",
    f"{DEV.prefix}-request-handler",
    f"{DEV.prefix}-rejects-reader",
)
QUEUE = f"{DEV.prefix}-chunks"
INCOMING = "incoming/airports/there.csv"
REJECTED = "rejected/airports/there/1-1.csv"
REPORT = "reports/airports/there.json"
OBJECTS = (INCOMING, REJECTED, REPORT)
OTHER_SECRET = "another-secret"
_DECISION = re.compile(r"IAM (allows|denies) (\S+) (\S+:\S+) (\S+)(?: through (\S+))?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class IamDecision:
    """One decision of the local AWS; `through` is the service that uses a key on the caller's behalf."""

    allowed: bool
    caller: str
    action: str
    resource: str
    through: str


def iam_decisions(log: str) -> list[IamDecision]:
    """All decisions in the log of a local AWS."""
    return [IamDecision(word == "allows", *rest) for word, *rest in _DECISION.findall(log)]


@contextmanager
def widened(iam: Any, role: str, action: str) -> Iterator[None]:
    """For as long as it lasts, the role may do the action with everything as well."""
    allowed = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=role, PolicyName="widened", PolicyDocument=policy)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="widened")


def variables_of(credentials: Mapping[str, str]) -> dict[str, str]:
    """The environment variables for what STS answers."""
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


@dataclass
class Dev:
    """Clients of every role, and the resources that Terraform created."""

    server: LocalAws
    versions: dict[str, str] = field(default_factory=dict)
    _credentials: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def aws(self) -> Aws:
        return Aws(self.server.endpoint)

    def operator(self, service: str) -> Any:
        return self.aws.client(service)

    def role(self, name: str, service: str) -> Any:
        """A client with a session of a role; Lambda assumes the roles of functions."""
        if name not in self._credentials:
            self._credentials[name] = self._session(name)
        given = self._credentials[name]
        return boto3.client(
            service,
            endpoint_url=self.aws.endpoint.url,
            region_name=self.aws.endpoint.region,
            verify=str(self.aws.endpoint.ca_bundle),
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=given["AWS_SESSION_TOKEN"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def _session(self, name: str) -> Mapping[str, str]:
        return self._reader() if name == READER else self._function(name)

    def _function(self, name: str) -> Mapping[str, str]:
        return self.aws.variables_of_role(self.role_arn(name), self.function_arn(name))

    def _reader(self) -> Mapping[str, str]:
        answer = self.operator("sts").assume_role(RoleArn=self.role_arn(READER), RoleSessionName="reader")
        return variables_of(answer["Credentials"])

    @property
    def account_id(self) -> str:
        return self.aws.endpoint.account_id

    @property
    def region(self) -> str:
        return self.aws.endpoint.region

    def bucket(self, name: str) -> str:
        return f"{DEV.prefix}-{self.account_id}-{self.region}-{name}"

    @property
    def state_bucket(self) -> str:
        return f"csvbatch-{self.account_id}-{self.region}-tfstate"

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.account_id}:role/{name}"

    def function_arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account_id}:function:{name}"

    def queue_url(self, name: str) -> str:
        return f"{self.aws.endpoint.url}/{self.account_id}/{name}"

    @cached_property
    def secret_arn(self) -> str:
        (secret,) = self.operator("secretsmanager").list_secrets(
            Filters=[{"Key": "name", "Values": [f"{DEV.prefix}-oracle-credentials"]}]
        )["SecretList"]
        return str(secret["ARN"])

    @cached_property
    def key_arn(self) -> str:
        """The platform's key: the one that encrypts the queue."""
        attributes = self.operator("sqs").get_queue_attributes(
            QueueUrl=self.queue_url(QUEUE), AttributeNames=["KmsMasterKeyId"]
        )
        return str(attributes["Attributes"]["KmsMasterKeyId"])

    def prepare(self) -> None:
        """Do once, before the first test, what a test would otherwise find done or undone depending on their order.

        Put the objects that every test finds, take the sessions of the roles, which is judged too, and look up what
        cannot be looked up any more when a test has destroyed the key or the queue.
        """
        for role in (PROCESSOR, HANDLER, READER):
            self.role(role, "sts")
        assert self.key_arn
        assert self.ciphertext
        assert self.state_key
        s3 = self.operator("s3")
        for key in OBJECTS:
            answer = s3.put_object(Bucket=self.bucket("data"), Key=key, Body=b"made up")
            self.versions[key] = answer["VersionId"]

    def version(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket("data"), "Key": key, "VersionId": self.versions[key]}

    def status(self, value: str) -> dict[str, Any]:
        return {"TagSet": [{"Key": "status", "Value": value}]}

    def log_event(self, function: str) -> dict[str, Any]:
        event = {"timestamp": int(time.time() * 1000), "message": "made up"}
        return {"logGroupName": f"/aws/lambda/{function}", "logStreamName": "there", "logEvents": [event]}

    @cached_property
    def state_key(self) -> str:
        """The state of one unit."""
        return str(self.operator("s3").list_objects_v2(Bucket=self.state_bucket)["Contents"][0]["Key"])

    @cached_property
    def ciphertext(self) -> bytes:
        """Something that the platform's key has encrypted."""
        return bytes(self.operator("kms").encrypt(KeyId=self.key_arn, Plaintext=b"made up")["CiphertextBlob"])

    def policies(self, name: str) -> list[Any]:
        """The documents of a role's own policies and of those attached to it, read back as applied."""
        iam = self.operator("iam")
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        own = [_document(iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"]) for one in names]
        attached = [one["PolicyArn"] for one in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]]
        return own + [self._managed(arn) for arn in attached]

    def _managed(self, arn: str) -> Any:
        iam = self.operator("iam")
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return _document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])

    def trust(self, name: str) -> Any:
        return _document(self.operator("iam").get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])


def _document(given: Any) -> Any:
    return json.loads(given) if isinstance(given, str) else given

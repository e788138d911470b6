"""The applied environment as jobs of continuous integration see it, beside things of others in the same account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from scripts.common.environments import attribute
from tests.integration.ci_roles.tokens import token
from tests.integration.least_privilege.enforced import Dev, variables_of
from tests.support.platform import DEV

PLAN, APPLY = f"{DEV.prefix}-ci-plan", f"{DEV.prefix}-ci-apply"
OTHERS = "others"
"""What things are called that belong to somebody else."""
_ENV = DEV.folder / "env.hcl"
REPOSITORY = attribute(_ENV.read_text(encoding="utf-8"), "repository", _ENV)
SUBJECTS = {PLAN: f"repo:{REPOSITORY}:pull_request", APPLY: f"repo:{REPOSITORY}:environment:{DEV.name}"}
_TRUST = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'  # noqa: E501


@dataclass
class Integration(Dev):
    """Clients of both roles, and the things of others by which they are tried."""

    vpc_id: str = ""
    group_id: str = ""
    key_id: str = ""

    def assume(self, role: str, web_token: str, seconds: int = 3600) -> Mapping[str, str]:
        """Take a role with a token, for so long; raises ClientError where the account does not let its holder in."""
        endpoint = self.aws.endpoint
        sts = boto3.client(
            "sts",
            endpoint_url=endpoint.url,
            region_name=endpoint.region,
            verify=str(endpoint.ca_bundle),
            config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
        )
        answer = sts.assume_role_with_web_identity(
            RoleArn=self.role_arn(role),
            RoleSessionName="made-up",
            WebIdentityToken=web_token,
            DurationSeconds=seconds,
        )
        return variables_of(answer["Credentials"])

    def _session(self, name: str) -> Mapping[str, str]:
        return self.assume(name, token(SUBJECTS[name])) if name in SUBJECTS else super()._session(name)

    def make_things_of_others(self) -> None:
        """A network, a key, a bucket, a queue, a topic, a role: without the environment's names or tags."""
        ec2 = self.operator("ec2")
        self.vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.group_id = ec2.create_security_group(GroupName=OTHERS, Description="made up", VpcId=self.vpc_id)["GroupId"]
        ec2.create_tags(Resources=[self.vpc_id, self.group_id], Tags=[{"Key": "project", "Value": OTHERS}])
        tags = [{"TagKey": "project", "TagValue": OTHERS}]
        self.key_id = self.operator("kms").create_key(Tags=tags)["KeyMetadata"]["KeyId"]
        place = {"LocationConstraint": self.region}
        self.operator("s3").create_bucket(Bucket=self.other_bucket, CreateBucketConfiguration=place)
        self.operator("sqs").create_queue(QueueName=OTHERS)
        self.operator("sns").create_topic(Name=OTHERS)
        self.operator("iam").create_role(RoleName=OTHERS, AssumeRolePolicyDocument=_TRUST)
        self.operator("logs").create_log_group(logGroupName=f"/aws/lambda/{OTHERS}")
        self.operator("events").put_rule(Name=OTHERS, ScheduleExpression="rate(1 day)")
        self.operator("secretsmanager").create_secret(Name=OTHERS, SecretString="{}")

    @property
    def other_bucket(self) -> str:
        return f"{OTHERS}-{self.account_id}"

    @property
    def other_topic(self) -> str:
        return f"arn:aws:sns:{self.region}:{self.account_id}:{OTHERS}"

    @property
    def topic(self) -> str:
        return f"arn:aws:sns:{self.region}:{self.account_id}:{DEV.prefix}-alarms"

    @property
    def provider_arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:oidc-provider/token.actions.githubusercontent.com"

    @property
    def read_policy_arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:policy/{DEV.prefix}-ci-read"

    def lock_id(self, environment: str, suffix: str = "") -> dict[str, Any]:
        """The key of an item in the table of locks: a lock, or with `-md5` the digest of a state."""
        return {"LockID": {"S": f"{self.state_bucket}/live/{environment}/kms/terraform.tfstate{suffix}"}}

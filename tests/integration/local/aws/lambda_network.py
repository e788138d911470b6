"""A network with functions in it, and a clock that only a test moves."""

import json
import time
from dataclasses import dataclass
from typing import Any

from tests.integration.local.aws.served import ACCOUNT_ID, Aws

ACTIONS = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
DESCRIPTION = {"Name": "description", "Values": ["AWS Lambda VPC ENI*"]}
"""The filter of Terraform's AWS provider."""


class Clock:
    """The server's time, which only a test moves."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def starts_now(self) -> None:
        self.seconds = time.time()

    def __call__(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC with a subnet in each of two zones and two security groups."""

    aws: Aws
    subnets: list[str]
    groups: list[str]

    @staticmethod
    def made(aws: Aws) -> "Network":
        ec2 = aws("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        blocks = ("10.0.0.0/24", "10.0.1.0/24")
        subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=each)["Subnet"]["SubnetId"] for each in blocks]
        groups = [ec2.create_security_group(GroupName=n, Description=n, VpcId=vpc)["GroupId"] for n in ("one", "two")]
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        aws("iam").create_role(RoleName="function", AssumeRolePolicyDocument=trust)
        may = {"Effect": "Allow", "Action": ACTIONS, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        aws("iam").put_role_policy(RoleName="function", PolicyName="network", PolicyDocument=policy)
        return Network(aws, subnets, groups)

    def function(self, name: str, groups: list[str] | None = None) -> None:
        self.aws("lambda").create_function(
            FunctionName=name,
            Role=f"arn:aws:iam::{ACCOUNT_ID}:role/function",
            Runtime="python3.13",
            Handler="module.handler",
            Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18},
            VpcConfig={"SubnetIds": self.subnets, "SecurityGroupIds": groups or self.groups[:1]},
        )

    def delete(self, name: str) -> None:
        self.aws("lambda").delete_function(FunctionName=name)

    def interfaces(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.aws("ec2").describe_network_interfaces(Filters=[DESCRIPTION])[
            "NetworkInterfaces"
        ]
        return found

    def statuses(self) -> list[str]:
        return [one["Status"] for one in self.interfaces()]

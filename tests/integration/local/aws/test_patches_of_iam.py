import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from scripts.local.aws.patches import iam, iam_simulation
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import ACCOUNT_ID, REGION, Aws, Served, refusal

QUEUES = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}"


@contextmanager
def enforced(served: Served) -> Iterator[None]:
    """Have IAM refuse what no policy allows, as moto does when told so."""
    requests.post(f"{served.url}/moto-api/reset-auth", data=b"0", verify=str(served.ca_file), timeout=10)
    try:
        yield
    finally:
        requests.post(f"{served.url}/moto-api/reset-auth", data=b"inf", verify=str(served.ca_file), timeout=10)


def attributes_read_by_role_with(served: Served, aws: Aws, **statement: Any) -> str:
    """How a role with this statement fares that asks for the attributes of the queue `chunks`."""
    url = aws("sqs").create_queue(QueueName="chunks")["QueueUrl"]
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    role = aws("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    allowed = {"Effect": "Allow", "Action": "sqs:*", **statement}
    policy = {"Version": "2012-10-17", "Statement": [allowed]}
    aws("iam").put_role_policy(RoleName="reader", PolicyName="inline", PolicyDocument=json.dumps(policy))
    client = served.client_of_role("sqs", role["Role"]["Arn"])
    with enforced(served):
        return refusal(lambda: client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]))


@pytest.mark.parametrize(("region", "answer"), [(REGION, ""), ("eu-west-1", "403")])
def test_condition_of_a_role_is_evaluated(compare: Compare, served: Served, region: str, answer: str) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": region}}

    def read(aws: Aws) -> str:
        return attributes_read_by_role_with(served, aws, Resource="*", Condition=condition)

    bad, good = compare(iam.evaluates_statements, read)

    assert bad == ""
    assert good == answer


@pytest.mark.parametrize(("excluded", "answer"), [(f"{QUEUES}:other", ""), (f"{QUEUES}:chunks", "403")])
def test_resources_excluded_from_a_permission_are_refused(
    compare: Compare, served: Served, excluded: str, answer: str
) -> None:
    def read(aws: Aws) -> str:
        return attributes_read_by_role_with(served, aws, NotResource=excluded)

    bad, good = compare(iam.evaluates_statements, read)

    assert bad == ""
    assert good == answer


@pytest.mark.parametrize(
    ("action", "key", "account", "decision"),
    [
        ("s3:GetObject", "incoming/a", ACCOUNT_ID, "allowed"),
        ("s3:GetObject", "incoming/a", "444444444444", "implicitDeny"),
        ("s3:GetObject", "rejected/a", ACCOUNT_ID, "implicitDeny"),
        ("s3:DeleteObject", "incoming/a", ACCOUNT_ID, "explicitDeny"),
    ],
)
def test_the_policies_of_a_role_are_simulated(
    compare: Compare, action: str, key: str, account: str, decision: str
) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::data/incoming/*",
                "Condition": {"StringEquals": {"aws:ResourceAccount": ACCOUNT_ID}},
            },
            {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
        ],
    }

    def simulate(aws: Aws) -> str:
        iam = aws("iam")
        arn = iam.create_role(RoleName="simulated", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        iam.put_role_policy(RoleName="simulated", PolicyName="inline", PolicyDocument=json.dumps(policy))
        context = {"ContextKeyName": "aws:ResourceAccount", "ContextKeyValues": [account], "ContextKeyType": "string"}
        try:
            answer = iam.simulate_principal_policy(
                PolicySourceArn=arn,
                ActionNames=[action],
                ResourceArns=[f"arn:aws:s3:::data/{key}"],
                ContextEntries=[context],
            )
        except ClientError as error:
            return str(error.response["ResponseMetadata"]["HTTPStatusCode"])
        return str(answer["EvaluationResults"][0]["EvalDecision"])

    bad, good = compare(iam_simulation.simulates_policies, simulate)

    assert bad == "501"
    assert good == decision


@pytest.mark.parametrize(
    ("change", "bad", "good"),
    [
        ({"MaxSessionDuration": 7200}, (None, 7200), ("mine", 7200)),
        ({"Description": "yours"}, ("yours", 3600), ("yours", 4000)),
    ],
)
def test_updating_one_setting_of_a_role_keeps_the_other(
    compare: Compare, change: dict[str, Any], bad: tuple[str | None, int], good: tuple[str | None, int]
) -> None:
    def update(aws: Aws) -> tuple[str | None, int]:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        settings = {"Description": "mine", "MaxSessionDuration": 4000}
        aws("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=trust, **settings)
        aws("iam").update_role(RoleName="reader", **change)
        role = aws("iam").get_role(RoleName="reader")["Role"]
        return role.get("Description"), role["MaxSessionDuration"]

    assert compare(iam.keeps_what_is_not_updated, update) == (bad, good)

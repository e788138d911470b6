"""Lambda refuses a function or a mapping whose role lacks what Lambda needs, with AWS's words."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local.aws.patches.registry import all_patches
from tests.integration.local.aws.served import ACCOUNT_ID, REGION, Aws, Served

ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/function"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:chunks"
NETWORK_ACTIONS = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
QUEUE_ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
ALL_OF_ACCOUNT = f"arn:aws:ec2:{REGION}:{ACCOUNT_ID}:*/*"
CODE = {"ZipFile": b"PK\x05\x06" + b"\0" * 18}


def allow(actions: list[str], resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def role(aws: Aws, *statements: dict[str, Any]) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    aws("iam").create_role(RoleName="function", AssumeRolePolicyDocument=trust)
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        aws("iam").put_role_policy(RoleName="function", PolicyName="all", PolicyDocument=policy)


def message(call: Callable[[], object]) -> str:
    """The text of the refusal, without its page; empty where there is none."""
    try:
        call()
    except ClientError as error:
        told = error.response["Error"]
    else:
        return ""
    assert told["Code"] == "InvalidParameterValueException"
    return str(told["Message"]).partition(" (https")[0]


def create(aws: Aws, **more: Any) -> None:
    aws("lambda").create_function(
        FunctionName="loader", Role=ROLE, Runtime="python3.13", Handler="module.handler", Code=CODE, **more
    )


def network(aws: Aws) -> dict[str, list[str]]:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="f", Description="f", VpcId=vpc)["GroupId"]
    return {"SubnetIds": [subnet], "SecurityGroupIds": [group]}


def refused_network(served: Served, *statements: dict[str, Any]) -> str:
    def probe(aws: Aws) -> str:
        role(aws, *statements)
        place = network(aws)
        return message(lambda: create(aws, VpcConfig=place))

    return served.run(all_patches(), probe)


@pytest.mark.parametrize("missing", NETWORK_ACTIONS)
def test_a_function_in_a_network_needs_each_permission(served: Served, missing: str) -> None:
    actions = [one for one in NETWORK_ACTIONS if one != missing]
    action = missing.removeprefix("ec2:")
    assert refused_network(served, allow(actions)) == (
        f"The provided execution role does not have permissions to call {action} on EC2"
    )


def test_a_function_with_all_of_them_is_taken(served: Served) -> None:
    assert refused_network(served, allow(NETWORK_ACTIONS)) == ""


def test_all_resources_of_the_account_are_enough_where_ec2_knows_resources(served: Served) -> None:
    described = allow(["ec2:DescribeNetworkInterfaces"])
    assert refused_network(served, described, allow(NETWORK_ACTIONS, ALL_OF_ACCOUNT)) == ""


def test_interfaces_alone_are_not_enough_to_delete(served: Served) -> None:
    interfaces = f"arn:aws:ec2:{REGION}:{ACCOUNT_ID}:network-interface/*"
    statements = (allow(NETWORK_ACTIONS[:2]), allow(["ec2:DeleteNetworkInterface"], interfaces))
    assert "DeleteNetworkInterface" in refused_network(served, *statements)


def test_interfaces_alone_are_not_enough_to_create(served: Served) -> None:
    interfaces = f"arn:aws:ec2:{REGION}:{ACCOUNT_ID}:network-interface/*"
    statements = (allow(NETWORK_ACTIONS[1:]), allow(["ec2:CreateNetworkInterface"], interfaces))
    assert "CreateNetworkInterface" in refused_network(served, *statements)


def test_a_condition_on_the_network_does_not_hold_for_lambda(served: Served) -> None:
    condition = {"StringLike": {"ec2:Vpc": "*"}}
    assert "CreateNetworkInterface" in refused_network(served, allow(NETWORK_ACTIONS, Condition=condition))


def test_the_code_of_the_function_may_be_denied_what_lambda_may_do(served: Served) -> None:
    of_code = {"ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*"}}
    denied = {"Effect": "Deny", "Action": NETWORK_ACTIONS, "Resource": "*", "Condition": of_code}
    assert refused_network(served, allow(NETWORK_ACTIONS), denied) == ""


def test_moving_a_function_into_a_network_needs_them_too(served: Served) -> None:
    def probe(aws: Aws) -> str:
        role(aws)
        place = network(aws)
        create(aws)
        update = aws("lambda").update_function_configuration
        return message(lambda: update(FunctionName="loader", VpcConfig=place))

    assert "CreateNetworkInterface" in served.run(all_patches(), probe)


def test_a_function_outside_networks_needs_none(served: Served) -> None:
    def probe(aws: Aws) -> str:
        role(aws)
        return message(lambda: create(aws))

    assert served.run(all_patches(), probe) == ""


def mapping(aws: Aws) -> str:
    create(aws)
    map_it = aws("lambda").create_event_source_mapping
    return message(lambda: map_it(FunctionName="loader", EventSourceArn=QUEUE))


@pytest.mark.parametrize("missing", QUEUE_ACTIONS)
def test_a_mapping_needs_each_permission_on_its_queue(served: Served, missing: str) -> None:
    def probe(aws: Aws) -> str:
        role(aws, allow([one for one in QUEUE_ACTIONS if one != missing], QUEUE))
        aws("sqs").create_queue(QueueName="chunks")
        return mapping(aws)

    action = missing.removeprefix("sqs:")
    assert served.run(all_patches(), probe) == (
        f"The provided execution role does not have permissions to call {action} on SQS"
    )


@pytest.mark.parametrize(("resource", "is_refused"), [(QUEUE, False), (f"{QUEUE}-dead", True)])
def test_the_permissions_are_for_one_queue(served: Served, resource: str, is_refused: bool) -> None:
    def probe(aws: Aws) -> str:
        role(aws, allow(QUEUE_ACTIONS, resource))
        aws("sqs").create_queue(QueueName="chunks")
        return mapping(aws)

    assert bool(served.run(all_patches(), probe)) == is_refused


def test_the_policy_of_the_queue_may_give_them(served: Served) -> None:
    def probe(aws: Aws) -> str:
        role(aws)
        statement = allow(QUEUE_ACTIONS, QUEUE, Principal={"AWS": ROLE})
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        aws("sqs").create_queue(QueueName="chunks", Attributes={"Policy": policy})
        return mapping(aws)

    assert served.run(all_patches(), probe) == ""

"""A new account refuses what its quotas do not allow, with AWS's code; another account takes it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from scripts.local.aws import behaviour
from scripts.local.aws.behaviour import Behaviour
from scripts.local.aws.patches.registry import all_patches
from scripts.local.aws.validation import quotas
from tests.integration.local.aws.served import REGION, Aws, Served, refusal
from tests.integration.local.aws.test_execution_roles import create, role

Probe = Callable[[Aws], object]


def vpc(aws: Aws) -> str:
    return str(aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def subnet(aws: Aws) -> str:
    return str(aws("ec2").create_subnet(VpcId=vpc(aws), CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"])


def nat_gateway(aws: Aws, place: str) -> str:
    made = aws("ec2").create_nat_gateway(SubnetId=place, ConnectivityType="private")
    return str(made["NatGateway"]["NatGatewayId"])


def refused_after(made: Callable[[Aws], Callable[[], object]]) -> Callable[[Aws], tuple[int, str]]:
    """How many can be made, and the code of the refusal of the next one."""

    def probe(aws: Aws) -> tuple[int, str]:
        make = made(aws)
        for number in range(60):
            if code := refusal(make):
                return number, code
        return 60, ""

    return probe


def vpcs(aws: Aws) -> Callable[[], object]:
    return lambda: vpc(aws)


def addresses(aws: Aws) -> Callable[[], object]:
    return lambda: aws("ec2").allocate_address(Domain="vpc")


def nat_gateways(aws: Aws) -> Callable[[], object]:
    place = subnet(aws)
    return lambda: nat_gateway(aws, place)


def gateway_endpoints(aws: Aws) -> Callable[[], object]:
    place = vpc(aws)
    name = f"com.amazonaws.{REGION}.s3"
    return lambda: aws("ec2").create_vpc_endpoint(VpcId=place, ServiceName=name, VpcEndpointType="Gateway")


def interface_endpoints(aws: Aws) -> Callable[[], object]:
    place = vpc(aws)
    name = f"com.amazonaws.{REGION}.sqs"
    return lambda: aws("ec2").create_vpc_endpoint(VpcId=place, ServiceName=name, VpcEndpointType="Interface")


@pytest.fixture
def new_account() -> Iterator[None]:
    with behaviour.using(Behaviour(new_account=True)):
        yield


@pytest.mark.parametrize(
    ("made", "refused"),
    [
        (vpcs, (4, "VpcLimitExceeded")),  # The default VPC is the fifth.
        (addresses, (5, "AddressLimitExceeded")),
        (nat_gateways, (5, "NatGatewayLimitExceeded")),
        (gateway_endpoints, (20, "VpcEndpointLimitExceeded")),
        (interface_endpoints, (50, "VpcEndpointLimitExceeded")),
    ],
)
def test_a_quota_of_networks_is_applied_in_a_new_account_only(
    served: Served, made: Callable[[Aws], Callable[[], object]], refused: tuple[int, str]
) -> None:
    probe = refused_after(made)
    with behaviour.using(Behaviour(new_account=True)):
        in_new = served.run(all_patches(), probe)

    assert in_new == refused
    assert served.run(all_patches(), probe) == (60, "")


def test_what_was_deleted_does_not_count(served: Served, new_account: None) -> None:
    def probe(aws: Aws) -> list[str]:
        place = subnet(aws)
        made = [nat_gateway(aws, place) for _ in range(5)]
        before = refusal(lambda: nat_gateway(aws, place))
        aws("ec2").delete_nat_gateway(NatGatewayId=made[0])
        return [before, refusal(lambda: nat_gateway(aws, place))]

    assert served.run(all_patches(), probe) == ["NatGatewayLimitExceeded", ""]


@pytest.mark.parametrize("kind", ["subnets", "route tables", "security groups"])
def test_each_large_quota_is_counted(
    served: Served, new_account: None, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a quota of what is there and one more, because to make 2,500 takes minutes."""
    quota = next(one for one in quotas.NETWORK_QUOTAS if one.kind == kind)

    def probe(aws: Aws) -> Any:
        ec2, place = aws("ec2"), vpc(aws)
        make: dict[str, Callable[[int], object]] = {
            "subnets": lambda number: ec2.create_subnet(VpcId=place, CidrBlock=f"10.0.{number}.0/24"),
            "route tables": lambda number: ec2.create_route_table(VpcId=place),
            "security groups": lambda number: ec2.create_security_group(
                GroupName=f"g{number}", Description="g", VpcId=place
            ),
        }
        there = {
            "subnets": 0,
            "route tables": len(
                ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [place]}])["RouteTables"]
            ),
            "security groups": len(ec2.describe_security_groups()["SecurityGroups"]),
        }
        small = replace(quota, most=there[kind] + 1)
        rule = quotas.DocumentedRule(frozenset({small.operation}), "https://example.com", small.violations)
        monkeypatch.setattr(quotas, "RULES", (rule,))
        return refusal(lambda: make[kind](1)), refusal(lambda: make[kind](2))

    assert served.run(all_patches(), probe) == ("", quota.code)


@pytest.mark.parametrize(("memory", "code"), [(3008, ""), (3009, "ValidationException")])
def test_a_new_account_has_less_memory(served: Served, new_account: None, memory: int, code: str) -> None:
    def probe(aws: Aws) -> str:
        role(aws)
        return refusal(lambda: create(aws, MemorySize=memory))

    assert served.run(all_patches(), probe) == code


@pytest.mark.parametrize(
    ("is_new", "reserved", "message"),
    [
        (True, 1, "below its minimum value of [10]."),
        (False, 900, ""),
        (False, 901, "below its minimum value of [100]."),
    ],
)
def test_a_refused_reservation_says_what_has_to_stay(served: Served, is_new: bool, reserved: int, message: str) -> None:
    def probe(aws: Aws) -> str:
        role(aws)
        create(aws)
        try:
            aws("lambda").put_function_concurrency(FunctionName="loader", ReservedConcurrentExecutions=reserved)
        except aws("lambda").exceptions.InvalidParameterValueException as error:
            return str(error.response["Error"]["Message"])
        return ""

    with behaviour.using(Behaviour(new_account=is_new)):
        answer = served.run(all_patches(), probe)

    assert message in answer
    assert bool(message) == bool(answer)

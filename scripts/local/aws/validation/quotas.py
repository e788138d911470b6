"""The quotas of an account and region; a request that exceeds one is refused.

A new account has lower quotas of Lambda until AWS raises them, by itself or on request:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. That page gives no numbers; AWS's answers
below do. Networks have the same quotas in every account, and are checked in a new one only: an older one may have more.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends

from scripts.local.aws import behaviour, request_context
from scripts.local.aws.operation_call import OperationCall
from scripts.local.aws.validation.documented import DocumentedRule, broken
from scripts.local.aws.validation.shapes import Violation

_LAMBDA_MEMORY = "https://github.com/awslabs/genai-bedrock-agent-chatbot/issues/4"
_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
"""The numbers; the codes are on https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html."""

USUAL_CONCURRENT_EXECUTIONS = 1_000
NEW_CONCURRENT_EXECUTIONS = 10
"""https://github.com/awslabs/fhir-works-on-aws-deployment/issues/691"""

NEW_MEMORY_MB = 3_008


def concurrent_executions() -> int:
    """Lambda's quota "Concurrent executions"."""
    return NEW_CONCURRENT_EXECUTIONS if behaviour.current().new_account else USUAL_CONCURRENT_EXECUTIONS


def least_unreserved() -> int:
    """What has to stay unreserved of it: 100, or all of a smaller quota, so that nothing can be reserved.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html; with a quota of 10 the error names 10,
    with one of 50 it names 50 (https://github.com/aws-samples/alarm-context-tool/issues/2,
    https://github.com/aws-samples/s3-to-lambda-patterns/issues/36).
    """
    return min(100, concurrent_executions())


@dataclass(frozen=True, slots=True)
class NetworkQuota:
    """How many there may be of one kind; `existing` gives those that count beside the one of the call."""

    operation: str
    most: int
    code: str
    kind: str
    existing: Callable[[Any, OperationCall], Iterable[Any]]

    def violations(self, call: OperationCall) -> Iterator[Violation]:
        """The violation, if the call is for one too many."""
        ec2 = ec2_backends[request_context.account_id()][request_context.credential().region]
        if call.name == self.operation and len(list(self.existing(ec2, call))) >= self.most:
            rule = f"Member must not exceed the quota of {self.most} {self.kind}"
            message = f"The maximum number of {self.kind} has been reached."
            yield Violation(call.operation.name, rule, code=self.code, message=message)


def _gateways_of_zone(ec2: Any, call: OperationCall) -> list[Any]:
    zone = ec2.get_subnet(call.text("SubnetId")).availability_zone
    live = [one for one in ec2.nat_gateways.values() if one.state != "deleted"]
    return [one for one in live if ec2.get_subnet(one.subnet_id).availability_zone == zone]


def _of_vpc(items: Iterable[Any], call: OperationCall) -> list[Any]:
    return [one for one in items if one.vpc_id == call.text("VpcId")]


def _is_interface(call: OperationCall) -> bool:
    return call.text("VpcEndpointType").lower() == "interface"


def _endpoints(ec2: Any, kind: str) -> list[Any]:
    return [one for one in ec2.vpc_end_points.values() if (one.vpc_endpoint_type or "Gateway").lower() == kind]


NETWORK_QUOTAS = (
    NetworkQuota("ec2.CreateVpc", 5, "VpcLimitExceeded", "VPCs", lambda ec2, call: ec2.vpcs.values()),
    NetworkQuota(
        "ec2.AllocateAddress", 5, "AddressLimitExceeded", "addresses", lambda ec2, call: ec2.describe_addresses()
    ),
    NetworkQuota("ec2.CreateNatGateway", 5, "NatGatewayLimitExceeded", "NAT gateways", _gateways_of_zone),
    NetworkQuota(
        "ec2.CreateSubnet",
        200,
        "SubnetLimitExceeded",
        "subnets",
        lambda ec2, call: _of_vpc((one for zone in ec2.subnets.values() for one in zone.values()), call),
    ),
    NetworkQuota(
        "ec2.CreateRouteTable",
        200,
        "RouteTableLimitExceeded",
        "route tables",
        lambda ec2, call: _of_vpc(ec2.route_tables.values(), call),
    ),
    NetworkQuota(
        "ec2.CreateSecurityGroup",
        2_500,
        "SecurityGroupLimitExceeded",
        "security groups",
        lambda ec2, call: [one for groups in ec2.groups.values() for one in groups],
    ),
    NetworkQuota(
        "ec2.CreateVpcEndpoint",
        50,
        "VpcEndpointLimitExceeded",
        "VPC endpoints",
        lambda ec2, call: _of_vpc(_endpoints(ec2, "interface"), call) if _is_interface(call) else (),
    ),
    NetworkQuota(
        "ec2.CreateVpcEndpoint",
        20,
        "VpcEndpointLimitExceeded",
        "VPC endpoints",
        lambda ec2, call: () if _is_interface(call) else _endpoints(ec2, "gateway"),
    ),
)


def violations(call: OperationCall) -> Iterator[Violation]:
    """Every quota of a new account that a call exceeds."""
    if behaviour.current().new_account:
        yield from broken(RULES, call)


def _memory(call: OperationCall) -> Iterator[Violation]:
    if int(call.parameters.get("MemorySize") or 0) > NEW_MEMORY_MB:
        rule = f"Member must have value less than or equal to {NEW_MEMORY_MB}"
        message = f"'MemorySize' value failed to satisfy constraint: {rule}"
        yield Violation("MemorySize", rule, code="ValidationException", message=message)


RULES = (
    DocumentedRule(frozenset({"lambda.CreateFunction", "lambda.UpdateFunctionConfiguration"}), _LAMBDA_MEMORY, _memory),
    *(DocumentedRule(frozenset({quota.operation}), _VPC, quota.violations) for quota in NETWORK_QUOTAS),
)

"""Traffic leaves the network to named destinations only, through endpoints with a policy."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf, blocks, value, values

# Shorter prefixes stand for the whole internet: 0.0.0.0/0, or the halves it is split into to evade such a rule.
SHORTEST = {4: 8, 6: 16}
_ATTRIBUTES = (
    "cidr_ipv4",
    "cidr_ipv6",
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "cidr_block",
    "ipv6_cidr_block",
    "destination_cidr_block",
    "destination_ipv6_cidr_block",
)
_NESTED = {
    "aws_security_group": "egress",
    "aws_default_security_group": "egress",
    "aws_route_table": "route",
    "aws_default_route_table": "route",
    "aws_network_acl": "egress",
}


class EndpointPolicy(BaseResourceCheck):
    """Without a policy an endpoint lets every account's resources be reached through it.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """

    def __init__(self) -> None:
        super().__init__("VPC endpoint has a policy", "CKV_CSV_4", [CheckCategories.NETWORKING], ["aws_vpc_endpoint"])

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Pass where a policy is set."""
        return CheckResult.PASSED if value(conf, "policy") is not None else CheckResult.FAILED


class NoWayToAnywhere(BaseResourceCheck):
    """Rules of security groups and network ACLs, and routes."""

    def __init__(self) -> None:
        super().__init__(
            "No egress to 0.0.0.0/0, ::/0 or a large part of them",
            "CKV_CSV_5",
            [CheckCategories.NETWORKING],
            [
                "aws_vpc_security_group_egress_rule",
                "aws_security_group_rule",
                "aws_network_acl_rule",
                "aws_route",
                *_NESTED,
            ],
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Fail where a known address range is too large."""
        if self.entity_type == "aws_security_group_rule" and value(conf, "type") != "egress":
            return CheckResult.UNKNOWN
        if self.entity_type == "aws_network_acl_rule" and value(conf, "egress") is not True:
            return CheckResult.UNKNOWN
        nested = _NESTED.get(self.entity_type)
        places = list(blocks(conf, nested)) if nested else [conf]
        open_to_all = any(_is_anywhere(cidr) for place in places for cidr in _ranges(place))
        return CheckResult.FAILED if open_to_all else CheckResult.PASSED


def _ranges(place: Conf) -> Iterator[Any]:
    for name in _ATTRIBUTES:
        yield from values(place, name)


def _is_anywhere(cidr: Any) -> bool:
    try:
        network = ipaddress.ip_network(str(cidr), strict=False)
    except ValueError:
        return False
    return network.prefixlen < SHORTEST[network.version]


EndpointPolicy()
NoWayToAnywhere()

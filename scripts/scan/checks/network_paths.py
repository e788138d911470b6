"""Traffic leaves the network to named destinations only, through endpoints with a policy."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from checkov.common.models.enums import CheckCategories

from scripts.scan.checks.check import Check, check
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


@check("CKV_CSV_4", "VPC endpoint has a policy", CheckCategories.NETWORKING, ["aws_vpc_endpoint"])
def has_policy(conf: Conf, _: Check) -> bool:
    """Pass where a policy is set: without one, an endpoint reaches the resources of every account.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    return value(conf, "policy") is not None


@check(
    "CKV_CSV_5",
    "No egress to 0.0.0.0/0, ::/0 or a large part of them",
    CheckCategories.NETWORKING,
    ["aws_vpc_security_group_egress_rule", "aws_security_group_rule", "aws_network_acl_rule", "aws_route", *_NESTED],
)
def leads_to_named_networks(conf: Conf, running: Check) -> bool | None:
    """Fail where a known address range of a rule, a network ACL or a route is too large."""
    if running.entity_type == "aws_security_group_rule" and value(conf, "type") != "egress":
        return None
    if running.entity_type == "aws_network_acl_rule" and value(conf, "egress") is not True:
        return None
    nested = _NESTED.get(running.entity_type)
    places = list(blocks(conf, nested)) if nested else [conf]
    return not any(_is_anywhere(cidr) for place in places for cidr in _ranges(place))


def _ranges(place: Conf) -> Iterator[Any]:
    for name in _ATTRIBUTES:
        yield from values(place, name)


def _is_anywhere(cidr: Any) -> bool:
    try:
        network = ipaddress.ip_network(str(cidr), strict=False)
    except ValueError:
        return False
    return network.prefixlen < SHORTEST[network.version]

"""The permissions that calls to EC2 need: on every resource they name, and on what they create.

A creation needs a permission on the new resource, with the tags of the request, and `ec2:CreateTags` where there are
any. What exists is matched by its own tags.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.ec2.models import ec2_backends

from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.operation_call import OperationCall

_TYPES = {
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
_CREATED = {
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
}
_ID = re.compile(rf"({'|'.join(_TYPES)})-[0-9a-f]+")
_ASSOCIATION = re.compile(r"rtbassoc-[0-9a-f]+")
_RULES_COUNT_AS_THEIR_GROUP = frozenset({"RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"})
_LISTS = re.compile(r"Describe\w+")


def required_permissions(call: OperationCall, location: Location) -> list[RequiredPermission]:
    """Every permission the call needs; descriptions have no resource."""
    action = f"ec2:{call.operation.name}"
    if _LISTS.fullmatch(call.operation.name):
        return [RequiredPermission(action, "*")]
    needed = [*_of_existing(call, action, location), *_of_new(call, action, location)]
    return needed or [RequiredPermission(action, "*")]


def _of_existing(call: OperationCall, action: str, location: Location) -> Iterator[RequiredPermission]:
    requested = _requested(call.parameters.get("Tags"))
    for name in _ids(call, location):
        kind = _TYPES[name.partition("-")[0]]
        if kind == "security-group-rule" and call.operation.name in _RULES_COUNT_AS_THEIR_GROUP:
            continue
        own = {
            f"{prefix}:resourcetag/{key}".lower(): value
            for key, value in ec2_backends[location.account_id][location.region].tags.get(name, {}).items()
            for prefix in ("aws", "ec2")
        }
        yield RequiredPermission(action, location.arn("ec2", f"{kind}/{name}"), {**own, **requested})


def _ids(call: OperationCall, location: Location) -> Iterator[str]:
    for value in call.parameters.values():
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str):
                continue
            if _ID.fullmatch(one):
                yield one
            elif _ASSOCIATION.fullmatch(one):
                yield from _associated(one, location)


def _associated(association: str, location: Location) -> Iterator[str]:
    """The route table and the subnet that an association connects."""
    for table in ec2_backends[location.account_id][location.region].route_tables.values():
        for one in table.associations:
            if one.get("RouteTableAssociationId") == association or one.get("routeTableAssociationId") == association:
                yield table.id
                yield from [value for name, value in one.items() if name.lower() == "subnetid" and value]


def _of_new(call: OperationCall, action: str, location: Location) -> Iterator[RequiredPermission]:
    created = _CREATED.get(call.operation.name)
    tagged = {
        one["ResourceType"]: _requested(one.get("Tags")) for one in call.parameters.get("TagSpecifications") or []
    }
    for kind in {created, *tagged} - {None}:
        arn = location.arn("ec2", f"{kind}/*")
        yield RequiredPermission(action, arn, tagged.get(kind, {}))
        if tagged.get(kind):
            context = {**tagged[kind], "ec2:createaction": call.operation.name}
            yield RequiredPermission("ec2:CreateTags", arn, context)


def _requested(tags: Any) -> Mapping[str, str]:
    return {f"aws:requesttag/{one['Key']}".lower(): str(one.get("Value", "")) for one in tags or []}

"""Attributes of a resource that only repeat other resources of its unit.

A role lists its inline policies, a security group its rules, a bucket its settings, although each is a resource of its
own here. Terraform writes such a list into the state when the resource is made, before the others are, so that the next
refresh finds it changed, although nobody has changed anything. What is in the list and belongs to a resource of the
unit is left out of the drift: that resource tells whether it was changed. Anything else in it was added by somebody.

The shapes are those of plans of version 5.100.0 of the provider.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

type Values = Mapping[str, Any]
type Others = Mapping[str, list[Values]]
"""The attributes of the unit's managed resources, by their type."""
type Covered = Callable[[Values, Any, Others], bool]
"""Whether all in an attribute belongs to other resources, given the resource, the attribute and the others."""


def managed(module: Mapping[str, Any]) -> Iterator[tuple[str, Values]]:
    """Type and attributes of each managed resource of a module of `prior_state`, and of the modules that it calls."""
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield resource["type"], resource["values"]
    for child in module.get("child_modules", []):
        yield from managed(child)


def by_type(found: Iterable[tuple[str, Values]]) -> Others:
    """The resources by their type."""
    result: dict[str, list[Values]] = {}
    for kind, values in found:
        result.setdefault(kind, []).append(values)
    return result


def without(kind: str, before: Any, after: Any, others: Others) -> Any:
    """What a resource is after a refresh, with the attributes that only repeat others as they were before."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    repeated = [
        name
        for name, covers in _MIRRORS.get(kind, {}).items()
        if after.get(name) != before.get(name) and covers(after, after.get(name) or [], others)
    ]
    return {**after, **{name: before.get(name) for name in repeated}}


def _inline_policies(role: Values, policies: Any, others: Others) -> bool:
    own = {one["name"] for one in others.get("aws_iam_role_policy", ()) if one["role"] == role["name"]}
    return all(policy["name"] in own for policy in policies)


def _attached_policies(role: Values, arns: Any, others: Others) -> bool:
    attached = others.get("aws_iam_role_policy_attachment", ())
    return set(arns) <= {one["policy_arn"] for one in attached if one["role"] == role["name"]}


def _rules(kind: str) -> Covered:
    def covers(group: Values, rules: Any, others: Others) -> bool:
        own = Counter(
            (rule["ip_protocol"], rule["from_port"] or 0, rule["to_port"] or 0, target)
            for rule in others.get(kind, ())
            if rule["security_group_id"] == group["id"]
            for target in [next((rule[name] for name in _TARGETS if rule.get(name)), "")]
        )
        found = Counter(
            (rule["protocol"], rule["from_port"], rule["to_port"], target)
            for rule in rules
            for target in [
                *(one for name in _LISTED_TARGETS for one in rule[name]),
                *([group["id"]] if rule["self"] else []),
            ]
        )
        return found <= own

    return covers


def _setting(kind: str) -> Covered:
    def covers(bucket: Values, _: Any, others: Others) -> bool:
        return any(one["bucket"] == bucket["id"] for one in others.get(kind, ()))

    return covers


_TARGETS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
_LISTED_TARGETS = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
_MIRRORS: Mapping[str, Mapping[str, Covered]] = {
    "aws_iam_role": {"inline_policy": _inline_policies, "managed_policy_arns": _attached_policies},
    "aws_security_group": {
        "egress": _rules("aws_vpc_security_group_egress_rule"),
        "ingress": _rules("aws_vpc_security_group_ingress_rule"),
    },
    "aws_s3_bucket": {
        "lifecycle_rule": _setting("aws_s3_bucket_lifecycle_configuration"),
        "logging": _setting("aws_s3_bucket_logging"),
        "policy": _setting("aws_s3_bucket_policy"),
        "server_side_encryption_configuration": _setting("aws_s3_bucket_server_side_encryption_configuration"),
        "versioning": _setting("aws_s3_bucket_versioning"),
    },
}

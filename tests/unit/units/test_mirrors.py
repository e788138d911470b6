"""What only repeats other resources is no drift; what somebody has added beside them is."""

from typing import Any

import pytest

from scripts.units import changes

ROLE = {"name": "handler", "inline_policy": [], "managed_policy_arns": []}
GROUP = {"id": "sg-1", "egress": [], "ingress": []}
BUCKET = {"id": "data", "versioning": [{"enabled": False}]}


def rule(**others: Any) -> dict[str, Any]:
    empty = {name: [] for name in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")}
    return {**empty, "protocol": "tcp", "from_port": 443, "to_port": 443, "self": False, "description": "", **others}


def own_rule(**others: Any) -> dict[str, Any]:
    return {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 443, "to_port": 443, **others}


def drift(kind: str, before: dict[str, Any], after: dict[str, Any], *others: tuple[str, dict[str, Any]]) -> list[str]:
    """The addresses that count as drift."""
    change = {"actions": ["update"], "before": before, "after": {**before, **after}}
    state = [{"mode": "managed", "type": of, "values": values} for of, values in others]
    plan = {
        "resource_drift": [{"address": f"{kind}.this", "type": kind, "change": change}],
        "prior_state": {"values": {"root_module": {"child_modules": [{"resources": state}]}}},
    }
    return [one.address for one in changes.of(plan).drift]


OWN_POLICY = ("aws_iam_role_policy", {"name": "task", "role": "handler"})
OWN_ATTACHMENT = ("aws_iam_role_policy_attachment", {"policy_arn": "arn:a", "role": "handler"})
OWN_RULE = ("aws_vpc_security_group_egress_rule", own_rule(cidr_ipv4="10.0.0.0/24"))
OWN_REFERENCE = ("aws_vpc_security_group_egress_rule", own_rule(referenced_security_group_id="sg-1"))
OWN_VERSIONING = ("aws_s3_bucket_versioning", {"bucket": "data"})


@pytest.mark.parametrize(
    ("kind", "before", "after", "others"),
    [
        ("aws_iam_role", ROLE, {"inline_policy": [{"name": "task", "policy": "{}"}]}, [OWN_POLICY]),
        ("aws_iam_role", ROLE, {"managed_policy_arns": ["arn:a"]}, [OWN_ATTACHMENT]),
        ("aws_security_group", GROUP, {"egress": [rule(cidr_blocks=["10.0.0.0/24"])]}, [OWN_RULE]),
        (
            "aws_security_group",
            GROUP,
            {"egress": [rule(self=True, cidr_blocks=["10.0.0.0/24"])]},
            [OWN_RULE, OWN_REFERENCE],
        ),
        ("aws_s3_bucket", BUCKET, {"versioning": [{"enabled": True}]}, [OWN_VERSIONING]),
        ("aws_sqs_queue", {"tags": None}, {"tags": {}}, []),
    ],
)
def test_what_repeats_resources_of_the_unit_is_no_drift(
    kind: str, before: dict[str, Any], after: dict[str, Any], others: list[tuple[str, dict[str, Any]]]
) -> None:
    assert drift(kind, before, after, *others) == []


@pytest.mark.parametrize(
    ("kind", "before", "after", "others"),
    [
        ("aws_iam_role", ROLE, {"inline_policy": [{"name": "task"}, {"name": "backdoor"}]}, [OWN_POLICY]),
        ("aws_iam_role", {**ROLE, "name": "other"}, {"inline_policy": [{"name": "task"}]}, [OWN_POLICY]),
        ("aws_iam_role", ROLE, {"managed_policy_arns": ["arn:a", "arn:admin"]}, [OWN_ATTACHMENT]),
        ("aws_iam_role", ROLE, {"description": "mine", "inline_policy": [{"name": "task"}]}, [OWN_POLICY]),
        ("aws_security_group", GROUP, {"egress": [rule(cidr_blocks=["10.0.0.0/24", "0.0.0.0/0"])]}, [OWN_RULE]),
        ("aws_security_group", GROUP, {"egress": [rule(cidr_blocks=["10.0.0.0/24"], to_port=65535)]}, [OWN_RULE]),
        ("aws_security_group", GROUP, {"ingress": [rule(cidr_blocks=["10.0.0.0/24"])]}, [OWN_RULE]),
        ("aws_security_group", GROUP, {"egress": [rule(self=True)]}, [OWN_RULE]),
        ("aws_s3_bucket", BUCKET, {"versioning": [{"enabled": True}]}, []),
        ("aws_s3_bucket", BUCKET, {"tags": {"a": "b"}}, [OWN_VERSIONING]),
    ],
)
def test_what_somebody_has_added_is_drift(
    kind: str, before: dict[str, Any], after: dict[str, Any], others: list[tuple[str, dict[str, Any]]]
) -> None:
    assert drift(kind, before, after, *others) == [f"{kind}.this"]

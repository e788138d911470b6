from typing import Any

import pytest

from scripts.local.aws.policy_document import Principal, Request
from scripts.local.aws.policy_evaluation import Policies, evaluate

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/csvbatch-test-batch-processor"
KEY = f"arn:aws:kms:eu-west-2:{ACCOUNT}:key/made-up"
REQUEST = Request("kms:Decrypt", KEY, Principal(ACCOUNT, ROLE))


def document(effect: str, action: str = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Action": action, "Resource": "*", **more}]}


def to(principal: str, effect: str = "Allow") -> dict[str, Any]:
    return document(effect, Principal={"AWS": principal})


ALLOW, DENY, OTHER = document("Allow"), document("Deny"), document("Allow", "sqs:*")
ACCOUNTS_ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.mark.parametrize(
    ("policies", "allowed"),
    [
        (Policies(), False),
        (Policies([OTHER]), False),
        (Policies([OTHER, ALLOW]), True),
        (Policies([ALLOW, DENY]), False),
        (Policies([ALLOW], limits=[ALLOW]), True),
        (Policies([ALLOW], limits=[OTHER]), False),
        (Policies([ALLOW], limits=[ALLOW, OTHER]), False),
        (Policies([ALLOW], limits=[ALLOW, DENY]), False),
        (Policies(limits=[ALLOW]), False),
        (Policies([ALLOW], resource=to("*", "Deny")), False),
        (Policies([ALLOW], resource=to("arn:aws:iam::222222222222:root")), True),
        (Policies(resource=to(ROLE)), True),
        (Policies(resource=to(ROLE), limits=[OTHER]), False),
        (Policies(resource=to(ACCOUNTS_ROOT)), False),
    ],
)
def test_one_policy_allows_none_denies_and_every_limit_allows(policies: Policies, allowed: bool) -> None:
    assert evaluate(policies, REQUEST).allowed is allowed


@pytest.mark.parametrize(
    ("identity", "resource", "allowed"),
    [
        ([ALLOW], None, False),
        ([ALLOW], to("arn:aws:iam::222222222222:root"), False),
        ([ALLOW], to(ACCOUNTS_ROOT), True),
        ([], to(ACCOUNTS_ROOT), False),
        ([], to(ROLE), True),
        ([DENY], to(ROLE), False),
    ],
)
def test_key_or_trust_has_to_allow_or_to_leave_it_to_the_account(
    identity: list[Any], resource: Any, allowed: bool
) -> None:
    assert evaluate(Policies(identity, resource=resource, requires_resource_policy=True), REQUEST).allowed is allowed


def test_reason_of_a_refusal_names_the_action() -> None:
    assert "no identity policy allows kms:Decrypt" in evaluate(Policies([OTHER]), REQUEST).reason

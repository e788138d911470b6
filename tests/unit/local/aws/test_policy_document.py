from typing import Any

import pytest

from scripts.local.aws.policy_document import Decision, Principal, Request, RequestContext, decide

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/csvbatch-test-batch-processor"
OBJECT = "arn:aws:s3:::csvbatch-test-data/incoming/a.csv"
ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}
DENY: dict[str, Any] = {**ALLOW, "Effect": "Deny"}


def decision_of(statement: Any, context: RequestContext | None = None, principal: Principal | None = None) -> Decision:
    request = Request("s3:GetObject", OBJECT, principal or Principal(ACCOUNT, ROLE), context or RequestContext())
    return decide({"Statement": statement}, request)


def condition(operator: str, wanted: Any, actual: str | None) -> bool:
    """Whether a condition on `aws:key` holds for a request that carries `actual`, or for None no such key."""
    context = RequestContext({"aws:key": actual} if actual is not None else {}, frozenset({"aws:key"}))
    return decision_of({**ALLOW, "Condition": {operator: {"aws:Key": wanted}}}, context) is Decision.ALLOW


def test_denial_wins_over_permission() -> None:
    assert decision_of([ALLOW, DENY, ALLOW]) is Decision.DENY


def test_single_statement_needs_no_list() -> None:
    assert decision_of(ALLOW) is Decision.ALLOW


def test_what_no_statement_names_is_neutral() -> None:
    assert decision_of([]) is Decision.NEUTRAL


@pytest.mark.parametrize(
    ("change", "decision"),
    [
        ({"Action": "s3:*"}, Decision.ALLOW),
        ({"Action": ["s3:PutObject", "S3:getobject"]}, Decision.ALLOW),
        ({"Action": "s3:Get"}, Decision.NEUTRAL),
        ({"Action": "s3:?etObject"}, Decision.ALLOW),
        ({"Resource": "arn:aws:s3:::csvbatch-test-data/*"}, Decision.ALLOW),
        ({"Resource": "arn:aws:s3:::csvbatch-test-data/work/*"}, Decision.NEUTRAL),
        ({"Resource": "arn:aws:s3:::CSVBATCH-test-data/*"}, Decision.NEUTRAL),
        ({"Resource": "arn:aws:s3:::csvbatch-test-data/incoming/a-csv"}, Decision.NEUTRAL),
    ],
)
def test_actions_and_resources_are_patterns(change: dict[str, Any], decision: Decision) -> None:
    assert decision_of({**ALLOW, **change}) is decision


@pytest.mark.parametrize(
    ("element", "excluded", "decision"),
    [
        ("NotAction", "s3:Get*", Decision.NEUTRAL),
        ("NotAction", "s3:Put*", Decision.ALLOW),
        ("NotResource", OBJECT, Decision.NEUTRAL),
        ("NotResource", "arn:aws:s3:::other/*", Decision.ALLOW),
    ],
)
def test_exclusions_concern_all_else(element: str, excluded: str, decision: Decision) -> None:
    statement = {name: value for name, value in ALLOW.items() if name != element.removeprefix("Not")}

    assert decision_of({**statement, element: excluded}) is decision


@pytest.mark.parametrize(
    ("named", "concerned"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"*": ["*"]}, True),
        ({"AWS": ROLE}, True),
        ({"AWS": [f"{ROLE}-other", ROLE]}, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, True),
        ({"AWS": ACCOUNT}, True),
        ({"AWS": "arn:aws:iam::222222222222:root"}, False),
        ({"AWS": f"{ROLE}-other"}, False),
        ({"Service": "logging.s3.amazonaws.com"}, False),
    ],
)
def test_principals_are_told_apart(named: Any, concerned: bool) -> None:
    assert decision_of({**ALLOW, "Principal": named}) is (Decision.ALLOW if concerned else Decision.NEUTRAL)
    assert decision_of({**ALLOW, "NotPrincipal": named}) is (Decision.NEUTRAL if concerned else Decision.ALLOW)


def test_service_is_meant_by_its_name_and_by_everybody_only() -> None:
    service = Principal(service="logging.s3.amazonaws.com")

    assert decision_of({**ALLOW, "Principal": {"Service": [service.service]}}, principal=service) is Decision.ALLOW
    assert decision_of({**ALLOW, "Principal": "*"}, principal=service) is Decision.ALLOW
    assert decision_of({**ALLOW, "Principal": {"AWS": "*"}}, principal=service) is Decision.NEUTRAL


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "holds"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", ["b", "a"], "a", True),
        ("StringEquals", "A", "a", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringLike", "incoming/*", "incoming/a.csv", True),
        ("StringLike", "incoming/?.csv", "incoming/ab.csv", False),
        ("StringNotEquals", ["a", "b"], "a", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotLike", "incoming/*", "work/a", True),
        ("Bool", "true", "true", True),
        ("Bool", False, "false", True),
        ("Bool", "false", "true", False),
        ("NumericLessThanEquals", 7, "7", True),
        ("NumericGreaterThan", "7", "7", False),
        ("NumericNotEquals", "7", "8", True),
        ("NumericEquals", "seven", "7", False),
        ("DateLessThan", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00+00:00", True),
        ("DateGreaterThan", "2026-01-02", "1767225600", False),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
        ("ArnLike", f"arn:aws:iam::{ACCOUNT}:role/csvbatch-*", ROLE, True),
        ("ArnEquals", "arn:aws:iam::*:role/csvbatch-test-*", ROLE, True),
        ("ArnLike", f"arn:aws:*:{ACCOUNT}:role/csvbatch-test-batch-processor", ROLE, False),
        ("ArnNotLike", f"arn:aws:iam::{ACCOUNT}:role/*", ROLE, False),
        ("BinaryEquals", "cm93cw==", "cm93cw==", True),
        ("Null", "false", "a", True),
        ("Null", "true", "a", False),
        ("StringEqualsIfExists", "a", "b", False),
        ("ForAnyValue:StringEquals", ["a", "b"], "a", True),
        ("StringResembles", "a", "a", False),
    ],
)
def test_operators_compare_as_iam_says(operator: str, wanted: Any, actual: str, holds: bool) -> None:
    assert condition(operator, wanted, actual) is holds


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("ArnNotEquals", True),
        ("Bool", False),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("BoolIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
    ],
)
def test_absent_key_fails_all_but_negations_and_if_exists(operator: str, holds: bool) -> None:
    assert condition(operator, "true", None) is holds


def test_absent_key_is_null() -> None:
    assert condition("Null", "true", None)
    assert not condition("Null", "false", None)


def test_every_condition_must_hold() -> None:
    context = RequestContext({"aws:securetransport": "true", "aws:principalaccount": ACCOUNT})
    both = {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalAccount": "222222222222"}}

    assert decision_of({**DENY, "Condition": both}, context) is Decision.NEUTRAL


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringEqualsIfExists", "Null"])
@pytest.mark.parametrize("statement", [ALLOW, DENY])
def test_key_that_is_not_known_leaves_its_statement_out(operator: str, statement: dict[str, Any]) -> None:
    unknown = {operator: {"aws:SourceVpce": "true"}}

    assert decision_of({**statement, "Condition": unknown}) is Decision.NEUTRAL


def test_key_may_be_known_by_the_beginning_of_its_name() -> None:
    context = RequestContext(absent=frozenset({"s3:x-amz-*"}))

    assert context.knows("s3:x-amz-acl")
    assert context.get("s3:x-amz-acl") is None
    assert not context.knows("s3:prefix")

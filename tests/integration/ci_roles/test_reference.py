"""The permissions of both roles, held against AWS's own list of actions, resources and condition keys."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.integration.ci_roles.integration import APPLY, PLAN, Integration
from tests.integration.ci_roles.reference import Action, actions

Statement = Mapping[str, Any]
READS = {"Read", "List"}
LOCKS = {"s3:PutObject", "s3:DeleteObject", "dynamodb:PutItem", "dynamodb:DeleteItem"}
SETTINGS_OF_FUNCTIONS = {"kms:Decrypt"}
GLOBAL_KEYS = {"aws:RequestedRegion", "iam:PassedToService"}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def allowed(integration: Integration, role: str) -> Iterator[Statement]:
    for document in integration.policies(role):
        yield from (one for one in document["Statement"] if one["Effect"] == "Allow")


@pytest.fixture(scope="module")
def statements(integration: Integration) -> dict[str, list[Statement]]:
    return {role: list(allowed(integration, role)) for role in (PLAN, APPLY)}


@pytest.fixture(scope="module")
def known(statements: dict[str, list[Statement]]) -> Mapping[str, Action]:
    names = {action for each in statements.values() for one in each for action in listed(one["Action"])}
    return actions(names)


def pairs(statements: dict[str, list[Statement]]) -> Iterator[tuple[Statement, str]]:
    for each in statements.values():
        for one in each:
            for action in listed(one["Action"]):
                yield one, action


def test_every_action_exists(statements: dict[str, list[Statement]], known: Mapping[str, Action]) -> None:
    assert sorted({action for _, action in pairs(statements)} - set(known)) == []


def test_plan_only_reads_but_for_locks(statements: dict[str, list[Statement]], known: Mapping[str, Action]) -> None:
    writing = {
        action for one in statements[PLAN] for action in listed(one["Action"]) if known[action].level not in READS
    }
    assert writing == LOCKS | SETTINGS_OF_FUNCTIONS


def test_every_action_can_act_on_what_its_statement_names(
    statements: dict[str, list[Statement]], known: Mapping[str, Action]
) -> None:
    idle = [
        f"{one['Sid']}: {action} on {', '.join(listed(one['Resource']))}"
        for one, action in pairs(statements)
        if not any(_fits(resource, known[action]) for resource in listed(one["Resource"]))
    ]
    assert idle == []


def test_every_condition_is_one_that_the_action_has(
    statements: dict[str, list[Statement]], known: Mapping[str, Action]
) -> None:
    wrong = [
        f"{one['Sid']}: {action} has no condition key {key}"
        for one, action in pairs(statements)
        for keys in one.get("Condition", {}).values()
        for key in keys
        if key not in GLOBAL_KEYS and not any(_is(key, form) for form in known[action].keys)
    ]
    assert wrong == []


def _fits(resource: str, action: Action) -> bool:
    """Whether the resource is of a kind that the action can act on."""
    if resource == "*":
        return True
    kinds = {_kind(form) for form in action.arns}
    return _kind(resource) in kinds


def _kind(arn: str) -> tuple[str, str]:
    """The service of an ARN, and the word that says what it is; S3 and names without a word have none."""
    _, _, service, *_, rest = arn.split(":", 5)
    if service == "s3":
        return service, "object" if "/" in rest else "bucket"
    word = re.match(r"([a-z-]+)[:/]", rest)
    return service, word[1] if word else ""


def _is(key: str, form: str) -> bool:
    """Whether a key is of a form such as `aws:RequestTag/${TagKey}`."""
    pattern = re.sub(r"\\\$\\\{\w+\\\}", "[^/]+", re.escape(form))
    return re.fullmatch(pattern, key, re.IGNORECASE) is not None

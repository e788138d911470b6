"""Each thing that can be missing on the first day is found, and what to type is said."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from scripts.account import checks
from scripts.account.findings import Finding
from scripts.account.function import FunctionError
from scripts.account.names import Settings, names
from scripts.common.environments import Environment

OTHER = Environment("other", "333333333333", "eu-west-1")
BUILT = {"code_sha256": "built", "object_key": "lambda/a.zip"}
READY = {"command": "check", "database": True, "ledger": True, "pending": 0, "problem": None}


class Service:
    """Answers calls from a table: a value, or an error code that is raised."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            answer = self.answers.get(name, "ResourceNotFoundException")
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer}}, name)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, name: str) -> Any:
        pages = [self.answers[name]]

        class Pages:
            def paginate(self, **_: Any) -> Iterator[Any]:
                return iter(pages)

        return Pages()


@dataclass
class Ready:
    """An account on which nothing is missing, for a test to take something away."""

    environment: Environment = OTHER
    names: Any = field(default_factory=lambda: names(OTHER))
    answers: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "lambda": {
                "get_account_settings": {
                    "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
                },
                "get_function_concurrency": {},
                "get_function_configuration": {"CodeSha256": "built"},
            },
            "secretsmanager": {"describe_secret": {"VersionIdsToStages": {"1": ["AWSCURRENT"]}}},
            "s3": {"head_object": {}},
            "sns": {
                "get_topic_attributes": {"Attributes": {}},
                "list_subscriptions_by_topic": {
                    "Subscriptions": [{"Endpoint": "a@example.com", "SubscriptionArn": "arn:aws:sns:a"}]
                },
            },
            "scheduler": {"list_schedules": {"Schedules": [{"State": "ENABLED"}]}},
            "events": {"describe_rule": {"State": "DISABLED"}},
        }
    )

    def client(self, service: str) -> Service:
        return Service(self.answers[service])

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:eu-west-1:333333333333:{name}"


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    (tmp_path / "arm64").mkdir()
    for name in ("batch_processor", "request_handler"):
        (tmp_path / "arm64" / f"{name}.json").write_text(json.dumps(BUILT))
    monkeypatch.setattr(checks, "PACKAGES", tmp_path)
    reserve(monkeypatch)
    answer_check(monkeypatch, READY)
    return Ready()


def reserve(monkeypatch: pytest.MonkeyPatch, processor: int | None = None, handler: int | None = None) -> None:
    stated = Settings("arm64", {"batch_processor": processor, "request_handler": handler})
    monkeypatch.setattr(checks, "settings", lambda environment: stated)


def answer_check(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any] | FunctionError) -> None:
    def ask(account: object, command: dict[str, Any]) -> dict[str, Any]:
        assert command == {"command": "check"}
        if isinstance(answer, FunctionError):
            raise answer
        return answer

    monkeypatch.setattr(checks, "ask", ask)


def found(account: Ready, which: tuple[checks.Check, ...] = checks.AFTER_APPLY) -> list[Finding]:
    return checks.run(account, which)  # type: ignore[arg-type]


def only(account: Ready) -> Finding:
    (one,) = found(account)
    assert one.todo in str(one)
    return one


def test_nothing_is_found_where_nothing_is_missing(account: Ready) -> None:
    assert found(account) == []


@pytest.mark.parametrize(
    ("quota", "unreserved", "processor", "handler", "is_refused"),
    [
        (10, 10, None, None, False),
        (10, 10, 1, None, True),
        (1000, 1000, 1, 4, False),
        (105, 105, 1, 4, False),
        (104, 104, 1, 4, True),
        (1000, 104, 1, 4, True),
        (10, 10, -1, -1, False),
    ],
)
def test_a_reservation_that_lambda_would_refuse_is_found_before_an_apply(
    account: Ready,
    monkeypatch: pytest.MonkeyPatch,
    quota: int,
    unreserved: int,
    processor: int | None,
    handler: int | None,
    is_refused: bool,
) -> None:
    reserve(monkeypatch, processor, handler)
    limit = {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": unreserved}
    account.answers["lambda"]["get_account_settings"] = {"AccountLimit": limit}
    assert [one.topic for one in found(account, checks.BEFORE_APPLY)] == ["concurrency"] * is_refused


def test_what_the_functions_have_reserved_already_is_theirs(account: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve(monkeypatch, 1, 4)
    limit = {"ConcurrentExecutions": 105, "UnreservedConcurrentExecutions": 100}
    account.answers["lambda"]["get_account_settings"] = {"AccountLimit": limit}
    account.answers["lambda"]["get_function_concurrency"] = {"ReservedConcurrentExecutions": 3}
    assert found(account, checks.BEFORE_APPLY) == []


def test_a_package_that_was_never_built_is_found_before_an_apply(account: Ready) -> None:
    (checks.PACKAGES / "arm64" / "batch_processor.json").unlink()
    (one,) = found(account, checks.BEFORE_APPLY)
    assert (one.topic, one.todo) == ("package", "make package")


@pytest.mark.parametrize(
    ("described", "text", "todo"),
    [
        ("ResourceNotFoundException", "does not exist", "--queue-include-dir secrets apply"),
        ({}, "has no value", "put-oracle-secret csvbatch-other-oracle-credentials"),
        ({"VersionIdsToStages": {"1": ["AWSPENDING"]}}, "has no value", "put-oracle-secret"),
        (
            {"DeletedDate": "today", "VersionIdsToStages": {"1": ["AWSCURRENT"]}},
            "scheduled for deletion",
            "restore-secret",
        ),
    ],
)
def test_a_secret_without_a_value_is_found(account: Ready, described: Any, text: str, todo: str) -> None:
    account.answers["secretsmanager"]["describe_secret"] = described
    one = only(account)
    assert text in one.text
    assert todo in one.todo


def test_a_function_that_is_not_deployed_is_found_with_where_its_package_is(account: Ready) -> None:
    account.answers["lambda"]["get_function_configuration"] = "ResourceNotFoundException"
    account.answers["s3"]["head_object"] = "404"
    texts = [one.text for one in found(account)]
    assert texts == [
        f"csvbatch-other-{name} is not deployed, and its package is not uploaded"
        for name in ("batch-processor", "request-handler")
    ]


def test_a_function_of_another_package_is_noted(account: Ready) -> None:
    account.answers["lambda"]["get_function_configuration"] = {"CodeSha256": "older"}
    assert [(one.topic, one.is_missing) for one in found(account)] == [("function", False)] * 2


@pytest.mark.parametrize(
    ("answer", "topic", "todo"),
    [
        ({**READY, "ledger": False, "pending": 5}, "ledger", "migrate-ledger other"),
        ({**READY, "pending": 1}, "ledger", "migrate-ledger other"),
        (
            {**READY, "problem": {"about": "login", "code": "ORA-01017", "text": "refused"}},
            "login",
            "put-oracle-secret",
        ),
        ({**READY, "problem": {"about": "database", "code": "DPY-6005", "text": "no"}}, "database", "live/other"),
        ({**READY, "problem": {"about": "network", "code": "Timeout", "text": "no"}}, "network", "live/other/network"),
        ({**READY, "problem": {"about": "migration", "code": "DRIFT", "text": "no"}}, "migration", "migrate-ledger"),
        (FunctionError("it may not be invoked", "ask for lambda:InvokeFunction"), "function", "lambda:InvokeFunction"),
    ],
)
def test_what_the_function_finds_inside_the_vpc_is_told(
    account: Ready, monkeypatch: pytest.MonkeyPatch, answer: Any, topic: str, todo: str
) -> None:
    answer_check(monkeypatch, answer)
    one = only(account)
    assert one.topic == topic
    assert todo in one.todo


def test_an_empty_secret_is_said_once(account: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    account.answers["secretsmanager"]["describe_secret"] = {}
    answer_check(monkeypatch, {**READY, "problem": {"about": "secret", "code": "SECRET_VALUE", "text": "empty"}})
    assert only(account).topic == "secret"


def test_an_address_that_has_not_confirmed_is_found(account: Ready) -> None:
    waiting = {"Endpoint": "on-call@example.com", "SubscriptionArn": "PendingConfirmation"}
    account.answers["sns"]["list_subscriptions_by_topic"]["Subscriptions"].append(waiting)
    one = only(account)
    assert (one.topic, one.is_missing) == ("notification", True)
    assert "on-call@example.com" in one.text
    assert "a@example.com" not in one.text.replace("on-call@example.com", "")


def test_alarms_that_reach_nobody_are_noted(account: Ready) -> None:
    account.answers["sns"]["list_subscriptions_by_topic"]["Subscriptions"] = []
    assert not only(account).is_missing


def test_a_topic_that_is_not_there_is_found(account: Ready) -> None:
    account.answers["sns"]["get_topic_attributes"] = "NotFound"
    assert "live/other/monitoring" in only(account).todo


@pytest.mark.parametrize("listed", ["ResourceNotFoundException", {"Schedules": []}])
def test_a_schedule_that_is_not_there_is_found(account: Ready, listed: Any) -> None:
    account.answers["scheduler"]["list_schedules"] = listed
    assert only(account).text == "there is no schedule"


@pytest.mark.parametrize(("rule", "is_missing"), [("DISABLED", True), ("ENABLED", False)])
def test_a_schedule_that_is_off_is_missing_unless_s3_starts_the_processor(
    account: Ready, rule: str, is_missing: bool
) -> None:
    account.answers["scheduler"]["list_schedules"] = {"Schedules": [{"State": "DISABLED"}]}
    account.answers["events"]["describe_rule"] = {"State": rule}
    one = only(account)
    assert "schedule_enabled = true in live/other/env.hcl" in one.text
    assert one.is_missing is is_missing


@pytest.mark.parametrize("error", ["AccessDenied", EndpointConnectionError(endpoint_url="https://sns")])
def test_what_cannot_be_checked_counts_as_missing_and_the_rest_is_checked(account: Ready, error: Any) -> None:
    account.answers["sns"]["get_topic_attributes"] = error
    account.answers["scheduler"]["list_schedules"] = {"Schedules": []}
    first, second = found(account)
    assert (first.topic, first.is_missing, second.topic) == ("notification", True, "schedule")
    assert "cannot be checked" in first.text

"""What counts as left: names and tags of the environment, and nothing of its neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from scripts.account.verify import inventory
from scripts.common.environments import Environment
from scripts.common.errors import UserError

OURS = {"project": "shop", "environment": "test"}


class Service:
    """Answers calls from a table: a value, a function of the request, or an error."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers

    def can_paginate(self, name: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        def call(**asked: Any) -> Any:
            answer = self.answers.get(name, {})
            if isinstance(answer, Exception):
                raise answer
            return answer(asked) if callable(answer) else answer

        return call


@dataclass
class Account:
    environment: Environment
    services: dict[str, dict[str, Any]] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return Service(self.services.get(service, {}))


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account with the environments test and test-eu of a project of another name."""
    for name in ("test", "test-eu"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "env.hcl").write_text(
            f'environment = "{name}"\naccount_id = "333333333333"\nregion = "eu-west-1"\n', encoding="utf-8"
        )
    (tmp_path / "_components").mkdir()
    (tmp_path / "_components" / "common.hcl").write_text('project = "shop"\n', encoding="utf-8")
    return Account(Environment("test", "333333333333", "eu-west-1", production=False, live=tmp_path))


def taken(account: Account) -> list[inventory.Left]:
    return inventory.take(cast(Any, account))


def test_names_of_other_environments_and_projects_do_not_count(account: Account) -> None:
    names = ("shop-test", "shop-test-data", "shop-test-eu", "shop-test-eu-data", "shop-testing", "other-shop-test")
    account.services["iam"] = {"list_roles": {"Roles": [{"RoleName": name} for name in names]}}
    assert [one.name for one in taken(account)] == ["shop-test", "shop-test-data"]


@pytest.mark.parametrize(
    ("service", "answer", "kind"),
    [
        ("logs", {"describe_log_groups": {"logGroups": [{"logGroupName": "/aws/lambda/shop-test-x"}]}}, "log group"),
        ("sqs", {"list_queues": {"QueueUrls": ["https://sqs.example/333333333333/shop-test-x"]}}, "queue"),
        ("sns", {"list_topics": {"Topics": [{"TopicArn": "arn:aws:sns:r:3:shop-test-x"}]}}, "topic"),
        ("kms", {"list_aliases": {"Aliases": [{"AliasName": "alias/shop-test"}]}}, "key alias"),
        ("secretsmanager", {"list_secrets": {"SecretList": [{"Name": "shop-test-x"}]}}, "secret"),
        (
            "lambda",
            {
                "list_event_source_mappings": {
                    "EventSourceMappings": [
                        {"UUID": "u", "FunctionArn": "arn:aws:lambda:r:3:function:shop-test-x:live"}
                    ]
                }
            },
            "event source mapping",
        ),
    ],
)
def test_each_service_names_its_resources_in_its_own_way(
    account: Account, service: str, answer: dict[str, Any], kind: str
) -> None:
    account.services[service] = answer
    (found,) = taken(account)
    assert (found.kind, found.is_expected) == (kind, False)


def with_key(account: Account, state: str, tags: Mapping[str, str]) -> None:
    metadata = {
        "KeyId": "k",
        "KeyManager": "CUSTOMER",
        "KeyState": state,
        "DeletionDate": datetime(2026, 12, 7, tzinfo=UTC),
    }
    account.services["kms"] = {
        "list_keys": {"Keys": [{"KeyId": "k"}]},
        "describe_key": {"KeyMetadata": metadata},
        "list_resource_tags": {"Tags": [{"TagKey": name, "TagValue": value} for name, value in tags.items()]},
    }


def test_a_key_that_waits_for_its_deletion_is_expected_and_its_day_is_said(account: Account) -> None:
    with_key(account, "PendingDeletion", OURS | {"owner": "somebody"})
    (found,) = taken(account)
    assert found.is_expected
    assert "deleted on 2026-12-07" in found.note


def test_a_key_that_is_still_enabled_is_left(account: Account) -> None:
    with_key(account, "Enabled", OURS)
    (found,) = taken(account)
    assert not found.is_expected


def test_a_key_with_other_tags_is_somebody_elses(account: Account) -> None:
    with_key(account, "Enabled", OURS | {"environment": "test-eu"})
    assert taken(account) == []


def test_a_network_interface_that_outlives_its_function_is_left(account: Account) -> None:
    account.services["ec2"] = {
        "describe_security_groups": {"SecurityGroups": [{"GroupId": "sg-1"}]},
        "describe_network_interfaces": {
            "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Description": "Lambda"}]
        },
    }
    assert [(one.kind, one.name) for one in taken(account)] == [
        ("security group", "sg-1"),
        ("network interface", "eni-1"),
    ]


def test_a_queue_that_was_just_deleted_has_time_to_go(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "POLL_SECONDS", 0.0)
    answers = [{"QueueUrls": ["https://sqs.example/333333333333/shop-test-x"]}] * 3
    account.services["sqs"] = {"list_queues": lambda _: answers.pop() if answers else {}}
    assert inventory.take_after_destroy(cast(Any, account)) == []


def test_a_queue_that_stays_is_left(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "QUEUE_SECONDS", 0.0)
    account.services["sqs"] = {"list_queues": {"QueueUrls": ["https://sqs.example/333333333333/shop-test-x"]}}
    assert [one.kind for one in inventory.take_after_destroy(cast(Any, account))] == ["queue"]


def test_a_service_that_cannot_be_asked_is_an_error_and_not_an_empty_list(account: Account) -> None:
    account.services["sns"] = {"list_topics": ClientError({"Error": {"Code": "AccessDenied"}}, "ListTopics")}
    with pytest.raises(UserError, match=r"ListTopics was refused \(AccessDenied\)"):
        taken(account)

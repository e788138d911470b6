import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from scripts.common.environments import Environment
from scripts.terragrunt import run_refusals
from scripts.terragrunt.run_refusals import Run

ACCOUNT_ID, OTHER_ACCOUNT_ID, REGION = "123456789012", "210987654321", "eu-north-1"
HERE = Environment("here", ACCOUNT_ID, REGION)
NEEDS: dict[str, frozenset[str]] = {
    "key": frozenset(),
    "logs": frozenset(),
    "data": frozenset({"key", "logs"}),
    "queue": frozenset({"key"}),
    "function": frozenset({"data", "queue"}),
}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield boto3.client("s3", region_name=REGION)


@pytest.fixture
def states(s3: Any) -> Any:
    s3.create_bucket(Bucket=HERE.state_name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def apply(s3: Any, *units: str, body: str = json.dumps({"outputs": {"arn": {"value": "arn"}}})) -> None:
    for unit in units:
        s3.put_object(Bucket=HERE.state_name, Key=f"live/here/{unit}/terraform.tfstate", Body=body)


def test_all_that_is_needed_comes_in_the_order_of_an_apply() -> None:
    assert run_refusals.before(NEEDS, "function") == ["key", "logs", "data", "queue"]
    assert run_refusals.before(NEEDS, "queue") == ["key"]
    assert run_refusals.before(NEEDS, "key") == run_refusals.before(NEEDS, "no-such-unit") == []


def test_what_was_never_applied_is_named_in_order_also_where_it_is_needed_through_another(states: Any) -> None:
    apply(states, "key")
    said = run_refusals.not_yet(HERE, "function", NEEDS, states)
    assert said
    assert "Apply first, in this order: logs, data, queue. " in said


def test_nothing_is_refused_where_all_that_is_read_was_applied(states: Any) -> None:
    apply(states, "data", "queue")
    assert run_refusals.not_yet(HERE, "function", NEEDS, states) is None
    assert run_refusals.not_yet(HERE, "key", NEEDS, states) is None


def test_a_unit_that_was_destroyed_counts_as_never_applied(states: Any) -> None:
    apply(states, "key", body=json.dumps({"outputs": {}}))
    said = run_refusals.not_yet(HERE, "queue", NEEDS, states)
    assert said
    assert "in this order: key. " in said


def test_a_damaged_state_is_left_to_terraform(states: Any) -> None:
    apply(states, "key", body="{")
    assert run_refusals.not_yet(HERE, "queue", NEEDS, states) is None


def test_a_missing_backend_is_named_with_the_command_that_creates_it(s3: Any) -> None:
    said = run_refusals.no_backend(HERE, s3)
    assert said
    assert HERE.state_name in said
    assert said.endswith("in live/here: terragrunt backend bootstrap --all")


def test_a_backend_that_is_there_is_not_refused(states: Any) -> None:
    assert run_refusals.no_backend(HERE, states) is None


def test_credentials_of_another_account_read_no_state(s3: Any) -> None:
    assert run_refusals.client(HERE) is not None
    assert run_refusals.client(Environment("here", OTHER_ACCOUNT_ID, REGION)) is None


def test_where_terragrunt_cannot_order_the_units_none_is_named(tmp_path: Path) -> None:
    assert Run(HERE, tmp_path, "/missing/terragrunt", {}).needs() == {}

"""Neither another account nor another AWS is asked anything."""

from typing import Any

import pytest

from scripts.account import account as module
from scripts.account.account import connect
from scripts.common.environments import Environment
from scripts.common.errors import UserError

OTHER = Environment("other", "333333333333", "eu-west-1")


class Session:
    """Signed in to one account, over one endpoint."""

    def __init__(self, account_id: str, endpoint: str) -> None:
        self.account_id = account_id
        self.endpoint = endpoint
        self.asked = 0

    def __call__(self) -> "Session":
        return self

    def client(self, service: str, **_: Any) -> "Session":
        return self

    @property
    def meta(self) -> Any:
        return type("Meta", (), {"endpoint_url": self.endpoint})

    def get_caller_identity(self) -> dict[str, str]:
        self.asked += 1
        return {"Account": self.account_id, "Arn": f"arn:aws-us-gov:iam::{self.account_id}:root"}


@pytest.fixture(autouse=True)
def a_new_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSVBATCH_AWS", raising=False)


def signed_in(monkeypatch: pytest.MonkeyPatch, account_id: str, endpoint: str) -> Session:
    session = Session(account_id, endpoint)
    monkeypatch.setattr(module.boto3, "Session", session)
    return session


def test_arns_are_of_the_caller_s_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, OTHER.account_id, "https://sts.amazonaws.com")
    found = connect(OTHER)
    assert found.arn("sns", "a") == "arn:aws-us-gov:sns:eu-west-1:333333333333:a"
    assert str(found) == "other, account 333333333333, endpoint https://sts.amazonaws.com"


def test_another_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, "444444444444", "https://sts.amazonaws.com")
    with pytest.raises(UserError, match="account 444444444444, and other is account 333333333333"):
        connect(OTHER)


def test_a_real_aws_is_not_asked_where_the_local_one_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    session = signed_in(monkeypatch, OTHER.account_id, "https://sts.amazonaws.com")
    monkeypatch.setenv("CSVBATCH_AWS", "local")
    with pytest.raises(UserError, match="CSVBATCH_AWS asks for the local AWS"):
        connect(OTHER)
    assert session.asked == 0

"""What `migrate-ledger` says and returns, whatever the function answers."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from scripts.account import migrate_ledger
from scripts.account.function import FunctionError, ask
from scripts.account.names import names
from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError

SHOWN = {
    "command": "migrate",
    "applied": False,
    "done": [],
    "pending": ["CREATE TABLE a"],
    "digest": "d",
    "problem": None,
}
DONE = {**SHOWN, "applied": True, "done": ["CREATE TABLE a"], "pending": []}
OTHER = Environment("other", "333333333333", "eu-west-1")
PROBLEM = {"about": "database", "code": "ORA-01536", "text": "Oracle refused a statement; raise the quota"}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the function answers, in order; what it is sent is put in the place of each answer."""
    given: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    def ask(account: object, command: dict[str, Any]) -> dict[str, Any]:
        sent.append(command)
        return given[len(sent) - 1]

    monkeypatch.setattr(migrate_ledger, "ask", ask)
    monkeypatch.setattr(migrate_ledger, "connect", lambda environment: environment)
    monkeypatch.setattr(environments, "load", lambda name: OTHER)
    return given


def test_without_apply_it_shows_and_ends_well(answers: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    answers.append(SHOWN)
    assert migrate_ledger.main(["other"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "CREATE TABLE a;\n"
    assert "To run them: migrate-ledger other --apply" in printed.err


def test_a_migration_that_ended_early_says_what_was_done_and_why(
    answers: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    answers += [SHOWN, {**DONE, "pending": ["CREATE TABLE b"], "problem": PROBLEM}]
    assert migrate_ledger.main(["other", "--apply", "--yes"]) == 1
    said = capsys.readouterr().err
    assert "1 statements were run, 1 are left" in said
    assert "raise the quota (ORA-01536)" in said


def test_json_is_the_function_s_last_answer(answers: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    answers += [SHOWN, DONE]
    assert migrate_ledger.main(["other", "--apply", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == DONE


def test_what_cannot_be_shown_is_not_applied(answers: list[Any]) -> None:
    answers.append({**SHOWN, "pending": [], "problem": PROBLEM})
    assert migrate_ledger.main(["other", "--apply", "--yes"]) == 1


@pytest.mark.parametrize("arguments", [["other", "--yes"], ["other", "--digest", "d"], []])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        migrate_ledger.main(arguments)
    assert ended.value.code == 2


def test_credentials_of_another_account_are_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def connect(environment: Environment) -> None:
        raise UserError("these credentials belong to account 9")

    monkeypatch.setattr(migrate_ledger, "connect", connect)
    with monkeypatch.context() as there:
        there.setattr(environments, "load", lambda name: OTHER)
        assert migrate_ledger.main(["other"]) == 1
    assert "account 9" in capsys.readouterr().err


def test_an_environment_that_is_not_there_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate_ledger.main(["nowhere"]) == 1
    assert "There is no environment 'nowhere'" in capsys.readouterr().err


class Payload:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self) -> bytes:
        return self.content


class Account:
    """An account whose Lambda gives one answer."""

    environment = OTHER
    names = names(OTHER)

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer

    def invoker(self) -> "Account":
        return self

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "csvbatch-other-batch-processor"
        assert json.loads(Payload) == {"csvbatch": {"command": "check"}}
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def refused(code: str, text: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": text}}, "Invoke")


@pytest.mark.parametrize(
    ("answer", "text", "todo"),
    [
        (refused("ResourceNotFoundException"), "is not deployed", "terragrunt run --all apply"),
        (refused("TooManyRequestsException"), "is running", "preflight other"),
        (refused("AccessDeniedException"), "needs lambda:InvokeFunction", "get-caller-identity"),
        (
            refused("501", "nothing on this machine executes function x"),
            "nothing executes",
            "local-runtime --env other",
        ),
        (ReadTimeoutError(endpoint_url="https://lambda"), "gave no answer", "preflight other"),
        (
            {"Payload": Payload(b'{"errorType": "Sandbox.Timedout"}'), "FunctionError": "Unhandled"},
            "Timedout",
            "logs tail",
        ),
        ({"Payload": Payload(b"<html>"), "FunctionError": "Unhandled"}, "failed (unknown)", "logs tail"),
        ({"Payload": Payload(b'{"registered": 0}')}, "does not know the command", "make package"),
    ],
)
def test_a_function_that_gives_no_answer_says_what_to_type(answer: Any, text: str, todo: str) -> None:
    with pytest.raises(FunctionError) as failed:
        ask(Account(answer), {"command": "check"})  # type: ignore[arg-type]
    assert text in str(failed.value)
    assert todo in failed.value.todo

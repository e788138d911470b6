"""What the command refuses before it asks AWS anything."""

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from scripts.account import commands
from scripts.account.verify import cli, record, steps
from scripts.account.verify.context import Context, Options
from scripts.account.verify.target import Target
from scripts.common import environments
from scripts.common.aws_target import AwsTarget
from scripts.common.environments import Environment
from scripts.common.errors import UserError

OTHER = Environment("other", "333333333333", "eu-west-1", production=False)


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An environment that is not production, with an env.hcl to edit."""
    environment = replace(OTHER, live=tmp_path)
    environment.folder.mkdir()
    (environment.folder / "env.hcl").write_text("deletion_protection = false\n", encoding="utf-8")
    monkeypatch.setattr(environments, "load", lambda _: environment)

    def never(*_: object) -> None:
        raise AssertionError("no AWS may be opened")

    monkeypatch.setattr(cli.target, "opened", never)
    return environment


def test_production_is_refused(
    other: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environments, "load", lambda _: replace(other, production=True))
    assert cli.main(["other", "--aws", "real", "--yes"]) == 1
    assert "other is production" in capsys.readouterr().err


def test_a_protected_environment_is_refused(other: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    (other.folder / "env.hcl").write_text("  deletion_protection = true # for now\n", encoding="utf-8")
    assert cli.main(["other", "--aws", "real", "--yes"]) == 1
    assert "other is protected" in capsys.readouterr().err


@pytest.mark.parametrize("rows", ["0", "999", "50001"])
def test_a_file_has_some_bad_rows_and_is_small_enough_for_a_digest(rows: str) -> None:
    with pytest.raises(SystemExit):
        cli.main(["other", "--rows", rows])


def context(kind: AwsTarget, credentials: dict[str, str | int] | None = None) -> Context:
    nothing = cast(Any, None)
    names = cast(Any, type("Account", (), {"names": type("Names", (), {"secret": "the-secret"})}))
    run = record.new(OTHER, "somewhere")
    options = Options(1000, 1.0, credentials=credentials)
    return Context(OTHER, names, Target(kind, "somewhere", {}), run, options, Path(), nothing, print)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    given: list[Any] = []
    monkeypatch.setattr(commands, "put_secret", lambda name, value, _: given.append((name, value)))
    return given


def secret_step(context: Context) -> str:
    return next(step for step in steps.STEPS if step.name == "secret").run(context)


def test_where_nothing_can_be_planned_the_question_says_that_cost_and_number_are_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cannot(*_: object) -> NoReturn:
        raise UserError("the VPC to adopt is not in the local AWS")

    monkeypatch.setattr(steps.cost, "of_environment", cannot)
    monkeypatch.setattr(steps.inventory, "states", lambda _: [])
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    asked = context(AwsTarget.REAL)
    found = next(step for step in steps.STEPS if step.name == "estimate").run(asked)
    assert asked.record.is_confirmed
    assert found == "an unknown number of resources, estimated cost unknown"
    said = capsys.readouterr()
    assert "Make an unknown number of resources of other in account 333333333333" in said.err
    assert "the VPC to adopt is not in the local AWS" in said.out


def test_made_up_credentials_never_go_to_a_real_account(put: list[Any]) -> None:
    with pytest.raises(UserError, match="give --credentials FILE"):
        secret_step(context(AwsTarget.REAL))
    assert put == []


def test_a_local_database_gets_made_up_credentials(put: list[Any]) -> None:
    secret_step(context(AwsTarget.LOCAL))
    assert put == [("the-secret", commands.MADE_UP_CREDENTIALS)]


def test_given_credentials_go_into_the_secret_and_are_not_in_what_is_said(put: list[Any]) -> None:
    given: dict[str, str | int] = {"username": "loader", "password": "a-password-nobody-else-has"}
    said = secret_step(context(AwsTarget.REAL, given))
    assert put == [("the-secret", given)]
    assert "a-password-nobody-else-has" not in said


def test_a_file_that_holds_no_credentials_is_refused_without_quoting_it(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("a-password-nobody-else-has", encoding="utf-8")
    asked = cli._parser().parse_args(["other", "--credentials", str(file)])
    with pytest.raises(UserError, match="cannot be read as a JSON object") as refused:
        cli._asked(asked)
    assert "a-password-nobody-else-has" not in str(refused.value)

"""Which AWS is verified: a parameter, given by the command line and the shell."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from scripts.account.verify import target
from scripts.common.aws_target import AwsTarget
from scripts.common.environments import Environment
from scripts.common.errors import UserError

OTHER = Environment("other", "333333333333", "eu-west-1", production=False)
URL = "https://127.0.0.1:4566"


@pytest.fixture(autouse=True)
def nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> NoReturn:
        raise AssertionError("nothing may be started")

    monkeypatch.setattr(target, "_started", never)


def test_an_aws_on_this_machine_that_the_shell_points_to_is_taken_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CSVBATCH_AWS", "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL", URL)
    with target.opened("local", OTHER, tmp_path) as opened:
        assert (opened.kind, opened.name, opened.needs_credentials) == (AwsTarget.LOCAL, URL, False)
        assert opened.variables == dict(os.environ)
    assert list(tmp_path.iterdir()) == []


def test_the_real_aws_needs_real_credentials_of_the_database(tmp_path: Path) -> None:
    with target.opened("real", OTHER, tmp_path) as opened:
        assert (opened.kind, opened.needs_credentials) == (AwsTarget.REAL, True)


@pytest.mark.parametrize("name", ["CSVBATCH_AWS", "AWS_ENDPOINT_URL"])
def test_the_real_aws_is_refused_where_the_shell_points_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, "local" if name == "CSVBATCH_AWS" else URL)
    with pytest.raises(UserError, match="AWS=real was asked for"), target.opened("real", OTHER, tmp_path):
        pass


def test_where_real_credentials_are_present_it_has_to_be_said_which_aws_is_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "sandbox")
    with pytest.raises(UserError, match="Say which AWS is meant"), target.opened(None, OTHER, tmp_path):
        pass


def test_variables_of_a_local_aws_are_taken_back_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "yes")
    before = dict(os.environ)
    with target.pointing_at({"AWS_ENDPOINT_URL": URL}):
        assert dict(os.environ) == {"AWS_ENDPOINT_URL": URL}
    assert dict(os.environ) == before

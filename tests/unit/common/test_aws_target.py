from pathlib import Path

import pytest

from scripts.common.aws_target import AwsTarget, choose, require_local
from scripts.common.errors import UserError

POINTS_AT_LOCAL = {"CSVBATCH_AWS": "local", "AWS_ENDPOINT_URL": "https://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "made-up"}


def test_nothing_asked_and_no_credentials_means_the_local_aws(tmp_path: Path) -> None:
    assert choose(None, {}, tmp_path) is AwsTarget.LOCAL


@pytest.mark.parametrize(
    "variables", [{"AWS_PROFILE": "work"}, {"AWS_ACCESS_KEY_ID": "made-up"}, {"AWS_ROLE_ARN": "made-up"}], ids=str
)
def test_credentials_in_the_environment_make_the_user_say_which_aws_is_meant(
    variables: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="AWS=local or AWS=real"):
        choose(None, variables, tmp_path)


@pytest.mark.parametrize("name", ["credentials", "config"])
def test_credential_files_make_the_user_say_which_aws_is_meant(name: str, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / name).write_text("")
    with pytest.raises(UserError, match=name):
        choose(None, {}, tmp_path)


def test_what_was_asked_for_is_taken_where_credentials_are(tmp_path: Path) -> None:
    variables = {"AWS_PROFILE": "work"}
    assert choose("local", variables, tmp_path) is AwsTarget.LOCAL
    assert choose("real", variables, tmp_path) is AwsTarget.REAL


def test_a_shell_that_points_at_the_local_aws_stays_there(tmp_path: Path) -> None:
    assert choose(None, POINTS_AT_LOCAL, tmp_path) is AwsTarget.LOCAL
    with pytest.raises(UserError, match=r"points to https://127\.0\.0\.1:1"):
        choose("real", POINTS_AT_LOCAL, tmp_path)


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="neither 'local' nor 'real'"):
        choose("production", {}, tmp_path)


@pytest.mark.parametrize("url", ["https://127.0.0.1:4566", "https://localhost", "http://[::1]:80/"])
def test_the_local_aws_is_let_through(url: str) -> None:
    require_local(url, variables=POINTS_AT_LOCAL)


@pytest.mark.parametrize("url", ["https://sts.eu-north-1.amazonaws.com", "https://127.0.0.1.example.com", ""])
def test_another_endpoint_is_refused_in_a_shell_that_points_at_the_local_aws(url: str) -> None:
    with pytest.raises(UserError, match="CSVBATCH_AWS asks for the local AWS, but"):
        require_local("https://127.0.0.1:1", url, variables=POINTS_AT_LOCAL)


def test_any_endpoint_is_let_through_where_the_local_aws_was_not_asked_for() -> None:
    require_local("https://sts.eu-north-1.amazonaws.com", variables={})

from pathlib import Path

import pytest

from scripts.common.aws_target import AwsTarget, AwsTargetError, choose

TAKEN_ON = {"CSVBATCH_AWS": "local", "AWS_ENDPOINT_URL": "https://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "made-up"}


def test_nothing_asked_and_no_credentials_means_the_local_aws(tmp_path: Path) -> None:
    assert choose(None, {}, tmp_path) is AwsTarget.LOCAL


@pytest.mark.parametrize(
    "variables", [{"AWS_PROFILE": "work"}, {"AWS_ACCESS_KEY_ID": "made-up"}, {"AWS_ROLE_ARN": "made-up"}], ids=str
)
def test_credentials_in_the_environment_make_the_user_say_which_aws_is_meant(
    variables: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(AwsTargetError, match="AWS=local or AWS=real"):
        choose(None, variables, tmp_path)


@pytest.mark.parametrize("name", ["credentials", "config"])
def test_credential_files_make_the_user_say_which_aws_is_meant(name: str, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / name).write_text("")
    with pytest.raises(AwsTargetError, match=name):
        choose(None, {}, tmp_path)


def test_what_was_asked_for_is_taken_where_credentials_are(tmp_path: Path) -> None:
    variables = {"AWS_PROFILE": "work"}
    assert choose("local", variables, tmp_path) is AwsTarget.LOCAL
    assert choose("real", variables, tmp_path) is AwsTarget.REAL


def test_a_shell_that_took_on_the_local_aws_stays_there(tmp_path: Path) -> None:
    assert choose(None, TAKEN_ON, tmp_path) is AwsTarget.LOCAL
    with pytest.raises(AwsTargetError, match=r"points to https://127\.0\.0\.1:1"):
        choose("real", TAKEN_ON, tmp_path)


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AwsTargetError, match="neither 'local' nor 'real'"):
        choose("production", {}, tmp_path)

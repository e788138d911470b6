from pathlib import Path

import pytest

import environments


def write(live: Path, name: str, text: str) -> None:
    (live / name).mkdir(parents=True)
    (live / name / "env.hcl").write_text(text, encoding="utf-8")


def lines(**values: str) -> str:
    return "locals {\n" + "".join(f'  {name} = "{value}"\n' for name, value in values.items()) + "}\n"


def test_an_environment_is_read_from_its_env_hcl(tmp_path: Path) -> None:
    write(tmp_path, "test", lines(environment="test", account_id="333333333333", region="eu-north-1"))
    assert environments.load("test", tmp_path) == environments.Environment("test", "333333333333", "eu-north-1")


def test_an_unknown_environment_is_refused_with_those_there_are(tmp_path: Path) -> None:
    write(tmp_path, "test", lines(environment="test", account_id="333333333333", region="eu-north-1"))
    with pytest.raises(environments.UnknownEnvironmentError, match=r"no environment 'staging'.*There are: test\."):
        environments.load("staging", tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lines(environment="test", region="eu-north-1"), 'no line `account_id = "…"`'),
        (lines(environment="test", account_id="12", region="eu-north-1"), "is not twelve digits"),
        (lines(environment="another", account_id="333333333333", region="eu-north-1"), "its folder is 'test'"),
    ],
    ids=["account missing", "account too short", "another environment's file"],
)
def test_an_env_hcl_that_does_not_say_what_it_must_is_refused(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, "test", text)
    with pytest.raises(environments.UnknownEnvironmentError, match=said):
        environments.load("test", tmp_path)


def test_a_folder_belongs_to_the_environment_it_stands_in() -> None:
    for name in environments.names():
        unit = environments.of_folder(environments.LIVE / name / "sqs")
        assert unit is not None
        assert unit.name == name
    assert environments.of_folder(environments.REPOSITORY) is None

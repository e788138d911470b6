import os
import re
import subprocess
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.common.paths import LIVE, REPOSITORY


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
    with pytest.raises(UserError, match=r"no environment 'staging'.*There are: test\."):
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
    with pytest.raises(UserError, match=said):
        environments.load("test", tmp_path)


def test_a_folder_belongs_to_the_environment_it_stands_in() -> None:
    for name in environments.names():
        unit = environments.of_folder(LIVE / name / "sqs")
        assert unit is not None
        assert unit.name == name
    assert environments.of_folder(REPOSITORY) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("production = true", True),
        ("production = false", False),
        ("production = false # nobody's rows", False),
        ("# production = false", True),
        ('production = "false"', True),
        ("", True),
    ],
)
def test_what_does_not_say_that_it_is_no_production_is_production(tmp_path: Path, line: str, expected: bool) -> None:
    text = lines(environment="test", account_id="333333333333", region="eu-north-1")
    write(tmp_path, "test", text.replace("}\n", f"  {line}\n}}\n"))
    assert environments.load("test", tmp_path).production is expected


def several(live: Path, **production: bool) -> None:
    for name, is_production in production.items():
        text = lines(environment=name, account_id="333333333333", region="eu-north-1")
        write(live, name, text.replace("}\n", f"  production = {str(is_production).lower()}\n}}\n"))


def test_the_default_is_the_first_that_is_not_production(tmp_path: Path) -> None:
    several(tmp_path, acceptance=True, trial=False, workshop=False)
    assert environments.default(tmp_path).name == "trial"


def test_the_default_is_the_first_where_all_are_production(tmp_path: Path) -> None:
    several(tmp_path, west=True, east=True)
    assert environments.default(tmp_path).name == "east"


def test_a_tree_without_environments_has_no_default(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no folder of .* has an env\.hcl"):
        environments.default(tmp_path)


def test_make_takes_the_same_default_and_names_every_environment() -> None:
    command = ["make", "--no-print-directory", "-C", str(REPOSITORY), "help"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=without_env()).stdout
    named = re.search(r"ENV=(\S+) selects the environment \(default (\S+)\)", said)
    assert named
    assert (named[1].split("|"), named[2]) == (environments.names(), environments.default().name)


def without_env() -> dict[str, str]:
    leading = ("ENV", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(leading)}


def test_the_state_is_named_as_terragrunt_names_it() -> None:
    stated = environments.default()
    assert stated.state_name == f"{environments.project()}-{stated.account_id}-{stated.region}-tfstate"
    assert stated.folder == LIVE / stated.name

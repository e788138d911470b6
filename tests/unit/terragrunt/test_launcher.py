from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.tools import Tools
from scripts.terragrunt import arguments
from scripts.terragrunt.launcher import banner, tool_environment

TOOLS = Tools("/engine", "/terragrunt", "/rc")


def test_run_all_becomes_run_with_all() -> None:
    assert arguments.modern(["run-all", "plan"]) == ["run", "--all", "plan"]
    assert arguments.modern(["--log-level", "error", "run-all", "apply"]) == [
        *("--log-level", "error", "run", "--all", "apply"),
    ]


def test_flags_of_the_same_age_lose_their_prefix() -> None:
    assert arguments.modern(["run-all", "apply", "--terragrunt-non-interactive"]) == [
        *("run", "--all", "apply", "--non-interactive"),
    ]


def test_modern_arguments_stay_as_they_are() -> None:
    typed = ["run", "--all", "plan", "--", "-lock=false"]
    assert arguments.modern(typed) == typed


def test_the_banner_names_environment_account_and_endpoint() -> None:
    local = {"AWS_ENDPOINT_URL": "https://127.0.0.1:1", "CSVBATCH_AWS": "local"}
    for name in environments.names():
        stated = environments.load(name)
        assert banner(stated, local) == (
            f"terragrunt: {name}, account {stated.account_id}, {stated.region}; "
            "endpoint https://127.0.0.1:1 (local AWS)"
        )
        assert banner(stated, {}).endswith("endpoint AWS itself")
    assert banner(None, {}).startswith("terragrunt: no environment;")


def test_the_tools_are_the_project_s_and_settings_the_user_s() -> None:
    variables = tool_environment(TOOLS, {"GOGC": "100", "PATH": "/usr/bin", "TF_CLI_CONFIG_FILE": "/missing"})
    assert variables["TF_CLI_CONFIG_FILE"] == "/rc"
    assert variables["TG_TF_PATH"] == "/engine"
    assert variables["GOGC"] == "100"
    assert variables["PATH"].endswith(":/usr/bin")


def test_bootstrap_never_asks_and_needs_one_unit_of_all_that_share_the_backend() -> None:
    assert arguments.bootstrap(["backend", "bootstrap"], None) == ["backend", "bootstrap", "--non-interactive"]
    everywhere = ["backend", "bootstrap", "--all", "--working-dir", "live/here", "--log-level", "error"]
    assert arguments.bootstrap(everywhere, Path("live/here/unit")) == [
        *("backend", "bootstrap", "--log-level", "error", "--working-dir", "live/here/unit", "--non-interactive"),
    ]
    assert arguments.bootstrap(["backend", "bootstrap", "--non-interactive"], None).count("--non-interactive") == 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("backend bootstrap --all", True),
        ("--log-level error backend bootstrap", True),
        ("backend bootstrap --help", False),
        ("backend migrate a b", False),
        ("run --all plan", False),
    ],
)
def test_a_bootstrap_is_told_from_other_commands(typed: str, expected: bool) -> None:
    assert arguments.is_bootstrap(typed.split()) is expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("apply", True),
        ("apply -auto-approve", True),
        ("--log-level error apply", True),
        ("run -- apply -destroy", True),
        ("import aws_kms_key.this apply", True),
        ("plan -out=later.tfplan", True),
        ("plan --out later.tfplan", True),
        ("plan", False),
        ("destroy", False),
        ("state rm apply", False),
        ("output apply", False),
        ("run --all apply", False),
        ("run --all plan -out=later.tfplan", False),
        ("run --graph apply", False),
        ("apply -help", False),
        ("backend bootstrap", False),
        ("render --format json", False),
        ("", False),
    ],
)
def test_outputs_are_needed_by_just_the_commands_that_take_no_mocks(typed: str, expected: bool) -> None:
    assert arguments.needs_outputs(typed.split()) is expected


@pytest.mark.parametrize("typed", ["--working-dir live/here plan", "run --all --working-dir=live/here -- plan"])
def test_the_folder_is_the_one_that_the_command_names(typed: str) -> None:
    assert arguments.working_dir(typed.split()) == Path("live/here")


def test_the_folder_is_the_current_one_where_the_command_names_none() -> None:
    assert arguments.working_dir(["plan", "-out=later.tfplan"]) == Path.cwd()

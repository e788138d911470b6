from environments import LIVE, REPOSITORY
from terragrunt_launcher import banner, modern_arguments, tool_environment

TOOLS = {"engine": "/engine", "terragrunt": "/terragrunt", "cli_configuration": "/rc"}


def test_run_all_becomes_run_with_all() -> None:
    assert modern_arguments(["run-all", "plan"]) == ["run", "--all", "plan"]
    assert modern_arguments(["--log-level", "error", "run-all", "apply"]) == [
        *("--log-level", "error", "run", "--all", "apply"),
    ]


def test_flags_of_the_same_age_lose_their_prefix() -> None:
    assert modern_arguments(["run-all", "apply", "--terragrunt-non-interactive"]) == [
        *("run", "--all", "apply", "--non-interactive"),
    ]


def test_modern_arguments_stay_as_they_are() -> None:
    arguments = ["run", "--all", "plan", "--", "-lock=false"]
    assert modern_arguments(arguments) == arguments


def test_the_banner_names_environment_account_and_endpoint() -> None:
    local = {"AWS_ENDPOINT_URL": "https://127.0.0.1:1", "CSVBATCH_AWS": "local"}
    assert banner(LIVE / "dev" / "sqs", local) == (
        "terragrunt: dev, account 111111111111, eu-west-2; endpoint https://127.0.0.1:1 (local AWS)"
    )
    assert banner(LIVE / "prod", {}).endswith("endpoint AWS itself")
    assert banner(REPOSITORY, {}).startswith("terragrunt: no environment;")


def test_the_tools_are_the_project_s_and_settings_the_user_s() -> None:
    variables = tool_environment(TOOLS, {"GOGC": "100", "PATH": "/usr/bin", "TF_CLI_CONFIG_FILE": "/missing"})
    assert variables["TF_CLI_CONFIG_FILE"] == "/rc"
    assert variables["TG_TF_PATH"] == "/engine"
    assert variables["GOGC"] == "100"
    assert variables["PATH"].endswith(":/usr/bin")

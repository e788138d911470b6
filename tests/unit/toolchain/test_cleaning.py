from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.local.aws import launcher
from scripts.local.aws.state import Identity, StateDirectory
from scripts.toolchain import cleaning

LEFT = ("live/dev/sqs/terragrunt.hcl", "lambdas/csvbatch/cli.py", "modules/sqs/main.tf")
BUILT = (
    ".venv/bin/python",
    ".venv-bench/bin/python",
    ".venv-judges/bin/python",
    ".venv-second-aws/bin/python",
    ".tools/bin/terraform",
    ".local/scan/report.json",
    "dist/lambda/x86_64/batch_processor.zip",
    "live/dev/sqs/.terragrunt-cache/a/b/main.tf",
    "live/.terragrunt-cache/a",
    "modules/sqs/.terraform/providers/x",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in (*LEFT, *BUILT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_was_built_is_removed_and_nothing_else(checkout: Path) -> None:
    cleaning.clean(checkout)
    assert files(checkout) == set(LEFT)


def test_a_second_time_there_is_nothing_to_do(checkout: Path) -> None:
    cleaning.clean(checkout)
    cleaning.clean(checkout)
    assert files(checkout) == set(LEFT)


def test_servers_are_stopped_also_where_they_are_deep_in_the_tree(checkout: Path) -> None:
    state = StateDirectory(checkout / ".local" / "demo" / "aws", "staging")
    launcher.start(state, Identity("staging", "123456789012", "eu-west-2"))
    try:
        cleaning.clean(checkout)
        assert state.running() is None
        assert files(checkout) == set(LEFT)
    finally:
        if state.running():
            launcher.stop(state, save=False)


def test_nothing_is_removed_where_a_server_cannot_be_stopped(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_STOP_SECONDS", 0.1)
    state = StateDirectory(checkout / ".local" / "aws", "dev")
    state.create()
    with state.lock_for_server(1), pytest.raises(UserError, match="does not end, so nothing was removed"):
        cleaning.clean(checkout)
    assert set(BUILT) <= files(checkout)

import re
from pathlib import Path

import pytest

from scripts.ci import settings
from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.paths import MODULES


def test_a_job_learns_its_region_and_roles(capsys: pytest.CaptureFixture[str]) -> None:
    environment = environments.default()
    assert settings.main([environment.name]) == 0
    role = f"arn:aws:iam::{environment.account_id}:role/csvbatch-{environment.name}-ci"
    assert capsys.readouterr().out.splitlines() == [
        f"region={environment.region}",
        f"plan_role={role}-plan",
        f"apply_role={role}-apply",
    ]


def test_the_module_gives_the_roles_these_names() -> None:
    text = (MODULES / "ci_roles" / "main.tf").read_text(encoding="utf-8")
    names = dict(re.findall(r'(plan|apply)_role_name\s*=\s*"\$\{var\.name\}(-ci-\w+)"', text))
    listed = settings.lines(Environment("dev", "123456789012", "eu-west-2"))
    assert {line.partition("=")[0]: line[-len(names[line.split("_")[0]]) :] for line in listed[1:]} == {
        "plan_role": names["plan"],
        "apply_role": names["apply"],
    }


def test_an_unknown_environment_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert settings.main(["nowhere"]) == 1
    assert "There is no environment 'nowhere'" in capsys.readouterr().err

import json
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.terragrunt import runner
from scripts.terragrunt.runner import LogLine, log_lines


def record(**fields: str) -> str:
    return json.dumps(fields) + "\n"


def test_a_record_names_the_unit_by_its_folder() -> None:
    line = record(**{"working-dir": "/checkout/live/here/sqs/", "level": "stdout", "msg": "No changes."})
    assert list(log_lines([line])) == [LogLine("sqs", "stdout", "No changes.")]


def test_a_record_about_no_unit_has_an_empty_name() -> None:
    assert list(log_lines([record(level="error", msg="no units")])) == [LogLine("", "error", "no units")]


@pytest.mark.parametrize("printed", ["REFUSED: type this first\n", "panic: runtime error\n", "[1, 2]\n"])
def test_what_is_no_record_is_an_error(printed: str) -> None:
    (line,) = log_lines([printed])
    assert line.is_error
    assert line.message == printed.rstrip()


def test_the_banner_of_the_launcher_is_no_error_and_blank_lines_are_skipped() -> None:
    (line,) = log_lines(["terragrunt: here, account 123456789012; endpoint AWS itself\n", "\n", "  \n"])
    assert not line.is_error


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "terragrunt"
    monkeypatch.setattr(runner, "TERRAGRUNT", str(path))
    return path


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_terraform_s_arguments_come_last_and_each_line_is_passed_on(program: Path) -> None:
    write(program, 'echo "$@"; exit 4')
    environment, lines = environments.default(), list[LogLine]()
    status = runner.run_all(
        environment, ["plan", "-lock=false"], {}, lines.append, limit_seconds=60, options=["--parallelism", "2"]
    )
    assert status == 4
    (line,) = lines
    assert line.message.startswith("run --all --non-interactive")
    assert line.message.endswith(f"--working-dir {environment.folder} --parallelism 2 -- plan -lock=false")


def test_a_backend_that_cannot_be_created_says_what_terragrunt_said(program: Path) -> None:
    write(program, "echo no credentials >&2; exit 1")
    environment = environments.default()
    with pytest.raises(UserError, match=rf"(?s)backend of {environment.name} could not be created: .*no credentials"):
        runner.bootstrap(environment, {})

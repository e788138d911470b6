"""Every unit is applied or destroyed and reported once; an interrupted run may finish what it has begun."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.terragrunt import every_unit, runner
from scripts.terragrunt.every_unit import Limits

ENVIRONMENT = environments.default()
FIRST, SECOND, *_ = ENVIRONMENT.units()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "terragrunt"
    monkeypatch.setattr(runner, "TERRAGRUNT", str(path))
    return path


def write(program: Path, *lines: str) -> None:
    program.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    program.chmod(0o755)


def said(unit: str, message: str, level: str = "stdout") -> str:
    record = {"working-dir": f"/live/here/{unit}", "level": level, "msg": message}
    return f"echo '{json.dumps(record)}'"


def test_each_unit_is_reported_once_and_what_was_added_is_counted(program: Path) -> None:
    done = "Apply complete! Resources: {} added, 1 changed, 0 destroyed."
    write(program, said(FIRST, done.format(3)), said(SECOND, done.format(4)), said(SECOND, done.format(4)))
    lines: list[str] = []
    assert every_unit.apply(ENVIRONMENT, os.environ, lines.append) == 7
    units = len(ENVIRONMENT.units())
    assert lines == [
        f"applied {FIRST} (1/{units}): 3 added, 1 changed",
        f"applied {SECOND} (2/{units}): 4 added, 1 changed",
    ]


def test_what_was_destroyed_is_counted(program: Path) -> None:
    write(program, said(FIRST, "Destroy complete! Resources: 9 destroyed."))
    lines: list[str] = []
    assert every_unit.destroy(ENVIRONMENT, os.environ, lines.append, Limits()) == 9
    assert lines == [f"destroyed {FIRST} (1/{len(ENVIRONMENT.units())}): 9 destroyed"]


def test_a_failure_says_what_terragrunt_said_last(program: Path) -> None:
    write(program, said(FIRST, "AccessDenied: not you", "error"), "exit 1")
    with pytest.raises(UserError, match=rf"(?s)destroy of {ENVIRONMENT.name} failed.*{FIRST}: AccessDenied"):
        every_unit.destroy(ENVIRONMENT, os.environ, print, Limits())


def test_what_is_not_applied_in_time_is_named(program: Path) -> None:
    write(program, said(FIRST, "Apply complete! Resources: 1 added, 0 changed, 0 destroyed."), "sleep 60")
    with pytest.raises(UserError, match=f"not applied: {SECOND}"):
        every_unit.apply(ENVIRONMENT, os.environ, print, Limits(1.0, grace_seconds=5.0))


def test_an_interrupted_run_finishes_what_it_has_begun_and_that_is_said(program: Path, tmp_path: Path) -> None:
    finished = tmp_path / "finished"
    write(
        program, f"trap 'sleep 1; touch {finished}; exit 1' INT", said(FIRST, "begins"), "while :; do sleep 0.1; done"
    )
    lines: list[str] = []
    threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        every_unit.apply(ENVIRONMENT, os.environ, lines.append, Limits(60.0, grace_seconds=30.0))
    assert lines == ["stopping: Terraform has 30 s to finish what it has begun"]
    assert finished.exists()

import io
import os
import threading
from pathlib import Path

import pytest
from rich.console import Console

from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.locks import only_one
from scripts.local import start
from scripts.local.aws.state import wait_until
from scripts.terragrunt import plan_units, runner
from scripts.terragrunt.plan_units import UnitPlan, plan, table


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("Plan: 7 to add, 1 to change, 2 to destroy.", (7, 1, 2)),
        ("Plan: 1 to import, 7 to add, 1 to change, 2 to destroy.", (7, 1, 2)),
        ("No changes. Your infrastructure matches the configuration.", (0, 0, 0)),
        ("Changes to Outputs:\n  + arn = 1", (0, 0, 0)),
        ("Error: no.", None),
        ("", None),
    ],
)
def test_the_counts_are_what_terraform_said(said: str, counts: tuple[int, int, int] | None) -> None:
    assert UnitPlan("sqs", [said]).counts == counts


def test_the_table_ends_with_the_sums_and_shows_what_failed() -> None:
    plans = [
        UnitPlan("kms", ["Plan: 2 to add, 0 to change, 0 to destroy."]),
        UnitPlan("sqs", ["Plan: 3 to add, 1 to change, 0 to destroy."]),
        UnitPlan("iam", ["Error"]),
    ]
    page = io.StringIO()
    Console(file=page, width=100).print(table(Environment("test", "333333333333", "eu-north-1"), plans))
    rows = [line.replace("│", " ").split() for line in page.getvalue().splitlines()]
    assert ["kms", "2", "0", "0"] in rows
    assert ["iam", "failed"] in rows
    assert ["3", "units", "5", "1", "0"] in rows
    assert "account 333333333333" in page.getvalue()


def test_a_refusal_before_terragrunt_starts_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "terragrunt"
    program.write_text("#!/bin/sh\nprintf '\\nREFUSED: type this first\\n\\n' >&2\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(runner, "TERRAGRUNT", str(program))
    page = io.StringIO()
    plans, status = plan(environments.default(), {}, Console(file=page, width=100))
    assert status == 1
    assert "REFUSED: type this first" in page.getvalue()
    assert all(one.counts is None for one in plans)


def test_second_plan_of_an_environment_waits_for_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plan_units, "LOCAL", tmp_path / ".local")
    name = environments.names()[0]
    order: list[str] = []

    def planned(*_: object) -> tuple[list[UnitPlan], int]:
        order.append("second")
        return [], 0

    monkeypatch.setattr(plan_units, "plan", planned)
    monkeypatch.setattr(start, "ready", lambda environment: {})
    with only_one(tmp_path / ".local" / f"plan-{name}.lock"):
        second = threading.Thread(target=plan_units.main, args=([name, "--aws", "local"],))
        second.start()
        assert wait_until(lambda: "waiting for it" in capsys.readouterr().err, limit_seconds=30)
        order.append("first")
    second.join(timeout=30)
    assert order == ["first", "second"]


def test_units_that_were_not_planned_in_time_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terragrunt hangs after one unit, without a word and with a child that keeps its output open."""
    environment = environments.load(environments.names()[0])
    first, *others = environment.units()
    record = f'{{"working-dir": "{environment.folder / first}", "level": "stdout", "msg": "No changes."}}'
    hangs = tmp_path / "terragrunt"
    hangs.write_text(f"#!/bin/sh\nsleep 300 &\necho '{record}'\nexec sleep 300\n")
    hangs.chmod(0o755)
    monkeypatch.setattr(runner, "TERRAGRUNT", str(hangs))
    monkeypatch.setattr(plan_units, "PLAN_LIMIT_SECONDS", 3)
    page = io.StringIO()

    plans, status = plan_units.plan(environment, os.environ, Console(file=page, width=2000))

    assert status == 1
    assert "did not end within 3 s" in page.getvalue()
    assert f"Not planned: {', '.join(others)}\n" in page.getvalue()
    assert [one.unit for one in plans if one.counts] == [first]

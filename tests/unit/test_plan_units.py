import io
from pathlib import Path

import pytest
from rich.console import Console

import environments
import terragrunt_launcher
from environments import Environment
from plan_units import UnitPlan, plan, table


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
    monkeypatch.setattr(terragrunt_launcher, "COMMAND", str(program))
    page = io.StringIO()
    plans, status = plan(environments.default(), {}, Console(file=page, width=100))
    assert status == 1
    assert "REFUSED: type this first" in page.getvalue()
    assert all(one.counts is None for one in plans)

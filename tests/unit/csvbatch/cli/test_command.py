import ast
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from tests.unit.csvbatch.cli.conftest import Run

COMMANDS = ("check", "load", "split", "status", "rejects", "redrive", "replay", "ddl", "migrate")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_an_example(run: Run, command: str) -> None:
    outcome = run(command, "--help")
    assert outcome.status == 0
    assert f"Example: csvbatch {command}" in " ".join(outcome.out.split())


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    assert run("lod").status == 2


def test_an_unexpected_error_is_no_traceback_and_quotes_nothing(
    run: Run, good_recipients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Qxzzy")

    monkeypatch.setattr("csvbatch.cli.check.check_file", fail)
    outcome = run("check", good_recipients)
    assert outcome.status == 1
    assert "unexpected RuntimeError" in outcome.err
    assert "Qxzzy" not in outcome.err
    assert "Traceback" not in outcome.err


def test_help_imports_nothing_that_only_work_needs() -> None:
    heavy = {"boto3", "botocore", "rich", "psycopg", "oracledb", "yaml"}
    program = f"import sys, csvbatch.cli; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_that_a_lambda_runs_imports_the_command() -> None:
    lambdas = REPOSITORY / "lambdas"
    for path in lambdas.rglob("*.py"):
        if path.is_relative_to(lambdas / "csvbatch" / "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith(("csvbatch.cli", "typer", "rich"))], path

from pathlib import Path

import pytest

from scripts.packages import architectures
from scripts.packages.cli import main
from tests.unit.packages.made_up import StartPython


def test_it_finds_the_checkout_from_any_folder_in_it(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir("lambdas/csvbatch/store")
    assert main(["verify", "batch_processor"]) == 0


def test_outside_any_checkout_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 1
    assert "is not in a checkout: no folder above it contains lambdas/" in capsys.readouterr().err


def test_outside_any_checkout_a_package_in_a_named_folder_can_be_verified(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["verify", "batch_processor", "--output", str(built / "dist" / "lambda")]) == 0


def test_a_checkout_without_functions_has_nothing_to_package(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("batch_processor", "request_handler"):
        Path(f"lambdas/{name}/handler.py").unlink()
    assert main(["build"]) == 1
    assert "no folder in it has a handler.py" in capsys.readouterr().err


def test_another_python_than_lambdas_is_refused(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(architectures, "PYTHON_MINOR", (3, 99))
    assert main(["build"]) == 1
    assert "but the functions run on python3.13" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["build", "--architecture", "mips"], ["upload", "batch_processor"], ["verify"]]
)
def test_a_wrong_call_is_told_how_to_call(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: lambda-packages" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["build", "digest", "verify", "licences", "upload"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert "--architecture" in capsys.readouterr().out


def test_a_build_with_nothing_to_do_loads_only_what_it_needs(built: Path, start_python: StartPython) -> None:
    program = (
        "import sys; from scripts.packages.cli import main; status = main(['build'])\n"
        "print(sorted({'boto3', 'rich', 'zipfile', 'subprocess', 'pydantic'} & sys.modules.keys()), file=sys.stderr)\n"
        "sys.exit(status)"
    )
    process = start_python("-c", program)
    said, loaded = process.communicate(timeout=60)
    assert process.returncode == 0, loaded
    assert said.count("unchanged") == 2
    assert loaded == "[]\n"

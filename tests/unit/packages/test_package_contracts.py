import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.packages.cli import main
from tests.unit.packages.made_up import CONTRACT_READER

CONTRACT = Path("lambdas/contracts/airports.yaml")
READER = Path("lambdas/csvbatch/contract/yaml_file.py")
COUNTING_READER = "import pathlib\npathlib.Path({file!r}).open('a').write('x')\n"


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["build"]) == 1
    assert not Path("dist").exists()
    return capsys.readouterr().err


@pytest.fixture
def reads(checkout: Path) -> Callable[[], int]:
    """Count how often the contracts were read."""
    READER.write_text(COUNTING_READER.format(file=str(checkout / "read")) + CONTRACT_READER)
    return lambda: (checkout / "read").stat().st_size


def test_a_wrong_contract_stops_the_build_with_file_line_and_reason(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    CONTRACT.write_text("dataset: airports\ncolumns: wrong\n")
    said = refusal(capsys)
    assert "the contracts are wrong\nlambdas/contracts/airports.yaml:2: this is wrong; put it right" in said


def test_it_is_wrong_every_time_until_it_is_put_right(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    CONTRACT.write_text("wrong\n")
    refusal(capsys)
    refusal(capsys)
    CONTRACT.write_text("right\n")
    assert main(["build"]) == 0


def test_they_are_read_by_each_build_that_writes_and_by_no_other(reads: Callable[[], int]) -> None:
    main(["build"])
    main(["build"])
    assert reads() == 1
    Path("lambdas/batch_processor/handler.py").write_text("handler = None\n")
    main(["build"])
    assert reads() == 2


def test_they_are_read_by_the_library_that_is_packaged_not_by_an_installed_one(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = tmp_path / "installed" / "csvbatch"
    installed.mkdir(parents=True)
    (installed / "__init__.py").touch()
    (installed / "contract").mkdir()
    (installed / "contract" / "__init__.py").touch()
    (installed / "contract" / "yaml_file.py").write_text("raise RuntimeError('the wrong library')\n")
    monkeypatch.setenv("PYTHONPATH", f"{installed.parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    assert main(["build"]) == 0


def test_a_library_that_cannot_read_contracts_stops_the_build(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    READER.write_text("raise RuntimeError('half done')\n")
    said = refusal(capsys)
    assert "lambdas/csvbatch/contract/yaml_file.py fails, so no contract was checked" in said
    assert "RuntimeError: half done" in said


def test_contracts_without_a_library_to_read_them_are_refused(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    READER.unlink()
    assert f"{READER} does not exist, so the contracts cannot be checked" in refusal(capsys)


def test_functions_without_contracts_are_packaged(checkout: Path) -> None:
    CONTRACT.unlink()
    READER.unlink()
    assert main(["build"]) == 0

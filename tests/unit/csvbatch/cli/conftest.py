import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from csvbatch.cli import main
from csvbatch.cli.aws import aws
from scripts.local.samples.make_recipients import write_recipients


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


class Terminal(io.StringIO):
    """Somebody at a keyboard who has typed this already."""

    def isatty(self) -> bool:
        return True


type Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Run the command in an empty folder; `typed` is what a person at the terminal answers."""
    for name in [name for name in os.environ if name.startswith("CSVBATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    aws.cache_clear()

    def run_it(*arguments: object, typed: str | None = None) -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO() if typed is None else Terminal(typed))
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run_it


@pytest.fixture
def recipients(tmp_path: Path) -> Path:
    path = tmp_path / "recipients-1.csv"
    write_recipients(path, rows=300, seed=1, bad_share=0.1)
    return path


@pytest.fixture
def good_recipients(tmp_path: Path) -> Path:
    path = tmp_path / "recipients-good.csv"
    write_recipients(path, rows=300, seed=2, bad_share=0)
    return path

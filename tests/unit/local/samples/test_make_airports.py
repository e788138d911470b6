import csv
import sys
from pathlib import Path

import pytest

from scripts.local.samples import make_airports


def test_the_command_writes_the_airports_of_the_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "airports.csv"

    assert make_airports.main([str(path)]) == 0

    with path.open(encoding="utf-8", newline="") as file:
        airports = {row["icao"]: row for row in csv.DictReader(file)}
    assert len(airports) > 28_000
    assert airports["EGNM"]["name"] == "Leeds Bradford Airport"
    assert capsys.readouterr().out == f"{path}: {path.stat().st_size:,} bytes\n"


def test_a_missing_package_is_an_error_with_the_command_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "airportsdata", None)

    assert make_airports.main([str(tmp_path / "airports.csv")]) == 1
    assert capsys.readouterr().err == ("make-airports: the package airportsdata is not installed. Run: make setup\n")
    assert not list(tmp_path.iterdir())


def test_the_command_says_where_it_could_not_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nowhere" / "airports.csv"

    assert make_airports.main([str(path)]) == 1
    assert str(path) in capsys.readouterr().err

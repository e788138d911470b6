import csv
import gzip
import json
from pathlib import Path

import pytest

from tests.unit.csvbatch.cli.conftest import Run

HEADER = "nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at"
MARKER = "Qxzzy"
BAD = f"9990000018,{MARKER},here,1815-12-10,{MARKER},1,1.5,2026-01-01T00:00:00"


def written(folder: Path, text: str, name: str = "recipients.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_a_file_without_faults_ends_well(run: Run, good_recipients: Path) -> None:
    outcome = run("check", good_recipients, "--json")
    assert outcome.status == 0
    found = json.loads(outcome.out)
    assert (found["rows"], found["valid"], found["rejected"], found["refused"]) == (300, 300, 0, None)


def test_rejects_are_listed_by_line_column_and_rule_without_any_value(run: Run, tmp_path: Path) -> None:
    outcome = run("check", written(tmp_path, f"{HEADER}\n{BAD}\n"))
    assert outcome.status == 1
    assert "date_of_birth" in outcome.out
    assert "consent" in outcome.out
    assert MARKER not in outcome.out + outcome.err


def test_the_text_of_a_row_is_shown_where_it_was_asked_for(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n{BAD}\n")
    assert json.loads(run("check", path, "--json", "--show-text").out)["rejects"][0]["text"] == f"{BAD}\n"
    assert "text" not in json.loads(run("check", path, "--json").out)["rejects"][0]


def test_a_file_cannot_send_commands_to_the_terminal(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n{BAD.replace('here', chr(27) + '[2J')}\n")
    outcome = run("check", path, "--show-text")
    assert "\x1b" not in outcome.out
    assert r"\x1b[2J" in outcome.out


def test_only_as_many_rejects_are_listed_as_asked_for(run: Run, tmp_path: Path) -> None:
    outcome = run("check", written(tmp_path, f"{HEADER}\n{BAD}\n{BAD}\n{BAD}\n"), "--rejects", 1, "--json")
    assert {one["line"] for one in json.loads(outcome.out)["rejects"]} == {2}
    assert json.loads(outcome.out)["rejected"] == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (f"{HEADER},more\n", "extra"),
        (f'{HEADER}\n9990000018,"never closed\n', "unterminated_quote"),
    ],
)
def test_a_file_that_would_be_refused_says_why(run: Run, tmp_path: Path, text: str, reason: str) -> None:
    outcome = run("check", written(tmp_path, text), "--json")
    assert outcome.status == 1
    found = json.loads(outcome.out)
    assert found["refused"] == reason
    assert found["problems"]


def test_a_contracts_share_of_rejects_refuses_the_file(run: Run, tmp_path: Path) -> None:
    header = "icao,iata,name,city,subd,country,elevation,lat,lon,tz,lid"
    outcome = run(
        "check", written(tmp_path, f"{header}\nEGLL,,,,,GB,80,51,0,Europe/London,\n", "airports.csv"), "--json"
    )
    assert json.loads(outcome.out)["refused"] == "too_many_rejects"


def test_check_and_load_find_the_same_rejects(run: Run, recipients: Path, tmp_path: Path) -> None:
    checked = json.loads(run("check", recipients, "--rejects", 1000, "--json").out)
    run("load", recipients, "-d", "recipients", "--database", "sqlite:///x.db", "--chunk-bytes", 3000)
    loaded = []
    for path in sorted((tmp_path / "csvbatch-output" / "rejected").rglob("*.csv")):
        with path.open(newline="") as stream:
            loaded += [(int(one["line"]), one["column"], one["rule"]) for one in csv.DictReader(stream)]
    assert loaded
    assert [(one["line"], one["column"] or "", one["rule"]) for one in checked["rejects"]] == loaded


def test_a_packed_file_is_read_like_a_plain_one(run: Run, recipients: Path, tmp_path: Path) -> None:
    packed = tmp_path / "recipients-1.csv.gz"
    packed.write_bytes(gzip.compress(recipients.read_bytes()))
    plain, unpacked = (json.loads(run("check", path, "--json").out) for path in (recipients, packed))
    assert {**plain, "file": ""} == {**unpacked, "file": ""}


def test_the_folder_a_file_is_in_says_its_dataset(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n", "incoming/recipients/airports.csv")
    assert json.loads(run("check", path, "--json").out)["dataset"] == "recipients"


@pytest.mark.parametrize("name", ["people.csv", "airports-and-recipients.csv", "recipientsairports.csv"])
def test_a_dataset_that_is_not_certain_is_asked_for(run: Run, tmp_path: Path, name: str) -> None:
    outcome = run("check", written(tmp_path, HEADER, name))
    assert outcome.status == 2
    assert "--dataset (airports, recipients)" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv"], "nowhere.csv is not a file"),
        (["a.csv", "-d", "people"], "no contract for dataset 'people'"),
        (["a.csv", "-d", "airports", "--contract", "a.yaml"], "not both"),
        (["a.csv", "--contract", "a.yaml"], "a.yaml: it cannot be read"),
    ],
)
def test_wrong_usage_is_said_in_one_line(run: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    written(tmp_path, HEADER, "a.csv")
    outcome = run("check", *arguments)
    assert outcome.status in (1, 2)
    assert said in outcome.err
    assert outcome.err.count("\n") == 1

import csv
import io
import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from csvbatch.contract.model import Contract
from csvbatch.contract.yaml_file import load_contract
from csvbatch.rows.header import match_header
from csvbatch.rows.rules import Rule
from csvbatch.rows.validator import compile_validator
from scripts.local.samples import make_recipients
from scripts.local.samples.make_recipients import FAULTS, HEADER, generate, nhs_number, write_recipients

CONTRACT = Path(__file__).parents[4] / "lambdas" / "contracts" / "recipients.yaml"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(CONTRACT)


def rejects(contract: Contract, path: Path) -> dict[int, list[dict[str, Any]]]:
    """What the contract's validator says of a file, by the line on which a row begins."""
    found = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        validate = compile_validator(contract, match_header(contract, next(reader)))
        line = reader.line_num + 1
        for fields in reader:
            row = validate(fields)
            if isinstance(row, list):
                found[line] = [{"column": error.column, "rule": error.rule.value} for error in row]
            line = reader.line_num + 1
    return found


def test_the_validator_rejects_exactly_the_rows_that_are_said_to_be_bad(contract: Contract, tmp_path: Path) -> None:
    path, expected = tmp_path / "recipients.csv", tmp_path / "expected.json"

    summary = write_recipients(path, rows=3000, seed=7, bad_share=0.1, expected=expected)

    said = json.loads(expected.read_text())
    assert summary.rejected == 300
    assert (said["rows"], said["rejected"], said["bytes"]) == (3000, 300, path.stat().st_size)
    assert rejects(contract, path) == {reject["line"]: reject["errors"] for reject in said["rejects"]}


def test_bad_rows_break_every_rule_but_those_of_files_that_were_damaged() -> None:
    rows = generate(len(FAULTS), seed=3, bad_share=1)

    damaged = {Rule.TEXT_AFTER_QUOTE, Rule.LONE_CR, Rule.BYTE_ORDER_MARK, Rule.REPEATED_HEADER}
    assert {error.rule for row in rows for error in row.errors} == set(Rule) - damaged


def test_without_bad_rows_the_file_is_the_corrected_version_of_the_one_with_them(
    contract: Contract, tmp_path: Path
) -> None:
    with_faults = list(generate(1000, seed=5, bad_share=0.05))
    corrected = list(generate(1000, seed=5, bad_share=0))

    assert [new.text for old, new in zip(with_faults, corrected, strict=True) if not old.errors] == [
        row.text for row in with_faults if not row.errors
    ]
    assert sum(old.text != new.text for old, new in zip(with_faults, corrected, strict=True)) == 50
    write_recipients(tmp_path / "corrected.csv", rows=1000, seed=5, bad_share=0)
    assert rejects(contract, tmp_path / "corrected.csv") == {}


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_rows(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        write_recipients(tmp_path / name, rows=500, seed=seed)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "same").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()


def test_the_bytes_of_a_seed_never_change() -> None:
    row = next(generate(1, seed=1, bad_share=0))

    assert row.text == (
        "9994966006,Wei Patel,144 Park Row Eskford ZZ14 5GS,1984-03-03,Y,11,44.73,2026-01-03T00:49:36\n"
    )


def test_keys_do_not_repeat() -> None:
    keys = [tuple(next(csv.reader(io.StringIO(row.text))))[:6:5] for row in generate(20_000, seed=1, bad_share=0)]

    assert len(set(keys)) == 20_000


def test_a_twentieth_of_the_rows_needs_quoting_and_a_row_has_about_91_bytes() -> None:
    rows = list(generate(20_000, seed=1, bad_share=0))

    assert 0.045 < sum('"' in row.text for row in rows) / len(rows) < 0.055
    assert any("\n" in row.text[:-1] for row in rows)
    assert any('""' in row.text for row in rows)
    assert 90 < sum(len(row.text.encode()) for row in rows) / len(rows) < 94


def test_every_number_is_of_the_never_issued_range_and_has_its_check_digit() -> None:
    for row in generate(2000, seed=1, bad_share=0):
        number = row.text[:10]
        total = sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False))
        assert number.startswith("999")
        assert (total + int(number[9])) % 11 == 0


def test_a_number_without_a_check_digit_is_left_out() -> None:
    numbers = [nhs_number(serial) for serial in range(1000)]

    assert 80 < numbers.count(None) < 100
    assert nhs_number(0) is None
    assert nhs_number(1) == "9990000018"


def test_lines_are_those_of_the_file() -> None:
    rows = list(generate(2000, seed=1, bad_share=0.05))
    lines = (",".join(HEADER) + "\n" + "".join(row.text for row in rows)).split("\n")

    for row in rows:
        assert "\n".join(lines[row.line - 1 :]).startswith(row.text)


def test_rows_are_made_one_by_one_however_many_there_are() -> None:
    assert len(list(islice(generate(10**12, seed=1, bad_share=0.02), 100))) == 100


def test_the_command_writes_a_file_and_says_what_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, expected = tmp_path / "r.csv", tmp_path / "r.json"

    status = make_recipients.main([str(path), "--rows", "100", "--bad-share", "0.2", "--expected", str(expected)])

    assert status == 0
    assert capsys.readouterr().out == f"{path}: 100 rows, 20 of them bad, {path.stat().st_size:,} bytes\n"
    assert len(json.loads(expected.read_text())["rejects"]) == 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "-1"], "'-1' is not a number of rows"),
        (["--rows", "ten"], "'ten' is not a number of rows"),
        (["--rows", "1", "--bad-share", "2"], "'2' is not a number from 0 to 1"),
        (["--rows", "1", "--bad-share", "half"], "'half' is not a number from 0 to 1"),
        ([], "the following arguments are required: --rows"),
    ],
)
def test_the_command_refuses_what_it_cannot_make(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        make_recipients.main([str(tmp_path / "r.csv"), *arguments])

    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_the_command_says_where_it_could_not_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nowhere" / "r.csv"

    assert make_recipients.main([str(path), "--rows", "1"]) == 1
    assert capsys.readouterr().err == f"make-recipients: cannot write {path}: No such file or directory\n"

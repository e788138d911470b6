"""Files that went wrong on their way: what `check` and `load` say of them, and what is in the table then."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.csvbatch.cli.conftest import Run

CONTRACT = """\
dataset: t
table: t
key: [code]
columns:
  - {name: code, type: string, max_length: 40}
  - {name: name, type: string, max_length: 200}
"""


class Files:
    """A folder with a contract, and the file that is checked and loaded by it."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder = folder
        self.run = run
        self.contracts = folder / "contracts"
        self.contracts.mkdir()
        self.file = folder / "t.csv"
        self.write_contract()

    def write_contract(self, settings: str = "") -> None:
        (self.contracts / "t.yaml").write_text(CONTRACT + settings)

    def check(self, content: bytes) -> tuple[int, dict[str, Any]]:
        self.file.write_bytes(content)
        outcome = self.run("check", self.file, "--contracts", self.contracts, "-d", "t", "--json")
        return outcome.status, json.loads(outcome.out)

    def load(self) -> list[tuple[str, str]]:
        """Load the file that was checked, and give the rows of the table."""
        self.run("load", self.file, "-d", "t", "--contracts", self.contracts, "--database", "sqlite:///t.db")
        with closing(sqlite3.connect(self.folder / "t.db")) as connection:
            return list(connection.execute("SELECT code, name FROM t ORDER BY load_line"))

    def rejects(self) -> list[tuple[int, int, str]]:
        found = []
        for path in sorted((self.folder / "csvbatch-output" / "rejected").rglob("*.csv")):
            with path.open(newline="", encoding="utf-8") as stream:
                found += [(int(one["line"]), int(one["last_line"]), one["rule"]) for one in csv.DictReader(stream)]
        return found


@pytest.fixture
def files(tmp_path: Path, run: Run) -> Files:
    return Files(tmp_path, run)


REJECTED: dict[str, tuple[bytes, list[tuple[str, str]], list[tuple[int, int, str]]]] = {
    "a stray opening quote": (
        b'code,name\n1,ok\n2,"open\n3,"closed"\n4,fine\n',
        [("1", "ok"), ("4", "fine")],
        [(3, 4, "text_after_quote")],
    ),
    "a stray opening quote among rows in quotes": (
        b'"code","name"\n"1","ok"\n"2","open\n"3","closed"\n"4","fine"\n',
        [("1", "ok"), ("4", "fine")],
        [(3, 4, "text_after_quote")],
    ),
    "backslashes before quotes": (
        b'code,name\n1,"say \\"hi\\" now"\n2,plain\n',
        [("2", "plain")],
        [(2, 2, "text_after_quote")],
    ),
    "a lone CR": (b"code,name\n1,foo\rbar\n2,ok\n", [("2", "ok")], [(2, 2, "lone_cr"), (3, 3, "lone_cr")]),
    "files joined, each with mark and header": (
        b"\xef\xbb\xbfcode,name\n1,a\n\xef\xbb\xbfcode,name\n2,b\n",
        [("1", "a"), ("2", "b")],
        [(3, 3, "byte_order_mark")],
    ),
    "files joined, each with a header": (
        b'code,name\n1,a\n"code","name"\n2,b\n',
        [("1", "a"), ("2", "b")],
        [(3, 3, "repeated_header")],
    ),
    "delimiters at the end of rows": (
        b"code,name\n1,a,\n2,b\n",
        [("2", "b")],
        [(2, 2, "trailing_delimiters")],
    ),
}


@pytest.mark.parametrize(("content", "rows", "rejects"), REJECTED.values(), ids=REJECTED)
def test_bad_rows_are_rejects_with_their_lines_and_reason(
    files: Files, content: bytes, rows: list[tuple[str, str]], rejects: list[tuple[int, int, str]]
) -> None:
    status, found = files.check(content)
    assert status == 1
    assert [(one["line"], one["last_line"], one["rule"]) for one in found["rejects"]] == rejects
    assert files.load() == rows
    assert files.rejects() == rejects


def test_lenient_quoting_takes_what_a_strict_reader_refuses(files: Files) -> None:
    files.write_contract("quoting: lenient\n")
    status, found = files.check(b'code,name\n1,"say \\"hi\\" now"\n')
    assert (status, found["rejected"]) == (0, 0)
    assert files.load() == [("1", 'say \\hi\\" now"')]


def test_utf_8_under_an_encoding_of_one_byte_is_warned_of_with_the_count(files: Files) -> None:
    files.write_contract("encoding: cp1252\n")
    status, found = files.check("code,name\n1,plain\n2,José\n3,Zoë\n".encode())
    assert (status, found["utf8_lines"]) == (0, 2)
    (warning,) = found["warnings"]
    assert warning.startswith("2 line(s), the first of them line 3, seem to be UTF-8, but the contract says cp1252")
    outcome = files.run("check", files.file, "--contracts", files.contracts, "-d", "t")
    assert "warning: 2 line(s)" in outcome.out
    loading = ("load", files.file, "-d", "t", "--contracts", files.contracts, "--database", "sqlite:///t.db")
    assert json.loads(files.run(*loading, "--json").out)["warnings"] == found["warnings"]
    assert "warning: 2 line(s)" in files.run(*loading).out
    assert files.check("code,name\n2,José\n".encode("cp1252"))[1]["warnings"] == []


REFUSED = {
    "Excel's sep= line": (b"sep=,\ncode,name\n1,a\n", "unrecognised", "`sep=` line, which sets the delimiter in Excel"),
    "a title before the header": (b"Report\n\n\ncode,name\n1,a\n", "unrecognised", "The header is on line 4"),
    "a header with blanks": (b"code, name\n1,a\n", "missing", "' name' for 'name'"),
    "a header of another case": (b"Code,NAME\n1,a\n", "missing", "'Code' for 'code', 'NAME' for 'name'"),
    "a zip archive": (b"PK\x03\x04" + b"\0" * 100, "not_csv", "it is a zip archive"),
    "a web page": (b"<!doctype html><title>Sign in</title>", "not_csv", "it is an HTML page"),
}


@pytest.mark.parametrize(("content", "reason", "said"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_refused_is_told_what_it_is(files: Files, content: bytes, reason: str, said: str) -> None:
    status, found = files.check(content)
    assert (status, found["refused"]) == (1, reason)
    assert said in found["problems"][0]
    assert files.load() == []
    (report,) = (files.folder / "csvbatch-output" / "reports").rglob("*.json")
    assert json.loads(report.read_text())["problems"] == found["problems"]


def test_a_malformed_row_counts_as_the_rows_it_may_have_swallowed(files: Files) -> None:
    files.write_contract("maximum_reject_share: 0.5\n")
    rows = b"".join(b"%d,plain\n" % number for number in range(50))
    _, found = files.check(b'code,name\na,"open\n' + rows + b'b,"closed"\n' + b"c,c\n" * 5)
    assert (found["refused"], found["rows"], found["rejected"]) == ("too_many_rejects", 6, 1)
    assert found["problems"][0].startswith("52 of 57 rows break the contract")
    assert files.load() == []


def test_rejects_show_first_and_last_line_also_of_files_that_have_no_last_line(files: Files) -> None:
    batch = "0123456789abcdef"
    old = files.folder / "csvbatch-output" / "rejected" / "t" / batch / "001" / "000000.csv"
    old.parent.mkdir(parents=True)
    old.write_text("line,column,rule,reason,text\n7,code,key,No key.,x\n")
    (shown,) = map(json.loads, files.run("rejects", batch, "--json").out.splitlines())
    assert (shown["line"], shown["last_line"]) == (7, 7)
    old.write_text("line,last_line,column,rule,reason,text\n7,9,,text_after_quote,Quote.,x\n")
    (shown,) = map(json.loads, files.run("rejects", batch, "--json").out.splitlines())
    assert (shown["line"], shown["last_line"]) == (7, 9)

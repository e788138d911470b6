"""The project's reading is compared with other readers of CSV; `make judges-csv` asks more of them, over more files."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from csvbatch.csv_file.dialect import Dialect
from tests.judges_of_csv import __main__ as command
from tests.judges_of_csv import comparison, judges
from tests.judges_of_csv.__main__ import table
from tests.judges_of_csv.comparison import cases_of, hold_against, smallest
from tests.judges_of_csv.duckdb_model import duckdb_rows
from tests.judges_of_csv.files import generated_files
from tests.judges_of_csv.judges import PostgresqlCopy, PythonCsv, judges_at_hand
from tests.judges_of_csv.questions import Answer, CsvFile, Judge, Question, Refused
from tests.judges_of_csv.reading import Reading, ReadRow, lenient, read_file
from tests.judges_of_csv.reasons import JUDGES, reason_for
from tests.support.postgresql import PostgresqlUnavailableError, postgresql

SEED = 1
FILES = 2_000
PLAIN = CsvFile("plain", b'a,b\n1,2\n"x\ny","z ""z"""\n3,4\n', Dialect())


@pytest.fixture(scope="module")
def copy() -> Iterator[PostgresqlCopy]:
    try:
        with postgresql() as server, psycopg.connect(server.url()) as connection:
            yield PostgresqlCopy(connection)
    except PostgresqlUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])
def test_every_difference_from_python_has_a_reason(strict: bool) -> None:
    every_difference_has_a_reason(PythonCsv(strict=strict))


def test_every_difference_from_postgresql_has_a_reason(copy: PostgresqlCopy) -> None:
    every_difference_has_a_reason(copy)


def every_difference_has_a_reason(judge: Judge) -> None:
    verdict = hold_against([judge], generated_files(SEED, FILES))[judge.name]
    assert [smallest(judge, one.case.file) for one in verdict.unexplained[:3]] == []
    assert verdict.asked > FILES
    assert verdict.agreed > FILES / 2
    assert verdict.agreed + verdict.reasons.total() == verdict.asked


class Defective(PythonCsv):
    """Python's `csv` with a defect."""

    def __init__(self, defect: str) -> None:
        super().__init__(strict=True)
        self.defect = defect

    def read(self, questions: list[Question]) -> list[Answer]:
        return [
            self.spoilt(question, answer) for question, answer in zip(questions, super().read(questions), strict=True)
        ]

    def spoilt(self, question: Question, answer: Answer) -> Answer:
        if isinstance(answer, Refused):
            reads = self.defect == "reads text after a quote"
            return PythonCsv(strict=False).read([question])[0] if reads else answer
        match self.defect:
            case "loses the last row":
                return answer[:-1] if len(answer) > 1 else answer
            case "doubles a row":
                return answer + answer[-1:]
            case "orders rows":
                return sorted(answer)
            case "strips fields":
                return [[field.strip(" ") for field in row] for row in answer]
            case "takes CRLF inside quotes for LF":
                return [[field.replace("\r\n", "\n") for field in row] for row in answer]
            case "refuses doubled quotes":
                return Refused("quote") if question.dialect.quote * 2 in question.text else answer
        return answer


@pytest.mark.parametrize(
    "defect",
    [
        "reads text after a quote",
        "loses the last row",
        "doubles a row",
        "orders rows",
        "strips fields",
        "takes CRLF inside quotes for LF",
        "refuses doubled quotes",
    ],
)
def test_a_judge_with_a_defect_is_caught_and_its_file_is_made_small(defect: str) -> None:
    judge = Defective(defect)
    verdict = hold_against([judge], generated_files(SEED, 300))[judge.name]
    assert verdict.unexplained
    file = smallest(judge, verdict.unexplained[0].case.file)
    assert len(file.data.decode(file.dialect.encoding)) <= 12
    assert comparison.is_unexplained(judge, file)


def strictness_lost(data: bytes, dialect: Dialect, chunk_bytes: int) -> Reading:
    return read_file(data, lenient(dialect), chunk_bytes)


def malformed_rows_lost(data: bytes, dialect: Dialect, chunk_bytes: int) -> Reading:
    reading = read_file(data, dialect, chunk_bytes)
    return replace(reading, rows=[row for row in reading.rows if row.rule is None])


def last_rows_lost(data: bytes, dialect: Dialect, chunk_bytes: int) -> Reading:
    reading = read_file(data, dialect, chunk_bytes)
    return replace(reading, rows=reading.rows[:2])


def blanks_lost(data: bytes, dialect: Dialect, chunk_bytes: int) -> Reading:
    reading = read_file(data, dialect, chunk_bytes)
    return replace(reading, rows=[replace(row, fields=[one.strip() for one in row.fields]) for row in reading.rows])


@pytest.mark.parametrize("defect", [strictness_lost, malformed_rows_lost, last_rows_lost, blanks_lost])
def test_a_defect_in_the_projects_reading_is_caught(defect: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "read_file", defect)
    monkeypatch.setattr(comparison, "_readings", {})
    judge = PythonCsv(strict=True)
    assert hold_against([judge], generated_files(SEED, 300))[judge.name].unexplained


def test_reading_bytes_that_are_not_in_the_encoding_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    file = CsvFile("bytes", b"a\n\xff\n", Dialect())
    assert list(cases_of(file, PythonCsv(strict=True))) == []
    monkeypatch.setattr(comparison, "read_file", lambda *_: Reading(ReadRow(["a"], "a\n"), []))
    monkeypatch.setattr(comparison, "_readings", {})
    with pytest.raises(AssertionError, match="bytes was read, although its bytes are not utf-8"):
        list(cases_of(file, PythonCsv(strict=True)))


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize(
    "answer",
    [
        Refused("no"),
        [],
        [["a", "b"], ["1", "2"], ["3", "4"]],
        [["a", "b"], ["1", "2"], ["x\ny", 'z "z"']],
        [["a", "b"], ["1", "2"], ["x y", 'z "z"'], ["3", "4"]],
        [["a", "b"], ["x\ny", 'z "z"'], ["1", "2"], ["3", "4"]],
    ],
)
def test_no_reason_explains_a_difference_over_a_plain_file(judge: str, answer: Answer) -> None:
    (case,) = cases_of(PLAIN, PythonCsv(strict=True))
    assert not comparison.agrees(case, answer)
    assert reason_for(judge, case, answer) is None


def test_a_reason_does_not_hide_a_fault_elsewhere_in_the_file() -> None:
    file = CsvFile("lone", b"a,b\n1,2\n3,x\ry,4\n5,6\n", Dialect())
    case = next(cases_of(file, PythonCsv(strict=True)))
    read = [["a", "b"], ["1", "2"], ["3", "x"], ["y", "4"], ["5", "6"]]
    assert reason_for("csv, strict", case, read) is not None
    assert reason_for("csv, strict", case, read[:-1]) is None


def test_the_table_has_a_line_for_each_judge() -> None:
    judge = PythonCsv(strict=False)
    lines = list(table(hold_against([judge], [PLAIN, CsvFile("open", b'a\n"', Dialect())])))
    assert lines[1].split() == ["csv,", "lenient", "2", "1", "1", "0"]
    assert lines[-1].startswith("         1  quote never closed: the file is refused")


@pytest.mark.parametrize(
    ("defect", "status"), [("loses the last row", 1), ("none", 0)], ids=["a difference without a reason", "none"]
)
def test_the_command_fails_for_a_difference_without_a_reason(
    defect: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "judges_at_hand", lambda _: nullcontext(([Defective(defect)], ["One is missing."])))
    monkeypatch.setattr(command, "public_files", lambda: [PLAIN])
    assert command.main(["--files", "100", "--seed", "3"]) == status
    said = capsys.readouterr().out
    assert "1 public files, 100 generated ones (seed 3)" in said
    assert "One is missing." in said
    assert ("differs without a reason over" in said) == bool(status)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\n1, "x,y"\n', [["a", "b"], ["1", "x,y"]]),
        ('a,b\n1,  "x"\n', [["a", "b"], ["1", '  "x"']]),
        ('a,b\n1,"x"  \n', [["a", "b"], ["1", "x"]]),
        ('a,b\n1,"x" "\n', [["a", "b"]]),
        ('a,b\n1,"x"  "y"\n', [["a", "b"], ["1", "x  y"]]),
        ('a,b\n1,"x"y\n', Refused("malformed, or another number of fields")),
        ("a,b\n1\n", Refused("malformed, or another number of fields")),
    ],
)
def test_what_duckdb_gave_for_quotes_and_blanks_is_predicted(text: str, rows: Answer) -> None:
    assert duckdb_rows(Question(text, Dialect(), 2, "\n")) == rows


def test_a_judge_that_is_not_there_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(judges, "JUDGES_VENV", tmp_path)
    with judges_at_hand(frozenset({"sqlite", "duckdb", "pandas"})) as (found, missing):
        assert found == []
    assert missing == [
        "SQLite .import was not asked: its command line program sqlite3 is not on PATH.",
        "DuckDB, strict was not asked: it is not installed in .venv-judges; `make judges-csv` does that.",
        "pandas was not asked: it is not installed in .venv-judges; `make judges-csv` does that.",
    ]

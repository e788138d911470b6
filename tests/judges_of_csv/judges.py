"""One adapter for each judge. What an adapter normalizes is said in its docstring, and is all that it does."""

import csv
import json
import pickle
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from csvbatch.csv_file.dialect import Dialect, csv_reader, split_lines
from csvbatch.csv_file.limits import DEFAULT_LIMITS
from scripts.common.paths import JUDGES_VENV
from tests.judges_of_csv.questions import Answer, Judge, Question, Refused
from tests.support.postgresql import PostgresqlUnavailableError, postgresql

_NO_TEXT = "csvbatch: no text"
"""Stands for NULL where a judge wants a text for it; no file has it."""
_WORKER = Path(__file__).with_name("worker.py")
_SECONDS = 600


class PythonCsv:
    """Python's `csv`. A blank line is a row without fields there; it is left out."""

    fixed_width = False

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.name = "csv, strict" if strict else "csv, lenient"

    def can_read(self, dialect: Dialect) -> bool:
        return True

    def read(self, questions: list[Question]) -> list[Answer]:
        return [self._read(question) for question in questions]

    def _read(self, question: Question) -> Answer:
        dialect = replace(question.dialect, strict=self.strict)
        try:
            return [row for row in csv_reader(split_lines(question.text), dialect, DEFAULT_LIMITS) if row]
        except csv.Error as error:
            return Refused(str(error))


class PostgresqlCopy:
    """`COPY … FROM STDIN (FORMAT csv)` into a table of text columns, one for each field of the header.

    Its NULL is a text that no file has, so that a field without text is one.
    """

    name = "PostgreSQL COPY"
    strict = True
    fixed_width = True

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._tables: set[int] = set()

    def can_read(self, dialect: Dialect) -> bool:
        return True

    def read(self, questions: list[Question]) -> list[Answer]:
        return [self._read(question) for question in questions]

    def _read(self, question: Question) -> Answer:
        # A sequence tells the order of rows.
        columns = sql.SQL(", ").join(sql.Identifier(f"c{number}") for number in range(question.width))
        table = sql.Identifier(f"rows_{question.width}")
        if question.width not in self._tables:
            texts = sql.SQL(", ").join(
                sql.SQL("{} text").format(sql.Identifier(f"c{n}")) for n in range(question.width)
            )
            self._connection.execute(sql.SQL("CREATE TEMP TABLE {} (n bigserial, {})").format(table, texts))
            self._connection.commit()
            self._tables.add(question.width)
        copy = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, DELIMITER {}, QUOTE {}, ESCAPE {}, NULL {})").format(
            table, columns, question.dialect.delimiter, question.dialect.quote, question.dialect.quote, _NO_TEXT
        )
        try:
            with self._connection.cursor() as cursor:
                with cursor.copy(copy) as stream:
                    stream.write(question.text.encode())
                found = cursor.execute(sql.SQL("SELECT {} FROM {} ORDER BY n").format(columns, table)).fetchall()
            return [list(row) for row in found]
        except psycopg.Error as error:
            return Refused(str(error).partition("\n")[0])
        finally:
            self._connection.rollback()


class SqliteImport:
    """`.import` of the sqlite3 shell into a table of text columns, one for each field of the header.

    A line on standard error counts as a refusal: it says so there where it fills or cuts rows and where quotes are
    wrong, and goes on. A last field that the end of the file cuts off is NULL without a word, and taken for one without
    text. It takes one byte for a row end, with which a CR before LF goes; and no quote but `"`.
    """

    name = "SQLite .import"
    strict = True
    fixed_width = True

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def can_read(self, dialect: Dialect) -> bool:
        return dialect.quote == '"'

    def read(self, questions: list[Question]) -> list[Answer]:
        script = []
        for number, question in enumerate(questions):
            path = self._folder / f"question-{number}.csv"
            path.write_bytes(question.text.encode())
            script += self._commands(number, path, question)
        command = [self._program, "-batch", "-init", "/dev/null", ":memory:"]
        done = subprocess.run(
            command, input="\n".join(script).encode(), capture_output=True, timeout=_SECONDS, check=False
        )
        said: dict[str, str] = defaultdict(str)
        for line in done.stderr.decode(errors="replace").splitlines():
            file, _, warning = line.partition(":")
            said[file] = said[file] or warning
        answers: list[Answer] = []
        lines = done.stdout.decode().splitlines()
        if len(lines) != len(questions):
            raise RuntimeError(f"sqlite3 gave {len(lines)} answers for {len(questions)} files: {done.stderr[:500]!r}")
        for number, line in enumerate(lines):
            warned = said.get(str(self._folder / f"question-{number}.csv"))
            answers.append(Refused(warned) if warned else [[field or "" for field in row] for row in json.loads(line)])
        return answers

    def _commands(self, number: int, path: Path, question: Question) -> list[str]:
        columns = [f"c{column}" for column in range(question.width)]
        texts = ", ".join(f"{column} TEXT" for column in columns)
        row_end = "\\r" if question.row_end == "\r" else "\\n"
        delimiter = "\\t" if question.dialect.delimiter == "\t" else question.dialect.delimiter
        return [
            f"CREATE TABLE t{number} ({texts});",
            f'.separator "{delimiter}" "{row_end}"',
            f".import {path} t{number}",
            '.separator "," "\\n"',
            f"SELECT coalesce(json_group_array(json_array({', '.join(columns)})), '[]') FROM t{number};",
            f"DROP TABLE t{number};",
        ]


class InOtherEnvironment:
    """DuckDB's or pandas' reader, by `worker.py`, which says how they are set."""

    def __init__(self, reader: str, name: str, *, strict: bool, fixed_width: bool) -> None:
        self.name = name
        self.strict = strict
        self.fixed_width = fixed_width
        command = [str(JUDGES_VENV / "bin" / "python"), str(_WORKER), reader]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def can_read(self, dialect: Dialect) -> bool:
        return True

    def read(self, questions: list[Question]) -> list[Answer]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = [(one.text, one.dialect.delimiter, one.dialect.quote, one.width) for one in questions]
        pickle.dump(asked, self._process.stdin)
        self._process.stdin.flush()
        answers = pickle.load(self._process.stdout)
        return [Refused(answer) if isinstance(answer, str) else answer for answer in answers]

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=_SECONDS)


ALL = frozenset({"csv", "postgresql", "sqlite", "duckdb", "pandas"})


@contextmanager
def judges_at_hand(names: Set[str]) -> Iterator[tuple[list[Judge], list[str]]]:
    """Give the judges of these kinds, and a sentence for each that cannot be had on this machine."""
    judges: list[Judge] = []
    missing: list[str] = []
    with ExitStack() as stack:
        if "csv" in names:
            judges += [PythonCsv(strict=True), PythonCsv(strict=False)]
        if "postgresql" in names:
            try:
                server = stack.enter_context(postgresql())
            except PostgresqlUnavailableError as error:
                missing.append(f"PostgreSQL COPY was not asked: {error}")
            else:
                judges.append(PostgresqlCopy(stack.enter_context(psycopg.connect(server.url()))))
        if "sqlite" in names:
            program = shutil.which("sqlite3")
            if program is None:
                missing.append("SQLite .import was not asked: its command line program sqlite3 is not on PATH.")
            else:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="csvbatch-judges-")))
                judges.append(SqliteImport(program, folder))
        for reader, name, strict, fixed_width in (
            ("duckdb", "DuckDB, strict", True, True),
            ("pandas", "pandas", False, True),
        ):
            if reader in names and not (JUDGES_VENV / "bin" / "python").exists():
                missing.append(
                    f"{name} was not asked: it is not installed in .venv-judges; `make judges-csv` does that."
                )
            elif reader in names:
                judge = InOtherEnvironment(reader, name, strict=strict, fixed_width=fixed_width)
                stack.callback(judge.close)
                judges.append(judge)
        yield judges, missing

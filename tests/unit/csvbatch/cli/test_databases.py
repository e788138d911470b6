"""A path that was mistyped: named in the error, and neither made into a database nor changed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.csvbatch.cli.conftest import Run

BATCH = "0123456789abcdef"
READING = [
    ("status",),
    ("status", BATCH),
    ("rejects", BATCH),
    ("redrive", "--yes"),
    ("redrive", BATCH, "--dry-run"),
    ("replay", BATCH, "--yes"),
    ("replay", "--rejects", "--yes"),
]


def foreign(journal: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"PRAGMA journal_mode = {journal}")
            connection.execute("CREATE TABLE other (a)")

    return make


@pytest.fixture(autouse=True)
def output(tmp_path: Path) -> None:
    (tmp_path / "csvbatch-output").mkdir()


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_database_that_is_not_there_is_not_made(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    outcome = run(*command, "--database", "sqlite:///mistyped.db")
    assert outcome.status == 2
    assert "mistyped.db: there is no such SQLite database" in outcome.err
    assert "csvbatch migrate" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["csvbatch-output"]


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b""), "is not a SQLite database"),
        (lambda path: path.write_text("code,name\n" * 50), "is not a SQLite database"),
        (foreign("DELETE"), "has no ledger of csvbatch"),
        (foreign("WAL"), "has no ledger of csvbatch"),
    ],
    ids=["empty", "text", "a database", "a database with a log"],
)
def test_another_file_is_left_as_it_is(
    run: Run, tmp_path: Path, command: tuple[str, ...], make: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "other.db"
    make(path)
    before = path.read_bytes()
    outcome = run(*command, "--database", "sqlite:///other.db")
    assert (outcome.status, path.read_bytes()) == (2, before)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["csvbatch-output", "other.db"]
    assert f"other.db {said}" in outcome.err


@pytest.mark.parametrize("command", ["load", "migrate"])
def test_a_directory_that_is_not_there_is_named(run: Run, good_recipients: Path, command: str) -> None:
    more = ("--yes",) if command == "migrate" else (good_recipients, "-d", "recipients")
    outcome = run(command, *more, "--database", "sqlite:///mistyped/x.db")
    assert outcome.status == 2
    assert "there is no directory mistyped" in outcome.err


@pytest.mark.parametrize("command", ["load", "migrate", "status"])
def test_a_directory_is_not_a_database(run: Run, good_recipients: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "folder").mkdir()
    more = {"load": (good_recipients, "-d", "recipients"), "migrate": ("--yes",), "status": ()}[command]
    outcome = run(command, *more, "--database", "sqlite:///folder")
    assert outcome.status == 2
    assert "folder" in outcome.err


@pytest.mark.parametrize("name", ["with blank.db", "empty.db"])
def test_a_new_database_gets_its_tables(run: Run, good_recipients: Path, tmp_path: Path, name: str) -> None:
    if name == "empty.db":
        (tmp_path / name).touch()
    url = f"sqlite:///{name.replace(' ', '%20')}"
    assert run("load", good_recipients, "-d", "recipients", "--database", url).status == 0
    assert run("status", "--database", url).status == 0
    assert (tmp_path / name).stat().st_size


def test_rejects_of_a_directory_that_is_not_there_are_not_none(run: Run) -> None:
    outcome = run("rejects", BATCH, "--output", "mistyped")
    assert outcome.status == 2
    assert "mistyped: there is no such directory" in outcome.err

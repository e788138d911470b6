"""What SQLite raises, in the words of a store: a code, and what to do."""

import sqlite3
from pathlib import Path

import pytest

from csvbatch.store import BusyError, RetryableError, StoreError, Timeouts
from csvbatch.store.sqlite.database import SqliteDatabase


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    return SqliteDatabase(tmp_path / "store.db", Timeouts())


def raised(code: int, name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("UNIQUE constraint failed: Qxzzy")
    error.sqlite_errorcode, error.sqlite_errorname = code, name
    return error


REFUSED = "SQLite refused a statement"
BUSY = "another connection is writing to the SQLite database"


@pytest.mark.parametrize(
    ("code", "name", "kind", "reason", "advice"),
    [
        (1, "SQLITE_ERROR", StoreError, REFUSED, "if a table or column is missing, `csvbatch migrate` adds it"),
        (19, "SQLITE_CONSTRAINT", StoreError, REFUSED, "make the table's constraints those of its contract"),
        (2067, "SQLITE_CONSTRAINT_UNIQUE", StoreError, REFUSED, "make the table's constraints those of its contract"),
        (8, "SQLITE_READONLY", StoreError, REFUSED, "make the file and its folder writable"),
        (14, "SQLITE_CANTOPEN", StoreError, REFUSED, "check the path and the permissions of its folder"),
        (13, "SQLITE_FULL", StoreError, REFUSED, "make room on the disk"),
        (26, "SQLITE_NOTADB", StoreError, REFUSED, "name a SQLite database, or a file that does not exist yet"),
        (11, "SQLITE_CORRUPT", StoreError, REFUSED, "restore the file from a backup"),
        (10, "SQLITE_IOERR", StoreError, REFUSED, "look the result code up at sqlite.org/rescode.html"),
        (5, "SQLITE_BUSY", BusyError, BUSY, "try again later"),
        (6, "SQLITE_LOCKED", BusyError, BUSY, "try again later"),
        (261, "SQLITE_BUSY_RECOVERY", BusyError, BUSY, "try again later"),
        (
            517,
            "SQLITE_BUSY_SNAPSHOT",
            RetryableError,
            "another connection wrote to the SQLite database first",
            "try again",
        ),
    ],
)
def test_a_result_of_sqlite_has_a_kind_and_an_advice(
    database: SqliteDatabase, code: int, name: str, kind: type[StoreError], reason: str, advice: str
) -> None:
    error = database.failure(raised(code, name))
    assert type(error) is kind
    assert error is not None
    assert (error.code, error.reason, error.advice) == (name, reason, advice)


def test_an_error_of_the_module_itself_has_its_type_as_code(database: SqliteDatabase) -> None:
    error = database.failure(sqlite3.ProgrammingError("Qxzzy"))
    assert error is not None
    assert str(error) == (
        "SQLite refused a statement (ProgrammingError); if a table or column is missing, `csvbatch migrate` adds it"
    )


@pytest.mark.parametrize("error", [OverflowError("Qxzzy"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "Qxzzy")])
def test_a_value_that_sqlite_cannot_take_is_an_error_of_its_type(database: SqliteDatabase, error: Exception) -> None:
    assert str(database.failure(error)) == (
        f"a value does not fit SQLite ({type(error).__name__}); narrow the contract"
    )


def test_other_errors_are_not_sqlites(database: SqliteDatabase) -> None:
    assert database.failure(ValueError()) is None


def test_a_closed_database_is_opened_again_and_counted(database: SqliteDatabase) -> None:
    with pytest.raises(sqlite3.ProgrammingError):
        database.commit()
    for opened in (1, 2):
        for _ in range(2):
            database.begin(write=False)
            database.rollback()
            assert database.connections == opened
        database.close()
    database.close()


def test_a_connection_writes_ahead_and_takes_no_name_for_a_text(database: SqliteDatabase) -> None:
    database.begin(write=True)
    try:
        assert database.execute("PRAGMA journal_mode", {}).rows == [("wal",)]
        assert database.execute("PRAGMA page_size", {}).rows == [(16384,)]
        assert database.execute("PRAGMA cache_size", {}).rows == [(-65536,)]
        database.execute("CREATE TABLE t (a TEXT)", {})
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            database.execute('SELECT "b" FROM t', {})
    finally:
        database.rollback()
        database.close()

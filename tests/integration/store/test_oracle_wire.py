"""What python-oracledb and the listener say to each other, beyond what the store's own tests send through it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import oracledb
import pytest

from tests.support.oracle_listener import OracleListener


@pytest.fixture
def connection(oracle: OracleListener, service: str) -> Iterator[oracledb.Connection]:
    with oracle.connect(service) as connection:
        yield connection


def run(connection: oracledb.Connection, sql: str, *binds: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, binds, fetch_lobs=False)
        return cursor.fetchall() if cursor.description else []


NUMBERS = [
    "0",
    "1",
    "-1",
    "10",
    "99",
    "100",
    "-100",
    "12345.678",
    "-0.00001",
    "1E+30",
    "-7E-20",
    "9" * 38,
    "-" + "9" * 38,
]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_comes_back_as_it_was(connection: oracledb.Connection, text: str) -> None:
    connection.outputtypehandler = lambda cursor, info: cursor.var(Decimal, arraysize=cursor.arraysize)
    run(connection, "CREATE TABLE t (n NUMBER)")
    run(connection, "INSERT INTO t (n) VALUES (:a)", Decimal(text))
    assert run(connection, "SELECT n FROM t") == [(Decimal(text),)]


def test_values_of_every_type_come_back_as_they_were(connection: oracledb.Connection) -> None:
    run(connection, "CREATE TABLE t (d DATE, m TIMESTAMP(6), s VARCHAR2(9 CHAR), c CLOB)")
    day, moment, long = date(1, 1, 1), datetime(2024, 2, 29, 23, 59, 58, 123456), "ü€\N{GRINNING FACE}" * 40_000
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.setinputsizes(None, oracledb.DB_TYPE_TIMESTAMP)
            lob = connection.createlob(oracledb.DB_TYPE_CLOB, long)
            cursor.execute("INSERT INTO t (d, m, s, c) VALUES (:a, :b, :c, :d)", (day, moment, "ü€", lob))
    assert run(connection, "SELECT d, m, s, c FROM t") == [(datetime(1, 1, 1), moment, "ü€", long)] * 2


def test_a_text_is_not_made_a_large_object_by_setting_its_type(connection: oracledb.Connection) -> None:
    """The driver drops the type again when it sees a text, so the store makes large objects itself."""
    run(connection, "CREATE TABLE t (c CLOB)")
    with connection.cursor() as cursor:
        cursor.setinputsizes(oracledb.DB_TYPE_CLOB)
        with pytest.raises(oracledb.DatabaseError, match="ORA-01461"):
            cursor.execute("INSERT INTO t (c) VALUES (:a)", ["x" * 5000])


def test_an_untyped_moment_is_bound_as_a_date_and_loses_its_fraction(connection: oracledb.Connection) -> None:
    """The driver's own choice, for which the store binds moments by their type."""
    run(connection, "CREATE TABLE t (m TIMESTAMP(6))")
    run(connection, "INSERT INTO t (m) VALUES (:a)", datetime(2024, 2, 29, 1, 2, 3, 456789))
    assert run(connection, "SELECT m FROM t") == [(datetime(2024, 2, 29, 1, 2, 3),)]


def test_an_empty_text_is_null_and_declared_as_long_as_a_text_can_be(
    oracle: OracleListener, service: str, connection: oracledb.Connection
) -> None:
    with oracle.connect(f"{service}.extended") as extended:
        run(extended, "CREATE TABLE t (s VARCHAR2(9 CHAR))")
        run(extended, "INSERT INTO t (s) VALUES (:a)", "")
        assert run(extended, "SELECT s FROM t WHERE s IS NULL") == [(None,)]
    with pytest.raises(oracledb.DatabaseError, match="ORA-01461"):
        run(connection, "INSERT INTO t (s) VALUES (:a)", "")


def test_more_rows_than_one_answer_holds_are_fetched(connection: oracledb.Connection) -> None:
    run(connection, "CREATE TABLE t (n NUMBER(9), s VARCHAR2(1000 CHAR))")
    rows = [(number, "x" * 1000) for number in range(1000)]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO t (n, s) VALUES (:a, :b)", rows)
    assert run(connection, "SELECT n, s FROM t ORDER BY n") == rows


def test_a_statement_is_run_again_with_other_binds_and_after_it_left_the_drivers_cache(
    connection: oracledb.Connection,
) -> None:
    for _ in range(2):
        for number in range(30):
            for value in ("a", "bb", None):
                assert run(connection, f"SELECT :a AS c{number} FROM DUAL", value) == [(value,)]


def test_an_array_tells_how_many_rows_each_of_its_executions_changed(connection: oracledb.Connection) -> None:
    run(connection, "CREATE TABLE t (n NUMBER(9))")
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO t (n) VALUES (:a)", [(1,), (2,), (2,)])
            cursor.executemany("DELETE FROM t WHERE n = :a", [(1,), (2,), (3,)], arraydmlrowcounts=True)
            assert cursor.getarraydmlrowcounts() == [1, 2, 0]


def test_an_array_that_fails_keeps_the_rows_before_the_failure_until_the_rollback(
    connection: oracledb.Connection,
) -> None:
    run(connection, "CREATE TABLE t (n NUMBER(9) PRIMARY KEY)")
    with connection.cursor() as cursor, pytest.raises(oracledb.IntegrityError, match="ORA-00001"):
        cursor.executemany("INSERT INTO t (n) VALUES (:a)", [(1,), (2,), (2,), (3,)])
    assert run(connection, "SELECT n FROM t ORDER BY n") == [(1,), (2,)]
    connection.rollback()
    assert run(connection, "SELECT n FROM t") == []


def test_what_is_not_committed_is_gone_with_the_connection(oracle: OracleListener, service: str) -> None:
    with oracle.connect(service) as connection:
        run(connection, "CREATE TABLE t (n NUMBER(9))")
        run(connection, "INSERT INTO t (n) VALUES (1)")
        connection.commit()
        run(connection, "INSERT INTO t (n) VALUES (2)")
    with oracle.connect(service) as connection:
        assert run(connection, "SELECT n FROM t") == [(1,)]


def test_ddl_commits(connection: oracledb.Connection) -> None:
    run(connection, "CREATE TABLE t (n NUMBER(9))")
    run(connection, "INSERT INTO t (n) VALUES (1)")
    run(connection, "CREATE TABLE s (n NUMBER(9))")
    connection.rollback()
    assert run(connection, "SELECT n FROM t") == [(1,)]


# Sizes


def test_a_text_that_is_declared_too_long_is_refused_although_it_is_short(connection: oracledb.Connection) -> None:
    """The driver declares four bytes a character: 1,001 characters may be 4,004 bytes."""
    assert run(connection, "SELECT :a FROM DUAL", "x" * 1000) == [("x" * 1000,)]
    with pytest.raises(oracledb.DatabaseError, match="ORA-01461"):
        run(connection, "SELECT :a FROM DUAL", "x" * 1001)


def test_with_extended_strings_a_text_may_be_declared_longer(oracle: OracleListener, service: str) -> None:
    with oracle.connect(f"{service}.extended") as connection:
        assert run(connection, "SELECT :a, :b FROM DUAL", "x" * 8191, "y") == [("x" * 8191, "y")]
        with pytest.raises(oracledb.DatabaseError, match="ORA-01461"):
            run(connection, "SELECT :a, :b FROM DUAL", "x" * 8192, "y")


# Waits


def test_a_call_that_waits_too_long_is_broken_off_and_the_connection_can_be_used_again(
    oracle: OracleListener, service: str
) -> None:
    with oracle.connect(service) as holder, oracle.connect(service) as waiting:
        run(holder, "CREATE TABLE t (n NUMBER(9) PRIMARY KEY)")
        run(holder, "INSERT INTO t (n) VALUES (1)")
        waiting.call_timeout = 300
        with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
            run(waiting, "INSERT INTO t (n) VALUES (1)")
        assert waiting.is_healthy()
        holder.rollback()
        waiting.call_timeout = 10_000
        run(waiting, "INSERT INTO t (n) VALUES (1)")


@pytest.mark.parametrize(("lock", "code"), [("WAIT 1", "ORA-30006"), ("NOWAIT", "ORA-00054")])
def test_a_lock_that_is_not_free_in_time_is_an_error(
    oracle: OracleListener, service: str, lock: str, code: str
) -> None:
    with oracle.connect(service) as holder, oracle.connect(service) as waiting:
        run(holder, "CREATE TABLE t (n NUMBER(9) PRIMARY KEY)")
        run(holder, "INSERT INTO t (n) VALUES (1)")
        holder.commit()
        run(holder, "SELECT n FROM t FOR UPDATE")
        with pytest.raises(oracledb.DatabaseError, match=code):
            run(waiting, f"SELECT n FROM t FOR UPDATE {lock}")
        assert run(waiting, "SELECT n FROM t FOR UPDATE SKIP LOCKED") == []


# Faults


def test_a_fault_that_a_text_asks_for_comes_once(oracle: OracleListener, service: str) -> None:
    for expected in ("ORA-00060", None):
        with oracle.connect(service) as connection:
            if expected:
                with pytest.raises(oracledb.DatabaseError, match=expected):
                    run(connection, "SELECT :a FROM DUAL", "ORA-00060")
            assert run(connection, "SELECT :a FROM DUAL", "ORA-00060") == [("ORA-00060",)]


@pytest.mark.parametrize(("when", "expected"), [("BEFORE", []), ("AFTER", [(1,)])])
def test_a_commit_that_is_cut_off_was_done_or_not(
    oracle: OracleListener, service: str, when: str, expected: list[tuple[int]]
) -> None:
    connection = oracle.connect(service)
    run(connection, "CREATE TABLE t (n NUMBER(9))")
    run(connection, "INSERT INTO t (n) VALUES (1)")
    run(connection, f"ALTER SESSION SET HANG_UP = {when}")
    with pytest.raises(oracledb.DatabaseError, match="DPY-4011"):
        connection.commit()
    assert not connection.is_healthy()
    with oracle.connect(service) as another:
        assert run(another, "SELECT n FROM t") == expected


def test_a_call_without_an_answer_ends_the_connection(connection: oracledb.Connection) -> None:
    run(connection, "ALTER SESSION SET SILENT = TRUE")
    connection.call_timeout = 200
    with pytest.raises(oracledb.DatabaseError, match="DPY-4011"):
        connection.ping()
    assert not connection.is_healthy()


def test_what_oracle_does_not_have_is_refused_before_h2_takes_it(connection: oracledb.Connection) -> None:
    with pytest.raises(oracledb.DatabaseError, match=r"ORA-00900.*LIMIT"):
        run(connection, "SELECT 1 FROM DUAL LIMIT 1")

"""What only a real PostgreSQL server can show."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from csvbatch.aws.secrets import StoreAccess
from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.model import Contract
from csvbatch.store import (
    BatchState,
    BusyError,
    ChunkInHand,
    ChunkResult,
    Credentials,
    CredentialsError,
    Merge,
    RetryableError,
    ScannedChunk,
    Store,
    StoreError,
    Timeouts,
    grants,
    open_store,
)
from csvbatch.store.postgresql.merge import (
    SAMPLE_ROWS,
    STAGE,
    count_stale_sql,
    create_stage_sql,
    insert_missing_sql,
)
from csvbatch.store.waits import IDLE_SECONDS
from tests.integration.store.contracts import CONTRACTS, PAIRS
from tests.integration.store.loading import load, new_batch, ranges, split_batch
from tests.integration.store.places import PostgresqlPlace
from tests.support.postgresql import Server


@pytest.fixture
def place(server: Server) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(server, "alone")
    yield place
    place.close()
    with psycopg.connect(server.url()) as connection:
        connection.execute("DROP SCHEMA alone CASCADE")


def test_an_address_is_all_that_is_needed(place: PostgresqlPlace) -> None:
    store = open_store(place.url)
    assert store.migrate(CONTRACTS) == []
    store.close_connection()


def test_credentials_go_before_those_of_the_address(server: Server) -> None:
    wrong = server.url().replace(server.password, "wrong")
    store = open_store(wrong, Credentials(server.user, server.password))
    with pytest.raises(StoreError, match="csvbatch migrate"):
        store.latest_batches(1)
    store.close_connection()


@pytest.mark.parametrize("credentials", [Credentials("csvbatch", "wrong"), Credentials("nobody", "wrong")])
def test_wrong_credentials_are_told_from_other_errors(server: Server, credentials: Credentials) -> None:
    with pytest.raises(CredentialsError, match=r"does not accept the user during latest_batches \(28P01\)"):
        open_store(server.url(), credentials).latest_batches(1)


def test_a_missing_database_is_an_error_that_says_what_to_do(server: Server) -> None:
    with pytest.raises(StoreError, match=r"\(3D000\); create the database, or name another one"):
        open_store(server.url("nothing")).latest_batches(1)


def test_a_server_that_is_not_there_may_be_there_later(server: Server, tmp_path: object) -> None:
    with pytest.raises(RetryableError, match=r"\(NO_CONNECTION\); check host, port"):
        open_store(f"postgresql:///csvbatch?host={tmp_path}").latest_batches(1)


def test_too_many_connections_are_told_from_a_lost_one(place: PostgresqlPlace, server: Server) -> None:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE crowded LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
        try:
            with pytest.raises(BusyError, match=r"\(53300\)"):
                open_store(place.url, Credentials("crowded", "x")).latest_batches(1)
        finally:
            admin.execute("DROP ROLE crowded")


def test_a_user_without_rights_is_told_which_to_ask_for(place: PostgresqlPlace, server: Server) -> None:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
        admin.execute("GRANT USAGE ON SCHEMA alone TO stranger")
        try:
            with pytest.raises(StoreError, match=r"\(42501\); grant the user SELECT, INSERT and UPDATE"):
                open_store(place.url, Credentials("stranger", "x")).latest_batches(1)
        finally:
            admin.execute("REVOKE USAGE ON SCHEMA alone FROM stranger")
            admin.execute("DROP ROLE stranger")


@pytest.mark.parametrize("at", [SAMPLE_ROWS, 2 * SAMPLE_ROWS])
def test_a_backend_terminated_while_rows_are_copied_is_replaced(
    place: PostgresqlPlace, server: Server, at: int
) -> None:
    """The first try is ended by an administrator, the second one, over a new connection, gets through."""
    batch = split_batch(place.store(), PAIRS, 1)
    store = place.store()
    tries = 0

    def rows(terminate: bool) -> Iterator[tuple[int, Any]]:
        for ordinal in range(500):
            if terminate and ordinal == at:
                terminate_others(server)
            yield 2 + ordinal, (f"{ordinal}", ordinal)

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        nonlocal tries
        tries += 1
        return ChunkResult(merge(rows(terminate=tries == 1)), 0)

    assert store.load_chunk(batch.id, 0, loader).loaded
    assert tries == 2
    assert len(place.values(PAIRS)) == 500


@pytest.mark.parametrize("statement", [count_stale_sql, insert_missing_sql])
def test_a_chunk_is_merged_without_reading_the_whole_table(
    place: PostgresqlPlace, statement: Callable[[Contract], str]
) -> None:
    """The planner knows nothing about the temporary table, and takes half of this one's keys to be in it."""
    table, columns = place.quote(PAIRS.table), ", ".join(map(place.quote, (*PAIRS.column_names, *POSITION_COLUMNS)))
    sql = statement(PAIRS).replace(":load_sequence", "1")
    with psycopg.connect(place.url) as connection:
        connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT n, 1, 1, n, 1 FROM generate_series(1, 200000) AS n".encode()
        )
        connection.execute(f"ANALYZE {table}".encode())
        connection.execute(create_stage_sql(PAIRS).encode())
        connection.execute(f"INSERT INTO {STAGE} SELECT * FROM {table} LIMIT 100000".encode())
        plan = [line for (line,) in connection.execute(f"EXPLAIN {sql}".encode())]
        connection.rollback()
    assert [line for line in plan if "Seq Scan on pairs" in line] == [], plan
    assert [line for line in plan if "Index" in line and "pairs" in line], plan


@contextmanager
def role(server: Server, name: str) -> Iterator[Credentials]:
    """Make a user that may use the schema and make temporary tables, and nothing else."""
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'".encode())
        admin.execute(f"GRANT USAGE ON SCHEMA alone TO {name}".encode())
        try:
            yield Credentials(name, "x")
        finally:
            admin.execute(f"DROP OWNED BY {name}".encode())
            admin.execute(f"DROP ROLE {name}".encode())


def whole_way(store: Store, version: str) -> None:
    """Take a batch through every state, with one of everything that the platform does to a database."""
    assert store.acquire_lease("processor", "a", timedelta(minutes=1))
    batch = store.begin_split(store.register(new_batch(PAIRS, version)).batch.id)
    assert store.known_versions("bucket", [batch.object_key])
    store.record_sweep("bucket", "incoming/a")
    store.record_sweep("bucket", store.swept_to("bucket"))
    store.record_progress(batch.id, [ScannedChunk(one) for one in ranges(1)])
    store.record_chunks(batch.id, ranges(2))
    assert store.batches_to_send("bucket", timedelta(days=1))
    store.chunks_to_send(batch, timedelta(days=1))
    store.mark_sent(batch.id, [0, 1])
    store.mark_dead(batch.id, 0, "x")
    store.redrive(batch.id)
    for number in range(2):
        load(store, batch, number, [("a", number)])
    store.close(batch.id)
    store.replay(batch.id)
    store.release_lease("processor", "a")


def test_the_grants_that_are_printed_are_all_that_a_load_needs(place: PostgresqlPlace, server: Server) -> None:
    statements = grants([PAIRS], "postgresql", "loader")
    with role(server, "loader") as credentials, psycopg.connect(place.url, autocommit=True) as owner:
        for statement in statements:
            owner.execute(statement.encode())
        store = open_store(place.url, credentials)
        whole_way(store, "all")
        store.close_connection()


@pytest.mark.parametrize(
    ("right", "table"),
    [
        ("DELETE", "csvbatch_chunk"),
        ("DELETE", "csvbatch_lease"),
        *((right, table) for table in ("csvbatch_lease", "csvbatch_batch", "pairs") for right in ("INSERT", "UPDATE")),
        *((right, "csvbatch_chunk") for right in ("SELECT", "INSERT", "UPDATE")),
    ],
)
def test_none_of_the_grants_that_are_printed_can_be_left_out(
    place: PostgresqlPlace, server: Server, right: str, table: str
) -> None:
    with role(server, "loader") as credentials, psycopg.connect(place.url, autocommit=True) as owner:
        for statement in grants([PAIRS], "postgresql", "loader"):
            owner.execute(statement.encode())
        owner.execute(f"REVOKE {right} ON {table} FROM loader".encode())
        store = open_store(place.url, credentials)
        with pytest.raises(StoreError, match=r"\(42501\); .*csvbatch ddl --grants"):
            whole_way(store, "some")
        store.close_connection()


# Logins


class WrongSecret:
    """Holds a password that the server does not accept."""

    class exceptions:  # noqa: N801
        ResourceNotFoundException = LookupError

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        return {"SecretString": '{"username": "csvbatch", "password": "wrong"}', "VersionId": "1"}


def test_the_server_sees_one_failed_login_for_five_deliveries(server: Server) -> None:
    stores = StoreAccess(server.url(), "arn", WrongSecret())
    log = server.folder / "log"
    before = log.read_text().count("password authentication failed")
    for _ in range(5):
        with pytest.raises(CredentialsError):
            stores.use(lambda store: store.latest_batches(1))
    assert log.read_text().count("password authentication failed") == before + 1


# Tables that a team made


def pairs_as(place: PostgresqlPlace, name: str, amount: str, more: str = "") -> None:
    """Put a table of a team's own in the place of the one that was made for the contract."""
    place.run("DROP TABLE pairs")
    place.run(
        f"CREATE TABLE pairs (name {name} PRIMARY KEY, amount {amount}, load_sequence bigint, load_line bigint, "
        f"load_attempt bigint{more})"
    )


@pytest.mark.parametrize(
    ("name", "amount", "more"),
    [
        ("varchar(10)", "numeric(20, 1)", ""),
        (
            "text",
            "bigint",
            ", id bigint GENERATED ALWAYS AS IDENTITY, twice bigint GENERATED ALWAYS AS (amount * 2) STORED",
        ),
        ("text", "bigint", ", at timestamptz NOT NULL DEFAULT now(), number serial NOT NULL UNIQUE"),
        ("label", "bigint", ""),
    ],
)
def test_a_table_of_a_teams_own_may_be_more_generous(place: PostgresqlPlace, name: str, amount: str, more: str) -> None:
    place.run("CREATE DOMAIN label AS varchar(10) CHECK (VALUE <> '')")
    pairs_as(place, name, amount, more)
    assert place.store().migrate(CONTRACTS) == []
    assert load(place.store(), split_batch(place.store(), PAIRS, 1), 0, [("a", 1)]).loaded


@pytest.mark.parametrize(
    ("name", "amount", "what"),
    [
        ("char(10)", "bigint", r"has column name as character\(10\)"),
        ("text COLLATE careless", "bigint", "treats different texts as equal in column name of its key"),
        ("text", "real", "has column amount as real"),
        ("text", "bigint GENERATED ALWAYS AS (1) STORED", "computes column amount itself"),
        ("text", "bigint UNIQUE", r"has a unique key \(amount\), which its contract does not have"),
        ("short", "bigint", "has column name as short, which has to be text"),
    ],
)
def test_a_table_of_a_teams_own_that_changes_values_is_refused(
    place: PostgresqlPlace, name: str, amount: str, what: str
) -> None:
    place.run("CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    place.run("CREATE DOMAIN short AS varchar(5)")
    pairs_as(place, name, amount)
    with pytest.raises(StoreError, match=f"table pairs {what}"):
        place.store().migrate(CONTRACTS)


def test_a_key_that_only_some_rows_have_or_that_is_checked_later_is_none(place: PostgresqlPlace) -> None:
    pairs_as(place, "text", "bigint")
    for key in ("UNIQUE (name) DEFERRABLE", "CHECK (TRUE)"):
        place.run("ALTER TABLE pairs DROP CONSTRAINT IF EXISTS pairs_pkey")
        place.run("DROP INDEX IF EXISTS only_some")
        place.run(f"ALTER TABLE pairs ADD {key}")
        place.run("CREATE UNIQUE INDEX only_some ON pairs (name) WHERE amount > 0")
        with pytest.raises(StoreError, match=r"table pairs has no unique key \(name\)"):
            place.store().migrate(CONTRACTS)


def test_a_view_is_no_table(place: PostgresqlPlace) -> None:
    place.run("ALTER TABLE pairs RENAME TO real_pairs")
    place.run("CREATE VIEW pairs AS SELECT * FROM real_pairs")
    try:
        with pytest.raises(StoreError, match="table pairs is a view"):
            place.store().migrate(CONTRACTS)
    finally:
        place.run("DROP VIEW pairs")
        place.run("ALTER TABLE real_pairs RENAME TO pairs")


# Time


def test_a_statement_is_ended_at_the_deadline(place: PostgresqlPlace) -> None:
    """The server does that: the time-out of a statement is ten minutes otherwise."""
    store = place.store()
    store.batches(BatchState.CLOSED)
    end = time.monotonic() + 1.5
    store.limit(lambda: end - time.monotonic())
    with pytest.raises(StoreError, match="57014"):
        store._read("sleep", lambda transaction: transaction.rows("SELECT pg_sleep(60)"))
    assert time.monotonic() < end + 10


def test_a_lock_is_waited_for_until_the_deadline(place: PostgresqlPlace) -> None:
    batch = split_batch(place.store(), PAIRS, 1)
    waiting = place.store()
    waiting.batches(BatchState.CLOSED)

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        end = time.monotonic() + 1.5
        waiting.limit(lambda: end - time.monotonic())
        with pytest.raises(StoreError):
            load(waiting, batch, 0, [])
        assert time.monotonic() < end + 10
        return ChunkResult(0, 0)

    assert place.store().load_chunk(batch.id, 0, loader).loaded


def test_the_limits_of_one_deadline_are_not_those_of_the_next(place: PostgresqlPlace) -> None:
    """A connection outlives the invocation whose deadline it was told."""
    store = place.store()
    shown = "SELECT current_setting('statement_timeout')"
    for left, limit in ((30.0, "30s"), (100.0, "100s"), (10_000.0, "10min")):
        store.limit(lambda left=left: left)
        assert store._read("show", lambda transaction: transaction.rows(shown)) == [(limit,)]


def test_a_connection_that_a_freeze_left_without_its_server_is_replaced(place: PostgresqlPlace, server: Server) -> None:
    """The server's process is there and says nothing, which no state of the connection shows."""
    database = place.open(None, Timeouts())
    store = Store(database)
    ((pid,),) = store._read("pid", lambda transaction: transaction.rows("SELECT pg_backend_pid()"))
    os.kill(pid, signal.SIGSTOP)
    try:
        database.waits.used_at -= IDLE_SECONDS + 1
        start = time.monotonic()
        assert store._read("pid", lambda transaction: transaction.rows("SELECT pg_backend_pid()")) != [(pid,)]
        assert time.monotonic() - start < 10
    finally:
        os.kill(pid, signal.SIGCONT)
    store.close_connection()


def test_a_connection_that_slept_and_is_well_is_kept(place: PostgresqlPlace) -> None:
    database = place.open(None, Timeouts())
    store = Store(database)
    store.batches(BatchState.CLOSED)
    database.waits.used_at -= IDLE_SECONDS + 1
    store.batches(BatchState.CLOSED)
    assert database.connections == 1
    store.close_connection()


def terminate_others(server: Server) -> None:
    with psycopg.connect(server.url()) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE application_name = 'csvbatch' AND state = 'active'"
        )

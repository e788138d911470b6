"""What only a real PostgreSQL server can show."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.integration.store.contracts import CONTRACTS, PAIRS
from tests.integration.store.loading import split_batch
from tests.integration.store.places import PostgresqlPlace
from tests.support.postgresql import Server

from csvbatch.store import (
    BusyError,
    ChunkInHand,
    ChunkResult,
    Credentials,
    CredentialsError,
    Merge,
    RetryableError,
    StoreError,
    open_store,
)


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


@pytest.mark.parametrize("at", [0, 400])
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
            yield 100 + ordinal, (f"{ordinal}", ordinal)

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        nonlocal tries
        tries += 1
        return ChunkResult(merge(rows(terminate=tries == 1)), 0)

    assert store.load_chunk(batch.id, 0, loader).loaded
    assert tries == 2
    assert len(place.values(PAIRS)) == 500


def terminate_others(server: Server) -> None:
    with psycopg.connect(server.url()) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE application_name = 'csvbatch' AND state = 'active'"
        )

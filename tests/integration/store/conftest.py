"""The databases that the store's suite runs over."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tests.integration.store.places import OraclePlace, Place, PostgresqlPlace, SqlitePlace
from tests.support.oracle_listener import OracleListener, oracle, service
from tests.support.postgresql import Server, postgresql

__all__ = ["oracle", "service"]

ORACLE_URL = "CSVBATCH_TEST_ORACLE_URL"
REAL_ORACLE = [pytest.param("real oracle", marks=pytest.mark.oracle)] if ORACLE_URL in os.environ else []

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "oracle", *REAL_ORACLE])
def any_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Give the same place to all tests, each of which has to empty it first."""
    yield from a_place(request, request.param)


@pytest.fixture(scope="session", params=["postgresql", "oracle", *REAL_ORACLE])
def any_shared_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Give what `any_place` gives, for the databases that several may write to at the same time."""
    yield from a_place(request, request.param)


@pytest.fixture(scope="session")
def real_oracle_place() -> Iterator[Place]:
    """Give the one place that there is in the schema of an Oracle user: two of them would empty each other's tables."""
    place = OraclePlace(os.environ[ORACLE_URL])
    yield place
    place.close()


@pytest.fixture
def place(any_place: Place) -> Place:
    any_place.empty()
    return any_place


@pytest.fixture
def shared_place(any_shared_place: Place) -> Place:
    any_shared_place.empty()
    return any_shared_place


def a_place(request: pytest.FixtureRequest, kind: str) -> Iterator[Place]:
    """Give a place of its own, or for a real Oracle the one that there is."""
    if kind == "real oracle":
        yield request.getfixturevalue("real_oracle_place")
        return
    place = make_place(request, kind)
    yield place
    place.close()


def make_place(request: pytest.FixtureRequest, kind: str) -> Place:
    if kind == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("store")
        return SqlitePlace(folder / "store.db")
    name = f"place_{next(_names)}"
    if kind == "oracle":
        listener: OracleListener = request.getfixturevalue("oracle")
        return OraclePlace(listener.url(name))
    return PostgresqlPlace(request.getfixturevalue("server"), name)


_names = count(1)

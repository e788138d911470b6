"""The databases that the store's suite runs over."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from tests.integration.store.places import OracleDoublePlace, OraclePlace, Place, PostgresqlPlace, SqlitePlace
from tests.support.postgresql import Server, postgresql

ORACLE_URL = "CSVBATCH_TEST_ORACLE_URL"
ORACLE = [pytest.param("oracle", marks=pytest.mark.oracle)] if ORACLE_URL in os.environ else []

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "oracle double", *ORACLE])
def any_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Give the same place to all tests, each of which has to empty it first."""
    place = make_place(request, request.param)
    yield place
    place.close()


@pytest.fixture(scope="session", params=["postgresql", "oracle double", *ORACLE])
def any_shared_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Give what `any_place` gives, for the databases that several may write to at the same time."""
    place = make_place(request, request.param)
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


def make_place(request: pytest.FixtureRequest, kind: str) -> Place:
    match kind:
        case "sqlite":
            folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("store")
            return SqlitePlace(folder / "store.db")
        case "postgresql":
            return PostgresqlPlace(request.getfixturevalue("server"), f"place_{next(_schemas)}")
        case "oracle double":
            return OracleDoublePlace(request.getfixturevalue("server"), f"place_{next(_schemas)}")
        case _:
            return OraclePlace(os.environ[ORACLE_URL])


_schemas = count(1)

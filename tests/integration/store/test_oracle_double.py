"""What the Oracle store does with what its database says of itself."""

from collections.abc import Callable, Iterator
from typing import Any

import oracledb
import psycopg
import pytest

from csvbatch.store import StoreError
from csvbatch.store.ddl import tables
from tests.integration.store.contracts import CONTRACTS, PAIRS
from tests.integration.store.loading import load, split_batch
from tests.integration.store.places import SHIPPED, OracleDoublePlace, OraclePlace
from tests.support.oracle_double import OracleDouble
from tests.support.postgresql import Server


@pytest.fixture
def place(server: Server) -> Iterator[OracleDoublePlace]:
    place = OracleDoublePlace(server, "latin")
    yield place
    place.run("UPDATE nls_database_parameters SET value = 'AL32UTF8'")
    place.close()
    place.drop_schema("latin")


def test_a_database_that_lacks_characters_is_neither_migrated_nor_loaded_into(place: OracleDoublePlace) -> None:
    batch = split_batch(place.store(), PAIRS, 1)
    place.run("UPDATE nls_database_parameters SET value = 'WE8MSWIN1252'")
    with pytest.raises(StoreError, match=r"WE8MSWIN1252.*\(CHARACTER_SET\)"):
        place.store().migrate(CONTRACTS)
    with pytest.raises(StoreError, match=r"\(CHARACTER_SET\)"):
        load(place.store(), batch, 0, [("\N{EURO SIGN}", 1)])
    assert place.rows(PAIRS) == []


def test_the_place_in_an_oracle_leaves_nothing_behind_and_can_be_made_again(
    place: OracleDoublePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suite's own place for a real Oracle, over the double."""
    connection: Callable[[str], psycopg.Connection[Any]] = psycopg.connect
    monkeypatch.setattr(oracledb, "connect", lambda **_: OracleDouble(connection(place.url)))
    names = [table.name for table in tables([*CONTRACTS, *SHIPPED.values()])]
    for _ in range(2):
        oracle = OraclePlace("oracle://user:password@host/service")
        oracle.store().migrate(SHIPPED.values())
        split_batch(oracle.store(), PAIRS, 1)
        oracle.empty()
        assert oracle.store().latest_batches(1) == []
        oracle.close()
        assert {name for name in names if place.columns(name)} == set()
    place.store().migrate(CONTRACTS)


def test_tables_of_another_schema_are_found_by_their_synonyms(place: OracleDoublePlace) -> None:
    """Rows are merged by the bare name, which Oracle follows to where the synonym points."""
    place.run("ALTER TABLE pairs RENAME TO pairs_of_owner")
    place.run(
        "INSERT INTO all_synonyms (owner, synonym_name, table_owner, table_name) "
        "VALUES ('PUBLIC', 'PAIRS', SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'), 'PAIRS_OF_OWNER')"
    )
    try:
        assert place.store().migration(CONTRACTS) == []
    finally:
        place.run("ALTER TABLE pairs_of_owner RENAME TO pairs")

"""What the Oracle store does with what its database says of itself."""

from collections.abc import Iterator

import oracledb
import pytest

from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store import StoreError
from tests.integration.store.contracts import CONTRACTS, EVERYTHING, PAIRS, everything
from tests.integration.store.loading import load, load_whole, new_batch, split_batch
from tests.integration.store.places import SHIPPED, OraclePlace
from tests.support.oracle_listener import OracleListener


@pytest.fixture
def place(oracle: OracleListener, service: str) -> Iterator[OraclePlace]:
    place = OraclePlace(oracle.url(service))
    yield place
    place.close()


def test_a_database_that_lacks_characters_is_neither_migrated_nor_loaded_into(place: OraclePlace) -> None:
    batch = split_batch(place.store(), PAIRS, 1)
    place.run("UPDATE nls_database_parameters SET value = 'WE8MSWIN1252'")
    with pytest.raises(StoreError, match=r"WE8MSWIN1252.*\(CHARACTER_SET\)"):
        place.store().migrate(CONTRACTS)
    with pytest.raises(StoreError, match=r"\(CHARACTER_SET\)"):
        load(place.store(), batch, 0, [("\N{EURO SIGN}", 1)])
    assert place.rows(PAIRS) == []


def test_a_place_in_an_oracle_leaves_nothing_behind_and_can_be_made_again(oracle: OracleListener, service: str) -> None:
    for _ in range(2):
        place = OraclePlace(oracle.url(service))
        place.store().migrate(SHIPPED.values())
        split_batch(place.store(), PAIRS, 1)
        place.empty()
        assert place.store().latest_batches(1) == []
        place.close()
        with oracle.connect(service) as connection, connection.cursor() as cursor:
            assert cursor.execute("SELECT table_name FROM all_tab_cols WHERE owner = 'LOADER'").fetchall() == []


def test_a_table_of_another_name_is_found_and_loaded_into_by_its_synonym(place: OraclePlace) -> None:
    """Rows are merged by the bare name, which Oracle follows to where the synonym points."""
    place.run("ALTER TABLE pairs RENAME TO pairs_of_owner")
    place.run("CREATE SYNONYM pairs FOR pairs_of_owner")
    try:
        assert place.store().migration(CONTRACTS) == []
        load_whole(place.store(), PAIRS, [("a", 1)])
        assert place.run("SELECT amount FROM pairs_of_owner") == [(1,)]
    finally:
        place.run("DROP SYNONYM pairs")
        place.run("ALTER TABLE pairs_of_owner RENAME TO pairs")


def test_bare_names_mean_the_schema_that_the_address_names(oracle: OracleListener, service: str) -> None:
    owner = OraclePlace(oracle.url(service, user="owner"))
    guest = OraclePlace(oracle.url(service, "?schema=OWNER", user="guest"))
    load_whole(guest.store(), PAIRS, [("a", 1)])
    assert owner.values(PAIRS) == [("a", 1)]
    guest.empty()
    owner.close()


def test_a_schema_that_is_not_there_is_said_by_oracle(oracle: OracleListener, service: str) -> None:
    with oracle.connect(service) as connection:
        connection.current_schema = "NOBODY"
        with pytest.raises(oracledb.DatabaseError, match="ORA-01435"):
            connection.cursor().execute("SELECT 1 FROM DUAL")
        connection.current_schema = "LOADER"
        assert connection.cursor().execute("SELECT 1 FROM DUAL").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "columns", [20, 80, 600], ids=["in pieces", "as a large object", "as a large object in packets"]
)
def test_a_contract_of_many_columns_is_kept_whole(place: OraclePlace, columns: int) -> None:
    """Longer than one bind, than a VARCHAR2, and than a packet."""
    contract = Contract(
        dataset="many",
        table="many",
        key=("column_0",),
        columns=tuple(StringColumn(name=f"column_{number}", max_length=9) for number in range(columns)),
    )
    batch = place.store().register(new_batch(contract)).batch
    assert place.store().contract(batch.id) == contract


def test_with_extended_strings_a_text_may_have_as_many_characters_as_its_column_whatever_their_bytes(
    oracle: OracleListener, service: str
) -> None:
    place = OraclePlace(oracle.url(f"{service}.extended"))
    row = everything(select="€" * 4000)
    load_whole(place.store(), EVERYTHING, [row])
    assert place.values(EVERYTHING) == [row]
    place.close()

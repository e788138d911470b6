"""Tables are made where there are none, and completed where somebody else made them."""

from collections.abc import Iterator

import pytest
from tests.integration.store.contracts import CONTRACTS
from tests.integration.store.loading import load as load_chunk
from tests.integration.store.loading import load_whole, split_batch
from tests.integration.store.places import Place

from csvbatch.columns import DecimalColumn, IntegerColumn, StringColumn
from csvbatch.contract import Contract
from csvbatch.store import StoreError

STOCK = Contract(
    dataset="stock",
    table="stock",
    key=("item",),
    columns=(
        StringColumn(name="item", max_length=10),
        IntegerColumn(name="pieces", required=True),
        DecimalColumn(name="price", precision=8, scale=2, required=True),
    ),
)


@pytest.fixture
def bare_place(place: Place) -> Iterator[Place]:
    """Give a place in which the test makes, or does not make, the table `stock` itself."""
    yield place
    place.drop("stock")


def test_a_second_migration_has_nothing_to_do(place: Place) -> None:
    assert place.store().migrate(CONTRACTS) == []


def test_a_table_is_made_for_a_new_contract(bare_place: Place) -> None:
    store = bare_place.store()
    assert [statement.split("(")[0].strip() for statement in store.migrate([STOCK])] == [
        f"CREATE TABLE {bare_place.quote('stock')}"
    ]
    load_whole(store, STOCK, [("a", 1, 2)])
    assert bare_place.values(STOCK) == [("a", 1, 2)]


def test_a_table_that_was_there_gets_the_columns_it_lacks_and_keeps_its_rows(bare_place: Place) -> None:
    place = bare_place
    place.run("CREATE TABLE stock (item VARCHAR(10) NOT NULL PRIMARY KEY, pieces INTEGER, shelf INTEGER)")
    place.run("INSERT INTO stock (item, pieces, shelf) VALUES ('a', 1, 7)")
    place.run("INSERT INTO stock (item, pieces, shelf) VALUES ('b', 2, 8)")
    added = place.store().migrate([STOCK])
    assert len(added) == 4
    assert all(statement.startswith("ALTER TABLE") for statement in added)
    load_whole(place.store(), STOCK, [("b", 3, 4)])
    assert place.rows(STOCK) == [("a", 1, None, None, None, None), ("b", 3, 4, 1, 100, 1)]
    assert sorted(place.run("SELECT item, shelf FROM stock")) == [("a", 7), ("b", 8)]


def test_a_table_without_a_column_of_the_key_is_refused_and_left_alone(bare_place: Place) -> None:
    place = bare_place
    place.run("CREATE TABLE stock (pieces INTEGER)")
    with pytest.raises(StoreError, match="table stock has no column item, which belongs to its contract's key"):
        place.store().migrate([STOCK])
    assert place.columns("stock") == {"pieces"}


def test_a_load_into_a_missing_table_says_what_to_do(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, STOCK, 1)
    with pytest.raises(StoreError, match="csvbatch migrate"):
        load_chunk(store, batch, 0, [("a", 1, 2)])


def test_a_column_that_is_missing_is_not_taken_for_a_text(bare_place: Place) -> None:
    """SQLite takes an unknown name in double quotes for a text, unless told otherwise."""
    place = bare_place
    place.run("CREATE TABLE stock (item VARCHAR(10) NOT NULL PRIMARY KEY)")
    store = place.store()
    batch = split_batch(store, STOCK, 1)
    with pytest.raises(StoreError, match="csvbatch migrate"):
        load_chunk(store, batch, 0, [("a", 1, 2)])

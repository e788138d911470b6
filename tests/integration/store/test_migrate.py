"""Tables are made where there are none, and completed where somebody else made them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from csvbatch.contract.columns import Column, DecimalColumn, IntegerColumn, StringColumn
from csvbatch.contract.model import Contract
from csvbatch.store import BatchState, ChunkState, RetryableError, StoreError
from csvbatch.store.ddl import add_column
from csvbatch.store.sql_dialect import SQL_DIALECTS, ColumnKind
from csvbatch.store.tables import CHUNK, LEDGER, TableColumn
from tests.integration.store.contracts import CONTRACTS, PAIRS
from tests.integration.store.faults import Faults
from tests.integration.store.loading import load as load_chunk
from tests.integration.store.loading import load_whole, split_batch
from tests.integration.store.places import Place

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


@pytest.fixture
def shared_bare_place(shared_place: Place) -> Iterator[Place]:
    """Give what `bare_place` gives, in the databases that can change a column that is there."""
    yield shared_place
    shared_place.drop("stock")


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
    assert all(statement.startswith("ALTER TABLE") for statement in added)
    assert len([statement for statement in added if " ADD " in statement]) == 4
    assert place.store().migrate([STOCK]) == []
    load_whole(place.store(), STOCK, [("b", 3, 4)])
    assert place.rows(STOCK) == [("a", 1, None, None, None, None), ("b", 3, 4, 1, 2, 1)]
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


# Tables that are not as their contract needs them


def stock(*columns: Column, key: tuple[str, ...] = ("item",)) -> Contract:
    return Contract(
        dataset="stock", table="stock", key=key, columns=(StringColumn(name="item", max_length=10), *columns)
    )


def price(precision: int, scale: int) -> DecimalColumn:
    return DecimalColumn(name="price", precision=precision, scale=scale)


def is_refused_by_a_load(place: Place, contract: Contract, row: tuple[Any, ...]) -> str:
    """Deliver a row, see that nothing of it was merged and that its chunk stays to be done, and give the message."""
    store = place.store()
    batch = split_batch(store, contract, 1, version="drifted")
    before = place.run(f"SELECT COUNT(*) FROM {place.quote('stock')}")
    with pytest.raises(StoreError) as caught:
        load_chunk(store, batch, 0, [row])
    assert caught.value.code == "TABLE_DRIFTED"
    assert not isinstance(caught.value, RetryableError)
    assert place.run(f"SELECT COUNT(*) FROM {place.quote('stock')}") == before
    (chunk,) = store.chunks(batch.id)
    assert chunk.state is ChunkState.PENDING
    return str(caught.value)


def refusal_of(place: Place, contract: Contract) -> StoreError | None:
    """Migrate, and give the error where that was refused."""
    try:
        place.store().migrate([contract])
    except StoreError as error:
        return error
    return None


WIDER = [
    pytest.param(price(10, 2), price(12, 4), Decimal("12345678.1234"), id="more digits on both sides"),
    pytest.param(price(10, 2), price(10, 4), Decimal("1.2345"), id="more digits after the point"),
    pytest.param(price(10, 2), price(20, 2), Decimal("123456789012345678.25"), id="more digits before the point"),
    pytest.param(IntegerColumn(name="price"), price(10, 2), Decimal("2.75"), id="an integer that gets a fraction"),
    pytest.param(
        StringColumn(name="price", max_length=5), StringColumn(name="price", max_length=50), "x" * 50, id="text"
    ),
    pytest.param(price(4, 2), price(38, 0), Decimal(10**38 - 1), id="room for it nowhere"),
]


@pytest.mark.parametrize(("before", "after", "value"), WIDER)
def test_a_wider_contract_widens_its_table_or_is_refused_and_never_rounds(
    bare_place: Place, before: Column, after: Column, value: Any
) -> None:
    place = bare_place
    place.store().migrate([stock(before)])
    wider = stock(after)
    if refusal := refusal_of(place, wider):
        assert refusal.code == "TABLE_DRIFTED"
        assert "column price" in refusal.reason
        assert "column price" in is_refused_by_a_load(place, wider, ("a", value))
        return
    load_whole(place.store(), wider, [("a", value)])
    assert place.values(wider) == [("a", value)]


@pytest.mark.parametrize(("before", "after", "value"), WIDER[:5])
def test_a_load_under_a_wider_contract_is_refused_until_its_table_is_widened(
    shared_bare_place: Place, before: Column, after: Column, value: Any
) -> None:
    place = shared_bare_place
    place.store().migrate([stock(before)])
    wider = stock(after)
    if place.store().migration([wider]):
        assert "run `csvbatch migrate`" in is_refused_by_a_load(place, wider, ("a", value))
        assert len(place.store().migrate([wider])) == 1
    else:
        assert (place.dialect, after.type) == ("postgresql", "string"), "which has texts of any length"
    load_whole(place.store(), wider, [("a", value)])
    assert place.values(wider) == [("a", value)]


def test_rows_that_are_there_keep_their_values_when_a_table_is_widened(shared_bare_place: Place) -> None:
    place = shared_bare_place
    narrow, wide = stock(price(10, 2)), stock(price(10, 4))
    place.store().migrate([narrow])
    load_whole(place.store(), narrow, [("a", Decimal("12345678.25"))])
    place.store().migrate([wide])
    assert place.values(wide) == [("a", Decimal("12345678.25"))]


def test_a_table_that_was_narrowed_behind_our_back_is_not_loaded_into(shared_bare_place: Place) -> None:
    place = shared_bare_place
    place.store().migrate([stock(price(10, 2))])
    assert "NUMBER(10, 2)" in is_refused_by_a_load(
        place, stock(price(10, 4)), ("a", Decimal("1.2345"))
    ).upper().replace("NUMERIC", "NUMBER").replace("10,2", "10, 2")


def test_a_milder_contract_needs_no_other_table(bare_place: Place) -> None:
    place = bare_place
    place.store().migrate([stock(price(10, 4), StringColumn(name="shelf", max_length=50, required=True))])
    milder = stock(price(8, 2), StringColumn(name="shelf", max_length=5, required=True))
    assert place.store().migrate([milder]) == []
    load_whole(place.store(), milder, [("a", Decimal("1.25"), "x")])


def test_a_contract_that_begins_to_allow_null_is_refused_or_has_the_column_allow_it(bare_place: Place) -> None:
    place = bare_place
    place.store().migrate([stock(IntegerColumn(name="pieces", required=True))])
    milder = stock(IntegerColumn(name="pieces"))
    if refusal := refusal_of(place, milder):
        assert "takes no NULL in column pieces, which its contract allows" in refusal.reason
        assert "takes no NULL in column pieces" in is_refused_by_a_load(place, milder, ("a", None))
        return
    load_whole(place.store(), milder, [("a", None)])
    assert place.values(milder) == [("a", None)]


def test_a_table_without_the_contracts_key_is_refused_with_what_to_run(bare_place: Place) -> None:
    place = bare_place
    pieces = IntegerColumn(name="pieces")
    place.store().migrate([stock(pieces)])
    other = stock(pieces, key=("item", "pieces"))
    with pytest.raises(StoreError, match=r"table stock has no unique key \(item, pieces\).*ADD UNIQUE") as refused:
        place.store().migrate([other])
    assert "has a unique key (item), which its contract does not have" in refused.value.reason
    assert "has no unique key (item, pieces)" in is_refused_by_a_load(place, other, ("a", 1))


def test_a_key_that_gets_more_digits_keeps_its_rows_or_is_refused_and_never_doubles_them(bare_place: Place) -> None:
    """SQLite keeps decimals as text, where 1.50 is not 1.5000."""
    place = bare_place
    narrow, wide = (
        Contract(dataset="stock", table="stock", key=("price",), columns=(price(10, scale), IntegerColumn(name="n")))
        for scale in (2, 4)
    )
    place.store().migrate([narrow])
    load_whole(place.store(), narrow, [(Decimal("1.50"), 1)])
    if refusal := refusal_of(place, wide):
        assert "keeps column price of its key with 2 digits after the point" in refusal.reason
        assert "digits after the point" in is_refused_by_a_load(place, wide, (Decimal("1.5000"), 2))
        return
    load_whole(place.store(), wide, [(Decimal("1.5000"), 2)], version="2")
    assert place.values(wide) == [(Decimal("1.50"), 2)]


def test_columns_of_a_teams_own_are_fine_unless_they_demand_a_value(bare_place: Place) -> None:
    place = bare_place
    contract = stock(IntegerColumn(name="pieces"))
    place.store().migrate([contract])
    table, text = place.quote("stock"), SQL_DIALECTS[place.dialect].type_of(TableColumn("text", ColumnKind.TEXT, 20))
    place.run(f"ALTER TABLE {table} ADD {place.quote('note')} {text}")
    place.run(f"ALTER TABLE {table} ADD {place.quote('colour')} {text} DEFAULT 'red' NOT NULL")
    assert place.store().migrate([contract]) == []
    load_whole(place.store(), contract, [("a", 1)])
    assert place.run(f"SELECT {place.quote('colour')} FROM {table}") == [("red",)]


def test_a_column_of_a_teams_own_that_demands_a_value_is_refused(bare_place: Place) -> None:
    place = bare_place
    contract = stock(IntegerColumn(name="pieces"))
    place.store().migrate([stock(IntegerColumn(name="pieces"), IntegerColumn(name="bin_number", required=True))])
    with pytest.raises(StoreError, match="demands a value for column bin_number, which is not in its contract"):
        place.store().migrate([contract])
    assert "demands a value for column bin_number" in is_refused_by_a_load(place, contract, ("a", 1))


def test_a_type_that_does_not_keep_values_exactly_is_refused(bare_place: Place) -> None:
    place = bare_place
    columns = ", ".join(f"{place.quote(name)} INTEGER" for name in ("load_sequence", "load_line", "load_attempt"))
    place.run(
        f"CREATE TABLE {place.quote('stock')} ({place.quote('item')} VARCHAR(40) NOT NULL PRIMARY KEY, "
        f"{place.quote('price')} DOUBLE PRECISION, {columns})"
    )
    with pytest.raises(StoreError, match=r"table stock has column price as .*, which has to be .* or wider"):
        place.store().migrate([stock(price(10, 2))])
    assert "has column price as" in is_refused_by_a_load(place, stock(price(10, 2)), ("a", Decimal("0.1")))


def test_nothing_is_run_where_one_of_the_tables_is_refused(bare_place: Place) -> None:
    place = bare_place
    place.run(f"CREATE TABLE {place.quote('stock')} ({place.quote('pieces')} INTEGER)")
    other = Contract(dataset="other", table="other", key=("name",), columns=(StringColumn(name="name", max_length=9),))
    with pytest.raises(StoreError, match="table stock has no column item"):
        place.store().migrate([other, STOCK])
    assert place.columns("other") == set()


def test_what_a_migration_would_run_can_be_seen_before(bare_place: Place) -> None:
    store = bare_place.store()
    planned = store.migration([STOCK])
    assert bare_place.columns("stock") == set()
    assert store.migrate([STOCK]) == planned
    assert store.migration([STOCK]) == []


def test_a_table_is_looked_at_once_for_a_connection_and_not_for_each_chunk(place: Place) -> None:
    counting = Faults(at=1_000_000)
    store = place.store(faults=counting)
    batch = split_batch(store, PAIRS, 3)
    seen = []
    for number in range(3):
        before = counting.seen
        load_chunk(store, batch, number, [("a", number)])
        seen.append(counting.seen - before)
    assert seen[1] == seen[2] <= seen[0]


def test_a_table_is_looked_at_again_over_a_new_connection(shared_bare_place: Place) -> None:
    place = shared_bare_place
    contract = stock(IntegerColumn(name="pieces"))
    place.store().migrate([contract])
    store = place.store()
    batch = split_batch(store, contract, 2)
    load_chunk(store, batch, 0, [("a", 1)])
    place.run(f"ALTER TABLE {place.quote('stock')} DROP COLUMN {place.quote('pieces')}")
    store.close_connection()
    with pytest.raises(StoreError, match="has no column pieces"):
        load_chunk(store, batch, 1, [("b", 2)])


# A ledger that an earlier release made


@pytest.fixture
def earlier_ledger(place: Place) -> Iterator[Place]:
    """Put the ledger's tables of the first release in the place of today's."""
    for table in LEDGER:
        place.drop(table.name)
    statements = (Path(__file__).parent / "ledgers" / f"first-{place.dialect}.sql").read_text()
    for statement in statements.split(";\n"):
        if statement:
            place.run(statement)
    yield place
    for table in LEDGER:
        place.drop(table.name)
    place.store().migrate(CONTRACTS)


def test_the_ledger_of_the_first_release_is_brought_up_to_date_with_the_batches_in_it(earlier_ledger: Place) -> None:
    place = earlier_ledger
    place.run(
        "INSERT INTO csvbatch_batch (id, load_sequence, load_attempt, dataset, bucket, object_key, object_version, "
        "object_bytes, state, splits, chunks_total, chunks_remaining, rows_read, rows_merged, rows_rejected, "
        "registered_at, changed_at) VALUES ('0123456789abcdef', 7, 1, 'pairs', 'bucket', 'incoming/pairs/a.csv', '1', "
        "5000, 'closed', 1, 1, 0, 5, 4, 1, :now, :now)",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    store = place.store()
    store.migrate(CONTRACTS)
    assert store.migrate(CONTRACTS) == []
    before = store.batch("0123456789abcdef")
    assert (before.load_sequence, before.rows_read, before.rows_merged) == (7, 5, 4)
    after = load_whole(store, PAIRS, [("a", 1)], version="2")
    assert (after.load_sequence, after.rows_merged, after.state) == (8, 1, BatchState.CLOSING)


def test_a_ledger_gets_a_count_that_it_lacks_and_has_nothing_counted_yet(place: Place) -> None:
    store = place.store()
    batch = load_whole(store, PAIRS, [("a", 1)])
    count = TableColumn("strays", ColumnKind.INTEGER, null=False, default="0")
    table = replace(CHUNK, columns=(*CHUNK.columns, count))
    sql_dialect = SQL_DIALECTS[place.dialect]
    place.run(add_column(table, count, sql_dialect))
    try:
        assert place.run(f"SELECT {place.quote('strays')} FROM csvbatch_chunk") == [(0,)]
        assert load_whole(store, PAIRS, [("a", 2)], version="2").load_sequence == batch.load_sequence + 1
        assert store.migrate(CONTRACTS) == []
    finally:
        place.run(f"ALTER TABLE {place.quote('csvbatch_chunk')} DROP COLUMN {place.quote('strays')}")

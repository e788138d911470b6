"""What Oracle's data dictionary says of tables, read as Oracle's reference describes its views."""

from collections.abc import Mapping
from typing import Any

import pytest

from csvbatch.contract.columns import (
    BooleanColumn,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.contract.model import Contract
from csvbatch.store import StoreError
from csvbatch.store.drift import Difference, differences
from csvbatch.store.found import FoundTable
from csvbatch.store.oracle.tables import check_character_set, read_table
from csvbatch.store.sql_dialect import ORACLE
from csvbatch.store.tables import target_table

type Described = tuple[str, float, float | None, str | None, float | None, float | None]
"""DATA_TYPE, DATA_LENGTH, CHAR_LENGTH, CHAR_USED, DATA_PRECISION, DATA_SCALE."""


def varchar2(length: int, unit: str) -> Described:
    """Describe VARCHAR2 of a database whose characters have up to four bytes."""
    return ("VARCHAR2", length if unit == "B" else min(4 * length, 4000), length, unit, None, None)


def number(precision: int | None, scale: int | None) -> Described:
    return ("NUMBER", 22, 0, None, precision, scale)


def plain(kind: str, length: int = 7) -> Described:
    return (kind, length, 0, None, None, None)


INTEGER = number(None, 0)
POSITION = {"load_sequence": number(19, 0), "load_line": number(19, 0), "load_attempt": INTEGER}


class Dictionary:
    """Answers the store's queries with what Oracle would have in its views for one table."""

    def __init__(
        self,
        columns: Mapping[str, Described],
        *,
        constraints: tuple[tuple[str, ...], ...] = (("item",),),
        indexes: tuple[tuple[str, ...], ...] = (),
        not_null: frozenset[str] = frozenset({"item"}),
        defaults: frozenset[str] = frozenset(),
        virtual: frozenset[str] = frozenset(),
        synonym: bool = False,
    ) -> None:
        self.columns = [
            (
                name,
                *kind,
                "N" if name in not_null else "Y",
                3 if name in defaults else None,
                "YES" if name in virtual else "NO",
            )
            for name, kind in columns.items()
        ]
        self.keys = [
            (kind, f"{kind}{number}", column)
            for kind, keys in (("C", constraints), ("I", indexes))
            for number, key in enumerate(keys)
            for column in key
        ]
        self.synonym = synonym
        self.asked: list[Mapping[str, Any]] = []

    def __call__(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        self.asked.append(parameters)
        if "FROM all_synonyms" in sql:
            return [("OWNER_OF_TABLES", "STOCK_OF_TODAY")] if self.synonym else []
        if "FROM all_constraints" in sql:
            return list(self.keys)
        if "column_id = 1" in sql:
            return [] if self.synonym or not self.columns else [("LOADER", "STOCK")]
        return list(self.columns)


def contract(*columns: Any) -> Contract:
    return Contract(
        dataset="stock",
        table="stock",
        key=("item",),
        columns=(StringColumn(name="item", max_length=10), *columns),
    )


def found(columns: Mapping[str, Described], **more: Any) -> FoundTable:
    table = read_table(Dictionary({"item": varchar2(10, "C"), **columns, **POSITION}, **more), "stock")
    assert table is not None
    return table


def compared(column: Any, kind: Described) -> list[Difference]:
    return differences(target_table(contract(column)), found({"value": kind}), ORACLE)


TEXT = StringColumn(name="value", max_length=10)
WHOLE = IntegerColumn(name="value")
FEW = IntegerColumn(name="value", minimum=0, maximum=9999)
EXACT = DecimalColumn(name="value", precision=10, scale=2)
DAY = DateColumn(name="value")
SECONDS = TimestampColumn(name="value")
FRACTIONS = TimestampColumn(name="value", format="%Y-%m-%dT%H:%M:%S.%f")
FLAG = BooleanColumn(name="value")


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (TEXT, varchar2(10, "C")),
        (TEXT, varchar2(11, "C")),
        (TEXT, varchar2(40, "B")),
        (StringColumn(name="value", max_length=4000), varchar2(4000, "B")),
        (TEXT, ("NVARCHAR2", 20, 10, "C", None, None)),
        (TEXT, plain("CLOB", 4000)),
        (WHOLE, number(19, 0)),
        (WHOLE, number(None, None)),
        (WHOLE, INTEGER),
        (WHOLE, number(38, 10)),
        (FEW, number(4, 0)),
        (EXACT, number(10, 2)),
        (EXACT, number(12, 4)),
        (EXACT, number(None, None)),
        (DAY, plain("DATE")),
        (DAY, plain("TIMESTAMP(0)", 11)),
        (SECONDS, plain("DATE")),
        (FRACTIONS, plain("TIMESTAMP(6)", 11)),
        (FRACTIONS, plain("TIMESTAMP(9)", 11)),
        (FLAG, number(1, 0)),
        (FLAG, number(None, None)),
    ],
    ids=str,
)
def test_a_column_that_keeps_what_the_contract_allows_is_fine(column: Any, kind: Described) -> None:
    assert compared(column, kind) == []


@pytest.mark.parametrize(
    ("column", "kind", "statement"),
    [
        (TEXT, varchar2(9, "C"), 'MODIFY ("VALUE" VARCHAR2(10 CHAR))'),
        (TEXT, varchar2(10, "B"), 'MODIFY ("VALUE" VARCHAR2(10 CHAR))'),
        (TEXT, varchar2(39, "B"), 'MODIFY ("VALUE" VARCHAR2(39 CHAR))'),
        (WHOLE, number(9, 0), 'MODIFY ("VALUE" NUMBER(19, 0))'),
        (WHOLE, number(18, 2), 'MODIFY ("VALUE" NUMBER(21, 2))'),
        (FEW, number(3, 0), 'MODIFY ("VALUE" NUMBER(4, 0))'),
        (EXACT, number(10, 1), 'MODIFY ("VALUE" NUMBER(11, 2))'),
        (EXACT, number(9, 2), 'MODIFY ("VALUE" NUMBER(10, 2))'),
        (EXACT, INTEGER, None),
        (EXACT, number(10, -2), None),
        (WHOLE, number(20, -1), None),
        (FRACTIONS, plain("TIMESTAMP(3)", 11), 'MODIFY ("VALUE" TIMESTAMP(6))'),
        (FRACTIONS, plain("DATE"), 'MODIFY ("VALUE" TIMESTAMP(6))'),
    ],
    ids=str,
)
def test_a_column_that_would_round_or_cut_is_widened_or_refused(
    column: Any, kind: Described, statement: str | None
) -> None:
    """No wider than 38 digits, and never narrower on either side of the point than it was."""
    (difference,) = compared(column, kind)
    assert difference.statement == (statement and f'ALTER TABLE "STOCK" {statement}')


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (TEXT, plain("CHAR", 10)),
        (TEXT, plain("LONG", 0)),
        (TEXT, number(10, 0)),
        (WHOLE, ("FLOAT", 22, 0, None, 126, None)),
        (EXACT, plain("BINARY_DOUBLE", 8)),
        (EXACT, varchar2(20, "C")),
        (DAY, varchar2(10, "C")),
        (FRACTIONS, plain("TIMESTAMP(6) WITH TIME ZONE", 13)),
        (FLAG, varchar2(1, "C")),
    ],
    ids=str,
)
def test_a_column_of_a_type_that_changes_values_is_refused(column: Any, kind: Described) -> None:
    (difference,) = compared(column, kind)
    assert difference.statement is None
    assert difference.what.startswith(f"has column value as {kind[0]}")


def test_numbers_of_the_dictionary_that_come_as_floats_are_written_as_whole_ones() -> None:
    (text,) = compared(TEXT, ("VARCHAR2", 39.0, 39.0, "B", None, None))
    assert text.statement == 'ALTER TABLE "STOCK" MODIFY ("VALUE" VARCHAR2(39 CHAR))'
    (number,) = compared(EXACT, ("NUMBER", 22.0, 0.0, None, 10.0, 1.0))
    assert number.what == "has column value as NUMBER(10, 1), which has to be NUMBER(10, 2) or wider"


@pytest.mark.parametrize("keys", [{"constraints": (("item",),)}, {"constraints": (), "indexes": (("item",),)}])
def test_a_key_may_be_a_constraint_or_a_unique_index(keys: dict[str, Any]) -> None:
    assert differences(target_table(contract()), found({}, **keys), ORACLE) == []


def test_a_table_without_the_key_is_refused_for_oracle_would_double_rows() -> None:
    (difference,) = differences(target_table(contract()), found({}, constraints=(), indexes=()), ORACLE)
    assert difference.what == "has no unique key (item)"
    assert 'ALTER TABLE "STOCK" ADD UNIQUE ("ITEM")' in difference.advice


def test_a_key_over_more_columns_does_no_harm_and_one_over_fewer_does() -> None:
    table = target_table(contract(TEXT))
    columns = {"value": varchar2(10, "C")}
    assert differences(table, found(columns, constraints=(("item",), ("item", "value"))), ORACLE) == []
    (difference,) = differences(table, found(columns, constraints=(("item",), ("value",))), ORACLE)
    assert difference.what == "has a unique key (value), which its contract does not have"


def test_a_surrogate_key_of_a_teams_own_does_no_harm() -> None:
    table = found({"id": number(10, 0)}, constraints=(("id",), ("item",)), defaults=frozenset({"id"}))
    assert differences(target_table(contract()), table, ORACLE) == []


def test_a_virtual_column_can_not_be_loaded_into() -> None:
    table = found({"value": varchar2(10, "C")}, virtual=frozenset({"value"}))
    (difference,) = differences(target_table(contract(TEXT)), table, ORACLE)
    assert difference.what == "computes column value itself"


def test_a_table_that_a_synonym_names_is_looked_at_where_it_is() -> None:
    dictionary = Dictionary({"item": varchar2(10, "C"), **POSITION}, synonym=True)
    table = read_table(dictionary, "stock")
    assert table is not None
    assert dictionary.asked[-1] == {"owner": "OWNER_OF_TABLES", "name": "STOCK_OF_TODAY"}
    assert differences(target_table(contract()), table, ORACLE) == []


def test_a_table_that_is_not_there_is_none() -> None:
    assert read_table(Dictionary({}), "stock") is None


@pytest.mark.parametrize("name", ["AL32UTF8", "UTF8"])
def test_a_character_set_with_every_character_is_fine(name: str) -> None:
    check_character_set(lambda sql, parameters: [(name,)])


@pytest.mark.parametrize("name", ["WE8MSWIN1252", "WE8ISO8859P15", "US7ASCII"])
def test_a_character_set_that_would_replace_characters_in_silence_is_refused(name: str) -> None:
    with pytest.raises(StoreError, match=f"character set is {name}, which would silently replace .*AL32UTF8"):
        check_character_set(lambda sql, parameters: [(name,)])

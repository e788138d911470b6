"""What columns of every type have in common; every case goes through the compiled validator."""

import time
from datetime import date, datetime
from decimal import Decimal

import pytest

from csvbatch.contract.columns import (
    BooleanColumn,
    Column,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.contract.model import Contract
from csvbatch.rows.header import match_header
from csvbatch.rows.rules import Rule
from csvbatch.rows.validator import RowError, compile_validator
from tests.unit.csvbatch.rows.one_field import validate

TEXT = StringColumn(name="c", max_length=5, min_length=2, pattern="[a-zé ]+")
COLOUR = StringColumn(name="c", max_length=5, allowed=("red", "green"), null_tokens=("none",))
SIZE = IntegerColumn(name="c", minimum=-20, maximum=2_000_000)
SERIAL = IntegerColumn(name="c")
PRICE = DecimalColumn(name="c", precision=7, scale=2, minimum=Decimal("-9.99"))
RATE = DecimalColumn(name="c", precision=3, scale=3)
WHOLE = DecimalColumn(name="c", precision=38, scale=0)
DAY = DateColumn(name="c", minimum=date(1900, 1, 1), maximum=date(2026, 12, 31))
BRITISH_DAY = DateColumn(name="c", format="%d/%m/%Y", maximum=date(2026, 12, 31))
MOMENT = TimestampColumn(name="c", minimum=datetime(2020, 1, 1))
CONSENT = BooleanColumn(name="c", true_tokens=("Y", "1"), false_tokens=("N",), null_tokens=("?",))


@pytest.mark.parametrize("column", [TEXT, COLOUR, SIZE, SERIAL, PRICE, RATE, DAY, BRITISH_DAY, MOMENT, CONSENT])
def test_empty_text_is_no_value_in_a_column_of_any_type(column: Column) -> None:
    assert validate(column, "") is None


@pytest.mark.parametrize(
    "column",
    [
        StringColumn(name="c", max_length=9, null_tokens=("-1",)),
        StringColumn(name="c", max_length=9, pattern="[0-9]{2}", null_tokens=("-1",)),
        IntegerColumn(name="c", null_tokens=("-1",)),
        IntegerColumn(name="c", maximum=5, minimum=-5, null_tokens=("-1",)),
        DecimalColumn(name="c", precision=3, scale=0, null_tokens=("-1",)),
        DecimalColumn(name="c", precision=9, scale=0, null_tokens=("-1",)),
        DateColumn(name="c", null_tokens=("-1",)),
        TimestampColumn(name="c", null_tokens=("-1",)),
        BooleanColumn(name="c", null_tokens=("-1",)),
    ],
)
def test_a_null_token_is_no_value_even_where_it_could_be_one(column: Column) -> None:
    assert validate(column, "-1") is None


def test_a_date_that_means_no_value_is_none() -> None:
    assert validate(DateColumn(name="c", null_tokens=("9999-12-31",)), "9999-12-31") is None


@pytest.mark.parametrize("null", ["", "?"])
@pytest.mark.parametrize(
    "column",
    [
        StringColumn(name="c", max_length=9, required=True, null_tokens=("?",)),
        IntegerColumn(name="c", required=True, null_tokens=("?",)),
        DecimalColumn(name="c", precision=3, scale=0, required=True, null_tokens=("?",)),
        DateColumn(name="c", required=True, null_tokens=("?",)),
        TimestampColumn(name="c", required=True, null_tokens=("?",)),
        BooleanColumn(name="c", required=True, null_tokens=("?",)),
    ],
)
def test_a_required_column_without_a_value_breaks_one_rule(column: Column, null: str) -> None:
    assert validate(column, null) == [Rule.REQUIRED]


@pytest.mark.parametrize("null", ["", "?"])
def test_a_key_without_a_value_breaks_the_rule_for_keys(null: str) -> None:
    column = IntegerColumn(name="id", required=True, null_tokens=("?",))
    contract = Contract(dataset="d", table="t", columns=(column,), key=("id",))

    validate_row = compile_validator(contract, match_header(contract, ["id"]))

    assert validate_row([null]) == [RowError("id", Rule.KEY)]


@pytest.mark.parametrize("column", [SIZE, SERIAL, PRICE, WHOLE, DAY, MOMENT, TEXT, COLOUR, CONSENT])
def test_a_field_of_ten_megabytes_is_refused_in_time_that_grows_with_its_length(column: Column) -> None:
    text = "0" * 10_000_000 + "x"
    begun = time.process_time()

    refused = validate(column, text)

    assert isinstance(refused, list)
    assert time.process_time() - begun < 5


def test_every_rule_has_a_sentence_and_is_its_code() -> None:
    assert [str(rule) for rule in Rule] == [
        "text_after_quote", "lone_cr", "byte_order_mark", "repeated_header", "columns", "trailing_delimiters",
        "key", "required", "type", "fraction", "length", "pattern", "precision", "range", "allowed",
    ]  # fmt: skip
    assert all(rule.sentence.endswith(".") for rule in Rule)
    assert Rule("range") is Rule.RANGE

"""What each type of column takes and refuses; every case goes through the compiled validator."""

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
from csvbatch.rows.checks import Value
from csvbatch.rows.header import match_header
from csvbatch.rows.rules import Rule
from csvbatch.rows.validator import RowError, compile_validator


def validate(column: Column, text: str) -> Value | list[Rule]:
    """Validate one field beside a key that is right: its value, or the rules it breaks."""
    contract = Contract(dataset="d", table="t", columns=(IntegerColumn(name="key"), column), key=("key",))
    row = compile_validator(contract, match_header(contract, contract.headers))(["1", text])
    if isinstance(row, tuple):
        return row[1]
    assert {error.column for error in row} == {column.name}
    return [error.rule for error in row]


TEXT = StringColumn(name="c", max_length=5, min_length=2, pattern="[a-zé ]+")
LONG_TEXT = StringColumn(name="c", max_length=4000)
CODE = StringColumn(name="c", max_length=9, pattern="99[0-9]{2}")
COLOUR = StringColumn(name="c", max_length=5, allowed=("red", "green"), null_tokens=("none",))
SIZE = IntegerColumn(name="c", minimum=-20, maximum=2_000_000)
SERIAL = IntegerColumn(name="c")
GRADE = IntegerColumn(name="c", allowed=(1, 3))
PRICE = DecimalColumn(name="c", precision=7, scale=2, minimum=Decimal("-9.99"))
RATE = DecimalColumn(name="c", precision=3, scale=3)
WHOLE = DecimalColumn(name="c", precision=38, scale=0)
LEVEL = DecimalColumn(name="c", precision=4, scale=1, allowed=(Decimal("0.5"), Decimal(2)))
DAY = DateColumn(name="c", minimum=date(1900, 1, 1), maximum=date(2026, 12, 31))
BRITISH_DAY = DateColumn(name="c", format="%d/%m/%Y", maximum=date(2026, 12, 31))
MOMENT = TimestampColumn(name="c", minimum=datetime(2020, 1, 1))
SPACED_MOMENT = TimestampColumn(name="c", format="%Y-%m-%d %H:%M:%S")
ZONED_MOMENT = TimestampColumn(name="c", format="%Y-%m-%dT%H:%M:%S%z")
CONSENT = BooleanColumn(name="c", true_tokens=("Y", "1"), false_tokens=("N",), null_tokens=("?",))


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (TEXT, "ab", "ab"),
        (TEXT, " a é ", " a é "),
        (LONG_TEXT, "a" * 4000, "a" * 4000),
        (LONG_TEXT, "é" * 2000, "é" * 2000),
        (LONG_TEXT, 'Robert"); DROP TABLE t;--\n', 'Robert"); DROP TABLE t;--\n'),
        (CODE, "9911", "9911"),
        (COLOUR, "red", "red"),
        (COLOUR, "none", None),
        (SIZE, "0", 0),
        (SIZE, "-20", -20),
        (SIZE, "+7", 7),
        (SIZE, "0000000000000000000000007", 7),
        (SIZE, "2000000", 2_000_000),
        (SIZE, "-0", 0),
        (SERIAL, "9223372036854775807", 2**63 - 1),
        (SERIAL, "-9223372036854775808", -(2**63)),
        (GRADE, "3", 3),
        (PRICE, "12345.67", Decimal("12345.67")),
        (PRICE, "5", Decimal("5.00")),
        (PRICE, "5.", Decimal("5.00")),
        (PRICE, ".5", Decimal("0.50")),
        (PRICE, "+0.5", Decimal("0.50")),
        (PRICE, "-9.99", Decimal("-9.99")),
        (PRICE, "1.500000", Decimal("1.50")),
        (PRICE, "0000012345.67", Decimal("12345.67")),
        (PRICE, "-0.00", Decimal("0.00")),
        (RATE, "0.125", Decimal("0.125")),
        (RATE, ".125", Decimal("0.125")),
        (RATE, "0", Decimal("0.000")),
        (WHOLE, "9" * 38, Decimal("9" * 38)),
        (WHOLE, "-" + "9" * 38, Decimal("-" + "9" * 38)),
        (LEVEL, "2.0", Decimal("2.0")),
        (DAY, "2024-02-29", date(2024, 2, 29)),
        (DAY, "1900-01-01", date(1900, 1, 1)),
        (DAY, "2026-12-31", date(2026, 12, 31)),
        (BRITISH_DAY, "29/02/2024", date(2024, 2, 29)),
        (MOMENT, "2020-01-01T00:00:00", datetime(2020, 1, 1)),
        (SPACED_MOMENT, "2020-01-01 23:59:59", datetime(2020, 1, 1, 23, 59, 59)),
        (ZONED_MOMENT, "2020-01-01T00:30:00+01:00", datetime(2019, 12, 31, 23, 30)),
        (CONSENT, "Y", True),
        (CONSENT, "1", True),
        (CONSENT, "N", False),
        (CONSENT, "?", None),
    ],
)
def test_a_good_text_is_read_as_an_exact_value(column: Column, text: str, value: Value) -> None:
    read = validate(column, text)

    assert read == value
    assert type(read) is type(value)
    assert str(read) == str(value)


@pytest.mark.parametrize(
    ("column", "text", "rules"),
    [
        (TEXT, "a", [Rule.LENGTH]),
        (TEXT, "abcdef", [Rule.LENGTH]),
        (TEXT, "ABC", [Rule.PATTERN]),
        (TEXT, "abc\n", [Rule.PATTERN]),
        (TEXT, "A", [Rule.LENGTH, Rule.PATTERN]),
        (TEXT, "ABCDEF", [Rule.LENGTH]),
        (CODE, "1234", [Rule.PATTERN]),
        (CODE, "99\N{ARABIC-INDIC DIGIT ONE}1", [Rule.PATTERN]),
        (CODE, "99111", [Rule.PATTERN]),
        (LONG_TEXT, "é" * 2001, [Rule.LENGTH]),
        (LONG_TEXT, "a" * 4001, [Rule.LENGTH]),
        (LONG_TEXT, "a" * 10_000_000, [Rule.LENGTH]),
        (COLOUR, "blue", [Rule.ALLOWED]),
        (COLOUR, "Red", [Rule.ALLOWED]),
        (COLOUR, "crimson", [Rule.LENGTH, Rule.ALLOWED]),
        (SIZE, "-21", [Rule.RANGE]),
        (SIZE, "2000001", [Rule.RANGE]),
        (SIZE, "1.0", [Rule.TYPE]),
        (SIZE, "1e3", [Rule.TYPE]),
        (SIZE, "1_000", [Rule.TYPE]),
        (SIZE, "1,000", [Rule.TYPE]),
        (SIZE, " 1", [Rule.TYPE]),
        (SIZE, "1\n", [Rule.TYPE]),
        (SIZE, "-", [Rule.TYPE]),
        (SIZE, "--1", [Rule.TYPE]),
        (SIZE, "\N{ARABIC-INDIC DIGIT ONE}", [Rule.TYPE]),
        (SIZE, "\N{SUPERSCRIPT TWO}", [Rule.TYPE]),
        (SERIAL, "9223372036854775808", [Rule.RANGE]),
        (SERIAL, "-9223372036854775809", [Rule.RANGE]),
        (SERIAL, "9" * 10_000, [Rule.RANGE]),
        (GRADE, "2", [Rule.ALLOWED]),
        (GRADE, "9" * 30, [Rule.RANGE, Rule.ALLOWED]),
        (PRICE, "123456.00", [Rule.PRECISION]),
        (PRICE, "0.125", [Rule.PRECISION]),
        (PRICE, "9" * 10_000, [Rule.PRECISION]),
        (PRICE, "-10", [Rule.RANGE]),
        (PRICE, "1,50", [Rule.TYPE]),
        (PRICE, "1.5.0", [Rule.TYPE]),
        (PRICE, "1E2", [Rule.TYPE]),
        (PRICE, "NaN", [Rule.TYPE]),
        (PRICE, "Infinity", [Rule.TYPE]),
        (PRICE, ".", [Rule.TYPE]),
        (PRICE, "-", [Rule.TYPE]),
        (PRICE, "-.", [Rule.TYPE]),
        (PRICE, "1_0", [Rule.TYPE]),
        (PRICE, "5.00 ", [Rule.TYPE]),
        (PRICE, "£5.00", [Rule.TYPE]),
        (PRICE, "\N{ARABIC-INDIC DIGIT ONE}.00", [Rule.TYPE]),
        (RATE, "1", [Rule.PRECISION]),
        (WHOLE, "1" + "0" * 38, [Rule.PRECISION]),
        (LEVEL, "1.0", [Rule.ALLOWED]),
        (DAY, "1899-12-31", [Rule.RANGE]),
        (DAY, "2027-01-01", [Rule.RANGE]),
        (DAY, "2023-02-29", [Rule.TYPE]),
        (DAY, "2024-W05-4", [Rule.TYPE]),
        (DAY, "20240201", [Rule.TYPE]),
        (DAY, "2024-02-1", [Rule.TYPE]),
        (DAY, "2024-02-01T00:00:00", [Rule.TYPE]),
        (DAY, "\N{ARABIC-INDIC DIGIT TWO}024-02-01", [Rule.TYPE]),
        (BRITISH_DAY, "2024-02-29", [Rule.TYPE]),
        (BRITISH_DAY, "01/01/2027", [Rule.RANGE]),
        (MOMENT, "2019-12-31T23:59:59", [Rule.RANGE]),
        (MOMENT, "2020-01-01", [Rule.TYPE]),
        (MOMENT, "2020-01-01 00:00:00", [Rule.TYPE]),
        (MOMENT, "2020-01-01T00:00:00Z", [Rule.TYPE]),
        (MOMENT, "2020-01-01T24:00:00", [Rule.TYPE]),
        (MOMENT, "2020-01-01T10+01:00", [Rule.TYPE]),
        (MOMENT, "2020-01-01T10:11:", [Rule.TYPE]),
        (MOMENT, "2020-01-01T10:11:1", [Rule.TYPE]),
        (MOMENT, "2020-W01-1T10:11:12", [Rule.TYPE]),
        (ZONED_MOMENT, "0001-01-01T00:00:00+01:00", [Rule.RANGE]),
        (ZONED_MOMENT, "2020-01-01T00:00:00", [Rule.TYPE]),
        (CONSENT, "y", [Rule.TYPE]),
        (CONSENT, "yes", [Rule.TYPE]),
        (CONSENT, "true", [Rule.TYPE]),
    ],
)
def test_a_bad_text_breaks_the_rules_it_should(column: Column, text: str, rules: list[Rule]) -> None:
    assert validate(column, text) == rules


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


@pytest.mark.parametrize(
    ("format", "text", "rule"),
    [
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12.", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12.123456789", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12,5", Rule.FRACTION),
        ("%Y-%m-%dT%H:%M:%S", "2024-01-05T10:11:12.5", Rule.FRACTION),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2024-01-05T10:11:12Z", Rule.FRACTION),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-01-05T10:11:12.000+01:00", Rule.FRACTION),
        ("%d.%m.%Y %H:%M:%S.%f", "05.01.2024 10:11:12", Rule.FRACTION),
        ("%d.%m.%Y %H:%M:%S", "05.01.2024 10:11:12.5", Rule.FRACTION),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-13-05 10:11:12", Rule.TYPE),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05T10:11:12.5", Rule.TYPE),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:11:12.5x", Rule.TYPE),
        ("%Y-%m-%d %H:%M", "2024-01-05 10:11:12.5", Rule.TYPE),
        ("%d.%m.%Y %H:%M:%S", "05.01 10:11:12", Rule.TYPE),
    ],
)
def test_a_moment_of_which_only_the_fraction_is_wrong_breaks_a_rule_of_its_own(
    format: str, text: str, rule: Rule
) -> None:
    assert validate(TimestampColumn(name="c", format=format), text) == [rule]

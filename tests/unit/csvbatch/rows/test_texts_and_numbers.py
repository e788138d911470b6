"""What columns of texts, numbers and truth values take and refuse."""

from decimal import Decimal

import pytest

from csvbatch.contract.columns import BooleanColumn, Column, DecimalColumn, IntegerColumn, StringColumn
from csvbatch.rows.checks import Value
from csvbatch.rows.rules import Rule
from tests.unit.csvbatch.rows.one_field import validate

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
WIDE_LEVEL = DecimalColumn(name="c", precision=12, scale=1, allowed=(Decimal("0.5"), Decimal(2)))
LEVEL = DecimalColumn(name="c", precision=4, scale=1, allowed=(Decimal("0.5"), Decimal(2)))
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
        (WIDE_LEVEL, "2.0", Decimal("2.0")),
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
        (WIDE_LEVEL, "1.0", [Rule.ALLOWED]),
        (CONSENT, "y", [Rule.TYPE]),
        (CONSENT, "yes", [Rule.TYPE]),
        (CONSENT, "true", [Rule.TYPE]),
    ],
)
def test_a_bad_text_breaks_the_rules_it_should(column: Column, text: str, rules: list[Rule]) -> None:
    assert validate(column, text) == rules

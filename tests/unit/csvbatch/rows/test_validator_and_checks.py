"""The compiled validator reads each field as its check does."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from csvbatch.rows.checks import FieldError, Value, check_for
from csvbatch.rows.header import match_header
from csvbatch.rows.validator import RowError, RowValidator, compile_validator

# Columns of every type, with and without each kind of limit.
COLUMNS: tuple[Column, ...] = (
    StringColumn(name="c", max_length=6),
    StringColumn(name="c", max_length=600, min_length=2),
    StringColumn(name="c", max_length=6, pattern="12[0-9]{2}"),
    StringColumn(name="c", max_length=6, pattern="[0-9]{3}", null_tokens=("123",)),
    StringColumn(name="c", max_length=3, pattern="[0-9]{4}"),
    StringColumn(name="c", max_length=6, pattern="[-0-9.]+", min_length=3),
    StringColumn(name="c", max_length=6, allowed=("1", "Y")),
    IntegerColumn(name="c"),
    IntegerColumn(name="c", minimum=-5),
    IntegerColumn(name="c", minimum=5, null_tokens=("12",)),
    IntegerColumn(name="c", maximum=10**6),
    IntegerColumn(name="c", minimum=0, maximum=100),
    IntegerColumn(name="c", allowed=(1, -2)),
    DecimalColumn(name="c", precision=4, scale=2),
    DecimalColumn(name="c", precision=12, scale=2, null_tokens=("1.00", "n")),
    DecimalColumn(name="c", precision=12, scale=2, minimum=Decimal("0.10"), maximum=Decimal(100)),
    DecimalColumn(name="c", precision=12, scale=0, minimum=Decimal(-3)),
    DecimalColumn(name="c", precision=12, scale=12),
    DecimalColumn(name="c", precision=12, scale=1, allowed=(Decimal("1.5"), Decimal(0))),
    DateColumn(name="c"),
    DateColumn(name="c", minimum=date(2000, 1, 1)),
    DateColumn(name="c", maximum=date(2000, 1, 1), null_tokens=("1999-12-31",)),
    DateColumn(name="c", format="%d/%m/%Y", minimum=date(2000, 1, 1)),
    TimestampColumn(name="c"),
    TimestampColumn(name="c", minimum=datetime(2000, 1, 1), maximum=datetime(2020, 1, 1)),
    TimestampColumn(name="c", format="%Y-%m-%d %H:%M:%S"),
    TimestampColumn(name="c", format="%Y-%m-%dT%H:%M:%S%z", maximum=datetime(2020, 1, 1)),
    BooleanColumn(name="c", true_tokens=("Y", "1"), false_tokens=("N", "0"), null_tokens=("-",)),
)

TEXTS = st.one_of(
    st.text("0123456789+-.:TZWYNn _\n\N{ARABIC-INDIC DIGIT THREE}", max_size=20),
    st.text("0123456789", max_size=25),
    st.integers(-200, 200).map(str),
    st.integers(-(2**65), 2**65).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.dates().map(str),
    st.dates(date(1999, 1, 1), date(2001, 1, 1)).map(str),
    st.dates().map(lambda day: f"{day.day:02}/{day.month:02}/{day.year:04}"),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds")),
    st.datetimes().map(lambda moment: moment.isoformat(" ", timespec="seconds")),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds") + "+01:00"),
    st.sampled_from(["", "Y", "-", "n", "2020-W01-1", "2020-W01-1T10:11:12", "2020-01-01T10+01:00"]),
)


def only(
    column: Column, *, key: bool = False, text_types: frozenset[str] = frozenset()
) -> tuple[Contract, RowValidator]:
    other = IntegerColumn(name="key")
    contract = Contract(dataset="d", table="t", columns=(other, column), key=(column.name if key else "key",))
    return contract, compile_validator(contract, match_header(contract, contract.headers), text_types)


@pytest.fixture(autouse=True)
def compiled_by_each_test() -> None:
    """Let `make mutants` see which tests compile: one that takes over what another compiled would not meet mutants."""
    validator.cache_clear()


@cache
def validator(column: Column, *, key: bool = False, leaves_texts: bool = False) -> RowValidator:
    """Compile a validator once, and not while this file is imported: `make mutants` begins after that."""
    return only(column, key=key, text_types=frozenset({"date", "decimal", "timestamp"} if leaves_texts else ()))[1]


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5), st.booleans())
def test_the_compiled_validator_gives_what_the_checks_give(texts: list[str], key: bool) -> None:
    for column in COLUMNS:
        check = check_for(column, key=key)
        for text in texts:
            expected: tuple[Value, ...] | list[RowError]
            try:
                expected = (7, check(text))
            except FieldError as error:
                expected = [RowError("c", rule) for rule in error.rules]

            row = validator(column, key=key)(["7", text])

            assert row == expected
            assert list(map(type, row)) == list(map(type, expected))
            assert list(map(str, row)) == list(map(str, expected))


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_texts_are_those_that_would_be_written_for_the_values(texts: list[str]) -> None:
    for column in COLUMNS:
        for text in texts:
            read, left = (validator(column, leaves_texts=leaves)(["7", text]) for leaves in (False, True))

            assert list(map(as_text, left)) == list(map(as_text, read))


def as_text(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


@settings(deadline=None)
@given(st.integers(1, 38), st.data())
def test_every_decimal_that_fits_is_exact_and_has_the_columns_scale(precision: int, data: st.DataObject) -> None:
    scale = data.draw(st.integers(0, precision))
    _, validate = only(DecimalColumn(name="c", precision=precision, scale=scale))
    digits = data.draw(st.integers(-(10**precision) + 1, 10**precision - 1))
    number = Decimal(f"{digits}E-{scale}")

    row = validate(["1", f"{number:f}"])

    assert row == (1, number)
    assert isinstance(row[1], Decimal)
    assert row[1].as_tuple().exponent == -scale

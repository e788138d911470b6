"""Which texts the compiled validator reads itself, and which it leaves to the check, which costs several times more."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from csvbatch.contract.columns import Column, DateColumn, DecimalColumn, IntegerColumn, StringColumn, TimestampColumn
from csvbatch.contract.model import Contract
from csvbatch.rows.checks import Value, check_for
from csvbatch.rows.header import match_header
from csvbatch.rows.validator import compile_validator


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the texts that checks were asked about."""
    texts: list[str] = []

    def noting(column: Column, *, key: bool) -> object:
        check = check_for(column, key=key)

        def noted(text: str) -> Value:
            texts.append(text)
            return check(text)

        return noted

    monkeypatch.setattr("csvbatch.rows.validator.check_for", noting)
    return texts


def read(column: Column, text: str) -> object:
    contract = Contract(dataset="d", table="t", columns=(IntegerColumn(name="key"), column), key=("key",))
    return compile_validator(contract, match_header(contract, contract.headers))(["1", text])


COMMON = [
    (StringColumn(name="c", max_length=5), "abc", "abc"),
    (StringColumn(name="c", max_length=5), "abcde", "abcde"),
    (StringColumn(name="c", max_length=4000), "a" * 1000, "a" * 1000),
    (StringColumn(name="c", max_length=5, min_length=2, pattern="[a-z]+", null_tokens=("none",)), "ab", "ab"),
    (IntegerColumn(name="c"), "0", 0),
    (IntegerColumn(name="c"), "9" * 18, 10**18 - 1),
    (IntegerColumn(name="c", minimum=5, maximum=10**6), "5", 5),
    (IntegerColumn(name="c", minimum=5, maximum=10**6), "1000000", 10**6),
    (DecimalColumn(name="c", precision=12, scale=2), "1.50", Decimal("1.50")),
    (DecimalColumn(name="c", precision=12, scale=2), "-1234567890.50", Decimal("-1234567890.50")),
    (DecimalColumn(name="c", precision=12, scale=0), "7", Decimal(7)),
    (DecimalColumn(name="c", precision=12, scale=12), ".000000000001", Decimal("1E-12")),
    (DecimalColumn(name="c", precision=12, scale=2, minimum=Decimal(0), maximum=Decimal(9)), "9.00", Decimal("9.00")),
    (DateColumn(name="c"), "2024-02-29", date(2024, 2, 29)),
    (DateColumn(name="c", minimum=date(2024, 1, 1), maximum=date(2024, 3, 1)), "2024-02-29", date(2024, 2, 29)),
    (TimestampColumn(name="c"), "2024-02-29T10:11:12", datetime(2024, 2, 29, 10, 11, 12)),
    (TimestampColumn(name="c", format="%Y-%m-%d %H:%M:%S"), "2024-02-29 10:11:12", datetime(2024, 2, 29, 10, 11, 12)),
]


@pytest.mark.parametrize(("column", "text", "value"), COMMON)
def test_the_usual_spelling_is_read_without_the_check(
    checked: list[str], column: Column, text: str, value: Value
) -> None:
    assert read(column, text) == (1, value)
    assert checked == []


@pytest.mark.parametrize(
    ("column", "text", "left"),
    [
        (DateColumn(name="c"), "2024-02-29", True),
        (DateColumn(name="c", minimum=date(2024, 1, 1)), "2024-02-29", True),
        (DateColumn(name="c", format="%d/%m/%Y"), "29/02/2024", False),
        (TimestampColumn(name="c"), "2024-02-29T10:11:12", True),
        (TimestampColumn(name="c", format="%Y-%m-%d %H:%M:%S"), "2024-02-29 10:11:12", False),
    ],
)
def test_what_isoformat_would_write_is_left_as_text_where_that_was_asked_for(
    column: Column, text: str, left: bool
) -> None:
    contract = Contract(dataset="d", table="t", columns=(IntegerColumn(name="key"), column), key=("key",))
    validate = compile_validator(contract, match_header(contract, contract.headers), {"date", "timestamp"})
    row = validate(["1", text])
    assert isinstance(row, tuple)
    assert (row[1] == text) is left


@pytest.mark.parametrize("column", [column for column, _, _ in COMMON])
def test_an_empty_text_is_no_value_without_the_check(checked: list[str], column: Column) -> None:
    assert read(column, "") == (1, None)
    assert checked == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (StringColumn(name="c", max_length=4000), "a" * 1001),
        (StringColumn(name="c", max_length=5, null_tokens=("none",)), "none"),
        (IntegerColumn(name="c"), "+7"),
        (IntegerColumn(name="c"), "-7"),
        (IntegerColumn(name="c"), "0" * 19),
        (DecimalColumn(name="c", precision=12, scale=2), "1.5"),
        (DecimalColumn(name="c", precision=12, scale=2), "-0.00"),
        (DateColumn(name="c", format="%d/%m/%Y"), "29/02/2024"),
        (TimestampColumn(name="c", format="%d/%m/%Y %H:%M:%S"), "29/02/2024 10:11:12"),
    ],
)
def test_another_spelling_is_left_to_the_check(checked: list[str], column: Column, text: str) -> None:
    assert isinstance(read(column, text), tuple)
    assert checked == [text]

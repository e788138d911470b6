from datetime import date
from decimal import Decimal

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
)
from csvbatch.contract.model import Contract
from csvbatch.csv_file.malformed import MalformedRow, RowFault
from csvbatch.rows.checks import Value, check_for
from csvbatch.rows.header import HeaderMatch, match_header
from csvbatch.rows.rules import Rule
from csvbatch.rows.validator import RowError, RowValidator, compile_validator

PARCELS = Contract(
    dataset="parcels",
    table="parcels",
    columns=(
        IntegerColumn(name="id"),
        StringColumn(name="select", max_length=5, required=True),
        DecimalColumn(name="weight", precision=5, scale=2),
        DateColumn(name="sent"),
    ),
    key=("id",),
    accept_extra_columns=True,
    accept_reordered_columns=True,
)


def validator(header: tuple[str, ...] = PARCELS.headers) -> RowValidator:
    return compile_validator(PARCELS, match_header(PARCELS, header))


def test_a_good_row_gives_its_values_in_the_contracts_order() -> None:
    assert validator()(["1", "red", "2.50", "2024-02-29"]) == (1, "red", Decimal("2.50"), date(2024, 2, 29))


def test_a_date_in_iso_format_is_left_as_text_where_that_was_asked_for() -> None:
    validate = compile_validator(PARCELS, match_header(PARCELS, PARCELS.headers), {"date"})

    assert validate(["1", "red", "2.50", "2024-02-29"]) == (1, "red", Decimal("2.50"), "2024-02-29")
    assert validate(["1", "red", "2.50", "2023-02-29"]) == [RowError("sent", Rule.TYPE)]


def test_columns_in_another_order_and_extra_ones_make_no_difference() -> None:
    validate = validator(("sent", "noise", "weight", "id", "noise", "select"))

    assert validate(["2024-02-29", "?", "2.5", "1", "", "red"]) == (1, "red", Decimal("2.50"), date(2024, 2, 29))
    assert validate(["today", "?", "2.5", "", "", "red"]) == [
        RowError("id", Rule.KEY),
        RowError("sent", Rule.TYPE),
    ]


def test_all_errors_of_a_row_are_found_in_the_contracts_order() -> None:
    assert validator()(["", "scarlet", "1234.567", "29.02.2024"]) == [
        RowError("id", Rule.KEY),
        RowError("select", Rule.LENGTH),
        RowError("weight", Rule.PRECISION),
        RowError("sent", Rule.TYPE),
    ]


@pytest.mark.parametrize(
    "fields",
    [[], [""], ["1", "red", "2.50"], ["1", "red", "2.50", "2024-02-29", "", "x"], ["1"] * 100_000],
    ids=["none", "one empty", "too few", "too many", "100,000"],
)
def test_a_ragged_row_breaks_one_rule_that_belongs_to_no_column(fields: list[str]) -> None:
    assert validator()(fields) == [RowError(None, Rule.COLUMNS)]


@pytest.mark.parametrize("surplus", [[""], ["", "", ""]])
def test_surplus_fields_that_are_empty_have_a_rule_of_their_own(surplus: list[str]) -> None:
    row = ["1", "red", "2.50", "2024-02-29"]
    assert validator()([*row, *surplus]) == [RowError(None, Rule.TRAILING_DELIMITERS)]
    assert validator()([*row, *surplus, " "]) == [RowError(None, Rule.COLUMNS)]


@pytest.mark.parametrize("fault", RowFault)
def test_a_malformed_row_breaks_the_rule_of_its_fault(fault: RowFault) -> None:
    assert validator()(MalformedRow(fault)) == [RowError(None, Rule(fault))]
    contract = Contract(dataset="d", table="t", columns=(IntegerColumn(name="id"),), key=("id",))
    assert compile_validator(contract, HeaderMatch((0,), 1))(MalformedRow(fault)) == [RowError(None, Rule(fault))]


def test_a_row_that_repeats_the_header_is_an_error_whatever_the_columns_take() -> None:
    assert validator()(list(PARCELS.headers)) == [RowError(None, Rule.REPEATED_HEADER)]
    texts = tuple(StringColumn(name=name, max_length=20) for name in ("code", "name", "note"))
    contract = Contract(dataset="d", table="t", columns=texts, key=("name",), accept_extra_columns=True)
    validate = compile_validator(contract, match_header(contract, ["code", "x", "name", "note"]))
    assert validate(["code", "x", "name", "note"]) == [RowError(None, Rule.REPEATED_HEADER)]
    assert validate(["code", "y", "name", "note"]) == ("code", "name", "note")
    assert validate(["NAME", "Code", "Note", "X "]) == [RowError(None, Rule.REPEATED_HEADER)]
    assert validate(["NAME", "Code", "Note", "Y"]) == ("NAME", "Note", "Y")


def test_a_header_that_is_a_value_only_in_another_case_is_found() -> None:
    texts = tuple(StringColumn(name=name, max_length=20, pattern="[A-Z]+") for name in ("code", "name"))
    contract = Contract(dataset="d", table="t", columns=texts, key=("code",))
    validate = compile_validator(contract, match_header(contract, ["code", "name"]))
    assert validate(["CODE", "NAME"]) == [RowError(None, Rule.REPEATED_HEADER)]
    assert validate(["CODE", "OTHER"]) == ("CODE", "OTHER")


def test_a_header_appended_to_a_row_without_a_newline_is_told_by_its_byte_order_mark() -> None:
    row = ["1", "red", "2.50", "2024-02-29\ufeffid", "select", "weight", "sent"]
    assert validator()(row) == [RowError(None, Rule.BYTE_ORDER_MARK)]
    contract = Contract(dataset="d", table="t", columns=(StringColumn(name="word", max_length=20),), key=("word",))
    validate = compile_validator(contract, match_header(contract, ["word"]))
    assert validate(["last\ufeffword"]) == [RowError(None, Rule.BYTE_ORDER_MARK)]
    assert validate(["inside\ufeffa word"]) == ("inside\ufeffa word",)


def test_a_value_of_a_single_column_may_resemble_its_header() -> None:
    contract = Contract(dataset="d", table="t", columns=(StringColumn(name="word", max_length=9),), key=("word",))
    validate = compile_validator(contract, match_header(contract, ["word"]))
    assert validate(["word"]) == [RowError(None, Rule.REPEATED_HEADER)]
    assert validate(["Word"]) == ("Word",)


def test_a_contract_of_one_column_is_validated() -> None:
    contract = Contract(dataset="d", table="t", columns=(IntegerColumn(name="id"),), key=("id",))
    validate = compile_validator(contract, HeaderMatch((0,), 1))

    assert validate(["5"]) == (5,)
    assert validate(["x"]) == [RowError("id", Rule.TYPE)]
    assert validate(["5", "6"]) == [RowError(None, Rule.COLUMNS)]


def test_the_most_columns_there_can_be_are_validated() -> None:
    columns = tuple(IntegerColumn(name=f"c{number}") for number in range(997))
    contract = Contract(dataset="d", table="t", columns=columns, key=("c0",))

    row = compile_validator(contract, match_header(contract, contract.headers))(["1"] * 997)

    assert row == (1,) * 997


def test_source_text_in_a_contract_stays_text() -> None:
    texts = ("'); raise SystemExit #", '"""', "{field0}", "\\")
    columns: tuple[Column, ...] = (
        StringColumn(name="import", header='"]; raise SystemExit', max_length=40, null_tokens=texts),
        StringColumn(name="none", max_length=40, allowed=texts),
        StringColumn(name="lambda", max_length=40, pattern="(?:'|\"|\\)|\\{).*"),
        BooleanColumn(name="def", true_tokens=texts[:2], false_tokens=texts[2:]),
    )
    contract = Contract(dataset="d", table="t", columns=columns, key=("none",))
    validate = compile_validator(contract, match_header(contract, contract.headers))

    assert validate([texts[0], texts[1], texts[2], texts[3]]) == (None, texts[1], texts[2], False)


def test_values_are_remembered_only_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csvbatch.rows.validator._MOST_REMEMBERED_BY_COLUMN", 3)
    read: list[str] = []

    def counting_check(column: Column, *, key: bool) -> object:
        check = check_for(column, key=key)

        def counted(text: str) -> Value:
            read.append(text)
            return check(text)

        return counted

    monkeypatch.setattr("csvbatch.rows.validator.check_for", counting_check)
    column = IntegerColumn(name="size", minimum=0, maximum=9)
    contract = Contract(dataset="d", table="t", columns=(column,), key=("size",))
    validate = compile_validator(contract, match_header(contract, ["size"]))

    for text in ["1", "2", "0" * 40 + "3", "3", "4"] * 2:
        assert validate([text]) == (int(text),)

    assert read == ["1", "2", "0" * 40 + "3", "3", "4", "0" * 40 + "3", "4"]


FIELDS = st.text("0123456789+-. aé", max_size=8) | st.dates().map(str)


@settings(deadline=None)
@given(st.lists(FIELDS, max_size=6))
def test_any_fields_give_either_a_row_of_values_or_errors_without_the_text(fields: list[str]) -> None:
    row = validator()(fields)

    if isinstance(row, tuple):
        assert len(row) == len(PARCELS.columns)
    else:
        assert row
        for error in row:
            assert error.column is None or error.column in PARCELS.column_names
            assert error.rule in Rule

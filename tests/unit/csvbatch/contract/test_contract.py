import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

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
from csvbatch.contract.ledger_copy import dumps, loads_json
from csvbatch.contract.model import Contract, ContractError
from csvbatch.contract.settings import SettingError
from csvbatch.csv_file.dialect import Dialect

EVERY_TYPE: tuple[Column, ...] = (
    StringColumn(name="code", max_length=4, pattern="[A-Z]+", allowed=("AB", "CD"), null_tokens=("NA",)),
    IntegerColumn(name="count", header="Count", minimum=-5, maximum=5, allowed=(-1, 1), required=True),
    DecimalColumn(name="price", precision=9, scale=2, minimum=Decimal("-0.50"), allowed=(Decimal("1.25"),)),
    DateColumn(name="day", format="%d/%m/%Y", minimum=date(2020, 1, 2), maximum=date(2030, 12, 31)),
    TimestampColumn(name="moment", minimum=datetime(2020, 1, 2, 3, 4, 5)),
    BooleanColumn(name="select", true_tokens=("Y", "1"), false_tokens=("N", "0")),
)


def contract(**changes: Any) -> Contract:
    settings: dict[str, Any] = {"dataset": "things", "table": "things", "columns": EVERY_TYPE, "key": ("count", "code")}
    return Contract(**settings | changes)


def text_column(name: str, header: str = "", max_length: int = 10) -> StringColumn:
    return StringColumn(name=name, header=header, max_length=max_length)


def test_a_contract_knows_its_names_headers_and_key() -> None:
    things = contract()

    assert things.column_names == ("code", "count", "price", "day", "moment", "select")
    assert things.headers[1] == "Count"
    assert things.key_positions == (1, 0)
    assert things.not_null == {"count", "code"}
    assert things.column("day") is EVERY_TYPE[3]
    with pytest.raises(KeyError, match="nobody"):
        things.column("nobody")


def test_the_dialect_is_that_of_the_contract() -> None:
    assert Dialect.of(contract(delimiter=";", quote="'", encoding="utf-16")) == Dialect(";", "'", "utf-16")


def test_quoting_is_strict_unless_the_contract_says_otherwise() -> None:
    assert Dialect.of(contract()).strict
    assert not Dialect.of(contract(quoting="lenient")).strict
    with pytest.raises(SettingError, match="'loose' is not known; use strict or lenient"):
        contract(quoting="loose")


def test_a_copy_made_before_there_was_a_choice_of_quoting_stays_lenient() -> None:
    copy = json.loads(dumps(contract()))
    assert copy.pop("quoting") == "strict"
    assert loads_json(json.dumps(copy)) == contract(quoting="lenient")


def test_the_ledgers_copy_is_the_same_contract() -> None:
    things = contract(maximum_reject_share=Decimal("0.05"), accept_extra_columns=True)

    assert loads_json(dumps(things)) == things


def test_the_ledgers_copy_keeps_settings_that_were_defaults() -> None:
    assert '"maximum_reject_share":null' in dumps(contract())
    assert '"accept_reordered_columns":false' in dumps(contract())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        dumps(contract()).replace('"dataset"', '"set"'),
        dumps(contract()).replace('"boolean"', '"colour"'),
        dumps(contract()).replace('"-0.50"', '"little"'),
        dumps(contract()).replace('"table":"things"', '"table":"THINGS"'),
        dumps(contract()).replace('"scale":2', '"scale":2,"later":1'),
    ],
)
def test_a_copy_that_this_release_cannot_read_is_a_contract_error(text: str) -> None:
    with pytest.raises(ContractError, match="the batch's copy of its contract: this release cannot read it"):
        loads_json(text)


@pytest.mark.parametrize("name", ["select", "table", "order", "group", "a", "x" * 30])
def test_reserved_words_and_short_names_can_name_columns_and_tables(name: str) -> None:
    assert contract(columns=(text_column(name),), key=(name,), table=name).column_names == (name,)


@pytest.mark.parametrize("name", ["", "Upper", "a b", 'a"b', "1st", "a-b", "naïve", "x" * 31, "a;drop table b", "a\n"])
def test_a_name_that_a_database_could_take_amiss_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="not a name that every database accepts"):
        text_column(name)
    with pytest.raises(SettingError, match="not a name that every database accepts"):
        contract(table=name)


@pytest.mark.parametrize(
    ("changes", "setting", "reason"),
    [
        ({"dataset": "../other"}, "dataset", "cannot name a folder"),
        ({"dataset": ""}, "dataset", "cannot name a folder"),
        ({"table": "csvbatch_batch"}, "table", "belong to the ledger"),
        ({"columns": ()}, "columns", "there are 0 columns"),
        ({"columns": tuple(text_column(f"c{n}") for n in range(998))}, "columns", "there are 998 columns"),
        ({"columns": (text_column("a"), text_column("a"))}, "columns", "two columns are named 'a'"),
        (
            {"columns": (text_column("a", header="A"), text_column("b", header="A"))},
            "columns",
            "two columns have the header 'A'",
        ),
        ({"key": ()}, "key", "names no column"),
        ({"key": ("code", "code")}, "key", "names 'code' twice"),
        ({"key": ("nobody",)}, "key", "no column named 'nobody'"),
        ({"delimiter": ""}, "delimiter", "not one ASCII character"),
        ({"delimiter": "||"}, "delimiter", "not one ASCII character"),
        ({"delimiter": "\n"}, "delimiter", "not one ASCII character"),
        ({"delimiter": "§"}, "delimiter", "not one ASCII character"),
        ({"quote": "\0"}, "quote", "not one ASCII character"),
        ({"quote": ","}, "quote", "is the same as the delimiter"),
        ({"encoding": "ebcdic"}, "encoding", "'ebcdic' is not known"),
        ({"maximum_reject_share": Decimal("1.01")}, "maximum_reject_share", "1.01 is not a share"),
        ({"maximum_reject_share": Decimal("-0.1")}, "maximum_reject_share", "-0.1 is not a share"),
        ({"expected_every_hours": 0}, "expected_every_hours", "0 is not a number of hours"),
        ({"expected_every_hours": 10**12}, "expected_every_hours", "is not a number of hours"),
    ],
)
def test_a_contract_that_contradicts_itself_cannot_be_made(changes: dict[str, Any], setting: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason) as caught:
        contract(**changes)

    assert caught.value.setting == setting
    assert caught.value.advice


def test_a_key_longer_than_an_index_entry_is_refused() -> None:
    longest = text_column("a", max_length=675)
    assert contract(columns=(longest,), key=("a",)).key == ("a",)

    with pytest.raises(SettingError, match="may need 2704 bytes, and an index entry holds 2700"):
        contract(columns=(replace(longest, max_length=676),), key=("a",))


@pytest.mark.parametrize("unwanted", ["pydantic", "yaml", "boto3"])
def test_reading_the_ledgers_copy_and_validating_imports_nothing_slow(unwanted: str) -> None:
    program = (
        "import sys\n"
        "from csvbatch.contract.ledger_copy import loads_json\n"
        "from csvbatch.rows.validator import compile_validator\n"
        "from csvbatch.rows.header import match_header\n"
        f"contract = loads_json({dumps(contract())!r})\n"
        "compile_validator(contract, match_header(contract, contract.headers))\n"
        f"sys.exit({unwanted!r} in sys.modules)\n"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0

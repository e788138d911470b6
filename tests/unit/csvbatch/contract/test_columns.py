from datetime import UTC, date, datetime
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
from csvbatch.contract.settings import SettingError


def test_an_allowed_decimal_may_have_as_many_digits_as_the_column() -> None:
    value = Decimal("1234567890123456789012345678901234567.8")

    assert DecimalColumn(name="size", precision=38, scale=1, allowed=(value,)).allowed == (value,)


def test_a_header_is_the_name_unless_it_is_given() -> None:
    assert IntegerColumn(name="size").header == "size"
    assert IntegerColumn(name="size", header="Size (cm)").header == "Size (cm)"


@pytest.mark.parametrize(
    ("kind", "settings", "setting", "reason"),
    [
        (IntegerColumn, {"name": "load_line"}, "name", "a column that every table already has"),
        (IntegerColumn, {"null_tokens": ("",)}, "null_tokens", "empty text always means no value"),
        (StringColumn, {"max_length": 0}, "max_length", "0 characters is not a length"),
        (StringColumn, {"max_length": 4001}, "max_length", "4001 characters is not a length"),
        (StringColumn, {"max_length": 3, "min_length": 0}, "min_length", "0 is not between 1 and"),
        (StringColumn, {"max_length": 3, "min_length": 4}, "min_length", "4 is not between 1 and"),
        (StringColumn, {"max_length": 3, "pattern": "[a-"}, "pattern", "not a valid regular expression"),
        (StringColumn, {"max_length": 3, "allowed": ("long",)}, "allowed", "'long' breaks the column's own"),
        (StringColumn, {"max_length": 3, "allowed": ("a1",), "pattern": "[a-z]+"}, "allowed", "'a1' breaks"),
        (StringColumn, {"max_length": 3, "allowed": ("x",), "null_tokens": ("x",)}, "null_tokens", "'x' would be both"),
        (IntegerColumn, {"maximum": 2**63}, "maximum", "needs more than 64 bits"),
        (IntegerColumn, {"minimum": -(2**63) - 1}, "minimum", "needs more than 64 bits"),
        (IntegerColumn, {"minimum": 2, "maximum": 1}, "maximum", "1 is below the minimum of 2"),
        (IntegerColumn, {"maximum": 3, "allowed": (4,)}, "allowed", "4 is outside"),
        (DecimalColumn, {"precision": 0, "scale": 0}, "precision", "0 digits is not a precision"),
        (DecimalColumn, {"precision": 39, "scale": 0}, "precision", "39 digits is not a precision"),
        (DecimalColumn, {"precision": 2, "scale": 3}, "scale", "3 is not between 0 and the precision of 2"),
        (DecimalColumn, {"precision": 2, "scale": -1}, "scale", "-1 is not between"),
        (
            DecimalColumn,
            {"precision": 3, "scale": 1, "allowed": (Decimal("0.25"),)},
            "allowed",
            "0.25 has more digits than the column",
        ),
        (
            DecimalColumn,
            {"precision": 3, "scale": 1, "allowed": (Decimal(100),)},
            "allowed",
            "100 has more digits than the column",
        ),
        (DateColumn, {"format": "%Y-%m"}, "format", "does not give the day"),
        (DateColumn, {"format": "%Y-%m-%d %H"}, "format", "a date has no hour"),
        (DateColumn, {"minimum": date(2024, 1, 2), "maximum": date(2024, 1, 1)}, "maximum", "is below the minimum"),
        (TimestampColumn, {"format": "%Y-%m-%d %M"}, "format", "gives the minute but not the hour"),
        (TimestampColumn, {"minimum": datetime(2024, 1, 1, tzinfo=UTC)}, "minimum", "it has a time zone"),
        (BooleanColumn, {"true_tokens": ()}, "true_tokens", "it has no texts"),
        (BooleanColumn, {"false_tokens": ("",)}, "false_tokens", "empty text always means no value"),
        (BooleanColumn, {"true_tokens": ("1",), "false_tokens": ("0", "1")}, "false_tokens", "both true and false"),
        (BooleanColumn, {"null_tokens": ("true",)}, "null_tokens", "'true' would be both a value and no value"),
    ],
)
def test_a_column_that_contradicts_itself_cannot_be_made(
    kind: type[Column], settings: dict[str, Any], setting: str, reason: str
) -> None:
    with pytest.raises(SettingError, match=reason) as caught:
        kind(**{"name": "column"} | settings)

    assert caught.value.setting == setting
    assert caught.value.advice

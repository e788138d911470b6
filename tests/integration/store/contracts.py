"""Contracts of the store's tests, and rows that obey them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from csvbatch.contract.columns import (
    BooleanColumn,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.contract.model import Contract

# One key and one value: as much as the law needs.
PAIRS = Contract(
    dataset="pairs",
    table="pairs",
    key=("name",),
    columns=(StringColumn(name="name", max_length=10), IntegerColumn(name="amount")),
)

# A column of each type, a key of two, and names that are reserved words.
EVERYTHING = Contract(
    dataset="everything",
    table="order",
    key=("group", "level"),
    columns=(
        StringColumn(name="select", max_length=4000),
        IntegerColumn(name="level"),
        DecimalColumn(name="from", precision=38, scale=10),
        DecimalColumn(name="whole", precision=38, scale=0),
        DateColumn(name="date"),
        TimestampColumn(name="end"),
        BooleanColumn(name="table"),
        StringColumn(name="group", max_length=100),
    ),
)

# Nothing but the key.
KEYS = Contract(
    dataset="keys",
    table="keys",
    key=("name",),
    columns=(StringColumn(name="name", max_length=10),),
)

CONTRACTS = (PAIRS, EVERYTHING, KEYS)


def everything(group: Any = "a", level: Any = 1, **values: Any) -> tuple[Any, ...]:
    """Give a row of `EVERYTHING`, with the values named or plain ones."""
    row = {
        "select": "text",
        "level": level,
        "from": Decimal("1.5000000000"),
        "whole": Decimal(7),
        "date": date(2024, 2, 29),
        "end": datetime(2024, 2, 29, 23, 59, 59),
        "table": True,
        "group": group,
    }
    return tuple((row | values).values())

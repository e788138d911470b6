"""Converts a row's values to what a driver takes as bind values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from csvbatch.contract.model import Contract

type BindConverter = Callable[[Sequence[Any], int, int, int], tuple[Any, ...]]
"""Takes values in the contract's order, and sequence, line and attempt; gives the bind values of all of them."""


def compile_bind_converter(contract: Contract, conversions: Mapping[str, str]) -> BindConverter:
    """Give a function that converts rows; `conversions` has an expression of `{value}` for each type it converts.

    The function is generated, because a loop over the values of each row costs as much as the database does. Nothing
    of the contract becomes source text.
    """
    names = [f"value{index}" for index in range(len(contract.columns))]
    converted = []
    for name, column in zip(names, contract.columns, strict=True):
        if column.type in conversions:
            expression = conversions[column.type].format(value=name)
            converted.append(f"None if {name} is None else {expression}")
        else:
            converted.append(name)
    source = (
        "def convert(values, sequence, line, attempt):\n"
        f"    {', '.join(names)}, = values\n"
        f"    return ({', '.join(converted)}, sequence, line, attempt)\n"
    )
    functions: dict[str, Any] = {}
    exec(compile(source, f"<bind values of {contract.dataset}>", "exec"), functions)
    return cast(BindConverter, functions["convert"])

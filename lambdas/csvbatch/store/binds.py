"""Spells a row's values as a driver takes them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from csvbatch.contract.model import Contract

type Spell = Callable[[Sequence[Any], int, int, int], tuple[Any, ...]]
"""Takes values in the contract's order, sequence, line and attempt, and gives them all, spelled."""


def compile_values(contract: Contract, spellings: Mapping[str, str]) -> Spell:
    """Give a function that spells rows; `spellings` has an expression of `{value}` by type of column.

    The function is generated, because to go from value to value in a loop costs as much as a database does.
    Nothing of the contract becomes source text.
    """
    names = [f"value{index}" for index in range(len(contract.columns))]
    spelled = []
    for name, column in zip(names, contract.columns, strict=True):
        if column.type in spellings:
            expression = spellings[column.type].format(value=name)
            spelled.append(f"None if {name} is None else {expression}")
        else:
            spelled.append(name)
    source = (
        "def spell(values, sequence, line, attempt):\n"
        f"    {', '.join(names)}, = values\n"
        f"    return ({', '.join(spelled)}, sequence, line, attempt)\n"
    )
    functions: dict[str, Any] = {}
    exec(compile(source, f"<values of {contract.dataset}>", "exec"), functions)
    return cast(Spell, functions["spell"])

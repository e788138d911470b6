"""One field of a row, read as the compiled validator reads it."""

from csvbatch.contract.columns import Column, IntegerColumn
from csvbatch.contract.model import Contract
from csvbatch.rows.checks import Value
from csvbatch.rows.header import match_header
from csvbatch.rows.rules import Rule
from csvbatch.rows.validator import compile_validator


def validate(column: Column, text: str) -> Value | list[Rule]:
    """Validate one field beside a key that is right: its value, or the rules it breaks."""
    contract = Contract(dataset="d", table="t", columns=(IntegerColumn(name="key"), column), key=("key",))
    row = compile_validator(contract, match_header(contract, contract.headers))(["1", text])
    if isinstance(row, tuple):
        return row[1]
    assert {error.column for error in row} == {column.name}
    return [error.rule for error in row]

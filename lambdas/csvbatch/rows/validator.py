"""Compiles a contract into one function that turns the fields of a row into values, or gives the rules it breaks."""

from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from csvbatch.contract.model import Contract
from csvbatch.csv_file.malformed import MalformedRow
from csvbatch.rows.checks import Check, FieldError, Value, are_valid, check_for
from csvbatch.rows.expressions import NAMES, Constants, expression
from csvbatch.rows.header import HeaderMatch, header_spellings, repeats_header
from csvbatch.rows.rules import Rule

# A remembered text takes some 200 bytes, so all of them together stay below 60 MB.
_MOST_REMEMBERED = 2**18
_MOST_REMEMBERED_BY_COLUMN = 2**16

_BOM = "\ufeff"


class RowError(NamedTuple):
    """A rule that a row breaks; `column` is None where the row as a whole breaks it."""

    column: str | None
    rule: Rule


type RowValidator = Callable[[Sequence[str]], tuple[Value, ...] | list[RowError]]


def compile_validator(contract: Contract, match: HeaderMatch, text_types: Container[str] = frozenset()) -> RowValidator:
    """Give the function that reads one row of a file with that header.

    It takes the row's fields and returns a tuple of values in the contract's column order, or else a list of all
    errors. Values are str, int, bool, date, datetime without a zone, Decimal with the column's scale, or None.
    In columns of the types in `text_types` a value may be its text instead, as `isoformat` writes a date or timestamp,
    and `format(value, "f")` a decimal: checking a text costs less than reading and writing it.

    A row that repeats the header is an error, and so is a `MalformedRow`.
    """
    checks = [check_for(column, key=column.name in contract.key) for column in contract.columns]
    room = min(_MOST_REMEMBERED_BY_COLUMN, _MOST_REMEMBERED // len(checks))
    names = dict(NAMES)
    constants = Constants(names)
    fields = ["_"] * match.width
    sources = []
    for index, (column, check) in enumerate(zip(contract.columns, checks, strict=True)):
        field = f"field{index}"
        fields[match.positions[index]] = field
        may_be_null = column.name not in contract.not_null
        as_text = column.type in text_types
        sources.append(
            expression(column, check, field, may_be_null=may_be_null, as_text=as_text, room=room, constants=constants)
        )
    readers = (f"lambda field{index}: {source}" for index, source in enumerate(sources))
    lines = (
        f"readers = ({', '.join(readers)},)",
        "def validate(fields):",
        "    try:",
        f"        {', '.join(fields)}, = fields",
        *_header_lines(contract, match, names),
        f"        return ({', '.join(sources)},)",
        "    except ValueError:",
        "        return explain(fields)",
    )
    exec(compile("\n".join(lines), f"<validator of {contract.dataset}>", "exec"), names)
    names["explain"] = _explainer(contract, match, names["readers"], checks)
    return cast(RowValidator, names["validate"])


def _header_lines(contract: Contract, match: HeaderMatch, names: dict[str, Any]) -> tuple[str, ...]:
    """Write the check for a row that repeats the header, if its texts could be values: most headers break a rule."""
    if not match.texts or not _may_be_values(contract, match):
        return ()
    names["header_spellings"] = header_spellings(match.texts)
    names["repeats_header"] = partial(repeats_header, match.texts)
    key = f"field{contract.key_positions[0]}"
    repeated = f"{key} in header_spellings and repeats_header(fields)"
    # Where there is one column, a header appended to a row does not give it more fields.
    appended = f" or {_BOM!r} in {key}" if match.width == 1 else ""
    return (f"        if {repeated}{appended}:", "            raise ValueError")


def _may_be_values(contract: Contract, match: HeaderMatch) -> bool:
    texts = [match.texts[position] for position in match.positions]
    return any(are_valid(contract, map(spelled, texts)) for spelled in (str, str.upper, str.lower, str.title))


def _explainer(
    contract: Contract, match: HeaderMatch, readers: Sequence[Check], checks: Sequence[Check]
) -> RowValidator:
    """Give the function for rows that have an error: it reads every column and collects all errors."""
    row_rule = _row_rule(match)
    plan = tuple(zip(contract.column_names, match.positions, readers, checks, strict=True))

    def explain(fields: Sequence[str]) -> tuple[Value, ...] | list[RowError]:
        if rule := row_rule(fields):
            return [RowError(None, rule)]
        values: list[Value] = []
        errors: list[RowError] = []
        for name, position, reader, check in plan:
            try:
                values.append(_read(fields[position], reader, check))
            except FieldError as error:
                errors.extend(RowError(name, rule) for rule in error.rules)
        return errors or tuple(values)

    return explain


def _row_rule(match: HeaderMatch) -> Callable[[Sequence[str]], Rule | None]:
    """Give the function that finds the rule that a row as a whole breaks."""
    width = match.width
    spellings = header_spellings(match.texts)
    appended = f"{_BOM}{match.texts[0]}" if match.texts else None

    def broken(fields: Sequence[str]) -> Rule | None:
        if isinstance(fields, MalformedRow):
            return Rule(fields.fault)
        if not spellings.isdisjoint(fields) and repeats_header(match.texts, fields):
            return Rule.REPEATED_HEADER
        if appended and any(appended in field for field in fields):
            # A file was appended to one whose last line has no newline.
            return Rule.BYTE_ORDER_MARK
        if len(fields) == width:
            return None
        return Rule.COLUMNS if len(fields) < width or any(fields[width:]) else Rule.TRAILING_DELIMITERS

    return broken


def _read(text: str, reader: Check, check: Check) -> Value:
    try:
        return reader(text)
    except FieldError:
        raise
    except ValueError:
        return check(text)

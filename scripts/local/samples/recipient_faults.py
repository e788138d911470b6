"""The faults of bad rows in the file for `recipients`, and the rules that each one breaks."""

from collections.abc import Callable
from typing import NamedTuple

HEADER = ("nhs_number", "name", "address", "date_of_birth", "consent", "dose", "distance_km", "updated_at")


class Error(NamedTuple):
    """A rule that a bad row breaks; `column` is None if the whole row breaks it."""

    column: str | None
    rule: str


type Fault = Callable[[list[str]], tuple[Error, ...]]


def _put(column: str, text: str, *rules: str) -> Fault:
    """A fault that puts this text into the column and breaks these rules."""
    position = HEADER.index(column)

    def fault(fields: list[str]) -> tuple[Error, ...]:
        fields[position] = text
        return tuple(Error(column, rule) for rule in rules)

    return fault


def _together(*faults: Fault) -> Fault:
    return lambda fields: tuple(error for fault in faults for error in fault(fields))


def _too_few(fields: list[str]) -> tuple[Error, ...]:
    fields.pop()
    return (Error(None, "columns"),)


def _too_many(fields: list[str]) -> tuple[Error, ...]:
    fields.append("")
    return (Error(None, "trailing_delimiters"),)


FAULTS: tuple[Fault, ...] = (
    _too_few,
    _too_many,
    _put("nhs_number", "", "key"),
    _put("nhs_number", "999 000 00", "pattern"),
    _put("nhs_number", "99900000000", "length"),
    _put("name", "", "required"),
    _put("name", "Name, that is\n" * 5, "length"),
    _put("date_of_birth", "14/07/1989", "type"),
    _put("date_of_birth", "1989-02-29", "type"),
    _put("date_of_birth", "1789-07-14", "range"),
    _put("consent", "maybe", "type"),
    _put("dose", "second", "type"),
    _put("dose", "13", "allowed"),
    _put("distance_km", "far", "type"),
    _put("distance_km", "0.125", "precision"),
    _put("distance_km", "1234.50", "precision"),
    _put("distance_km", "-0.01", "range"),
    _put("updated_at", "2026-01-05T00:00:00.5", "fraction"),
    _put("updated_at", "1970-01-01T00:00:00", "range"),
    _together(
        _put("nhs_number", "unknown", "pattern"),
        _put("date_of_birth", "", "required"),
        _put("dose", "99999999999999999999", "range", "allowed"),
        _put("updated_at", "2026-13-01T00:00:00", "type"),
    ),
)

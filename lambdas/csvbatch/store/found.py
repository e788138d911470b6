"""An existing table, described in the same terms for all databases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

type Query = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]
"""Runs a query with parameters by name, and gives its rows."""


class Holds(StrEnum):
    """The values that a column stores unchanged."""

    TEXT = "text"
    LARGE_TEXT = "large text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    ANYTHING = "anything"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """One column of an existing table.

    `type` is the database's own name of the type, for messages. `size` is characters (bytes if `counts_bytes`) of a
    text, all digits of a number, digits of the seconds' fraction of a timestamp; None if there is no limit.
    `is_filled` says that the database fills the column itself if a row has no value for it.
    `tells_texts_apart` is False where two different texts can be equal, as in a collation that ignores case.
    `written_scale` is how many digits after the point a number has that is kept as text; None if there is none yet.
    `can_be_widened` is False if a change of the type would lose more than the type.
    """

    name: str
    type: str
    holds: Holds
    size: int | None = None
    scale: int = 0
    counts_bytes: bool = False
    null: bool = True
    is_filled: bool = False
    is_computed: bool = False
    tells_texts_apart: bool = True
    written_scale: int | None = None
    can_be_widened: bool = True


@dataclass(frozen=True, slots=True)
class FoundTable:
    """An existing table or view; `unique` has the columns of each key that the database enforces row by row."""

    name: str
    columns: tuple[FoundColumn, ...]
    unique: frozenset[frozenset[str]]
    is_view: bool = False

    @property
    def column_names(self) -> frozenset[str]:
        """Names of the columns, in lower case."""
        return frozenset(column.name for column in self.columns)

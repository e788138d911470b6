"""The rules a row can break: what a reject names, and what a person is told."""

from enum import StrEnum


class Rule(StrEnum):
    """A rule; its value is the code that ledger, metrics and rejects keep."""

    COLUMNS = "columns"
    KEY = "key"
    REQUIRED = "required"
    TYPE = "type"
    LENGTH = "length"
    PATTERN = "pattern"
    PRECISION = "precision"
    RANGE = "range"
    ALLOWED = "allowed"

    @property
    def sentence(self) -> str:
        """What is wrong with a row that breaks the rule."""
        return _SENTENCES[self]


_SENTENCES = {
    Rule.COLUMNS: "The row has more or fewer fields than the header.",
    Rule.KEY: "A column of the key has no value.",
    Rule.REQUIRED: "The column has no value, and the contract requires one.",
    Rule.TYPE: "The text is not a value of the column's type, or is not in the column's format.",
    Rule.LENGTH: "The text has more or fewer characters than the column takes.",
    Rule.PATTERN: "The text does not match the column's pattern.",
    Rule.PRECISION: "The number has more digits before or after the point than the column takes.",
    Rule.RANGE: "The value is below the column's minimum or above its maximum.",
    Rule.ALLOWED: "The value is not one of those the column allows.",
}

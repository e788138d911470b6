"""The rules that a row can break, with the sentence for each that a reject shows."""

from enum import StrEnum

from csvbatch.csv_file.malformed import RowFault


class Rule(StrEnum):
    """A rule; its value is the code that the ledger, metrics and rejects keep."""

    TEXT_AFTER_QUOTE = RowFault.TEXT_AFTER_QUOTE.value
    LONE_CR = RowFault.LONE_CR.value
    BYTE_ORDER_MARK = RowFault.BYTE_ORDER_MARK.value
    REPEATED_HEADER = "repeated_header"
    COLUMNS = "columns"
    TRAILING_DELIMITERS = "trailing_delimiters"
    KEY = "key"
    REQUIRED = "required"
    TYPE = "type"
    FRACTION = "fraction"
    LENGTH = "length"
    PATTERN = "pattern"
    PRECISION = "precision"
    RANGE = "range"
    ALLOWED = "allowed"

    @property
    def sentence(self) -> str:
        """What is wrong with a row that breaks the rule, and what to look for."""
        return _SENTENCES[self]


_SENTENCES = {
    Rule.TEXT_AFTER_QUOTE: (
        "There is text between a closing quote and the next delimiter or row end. A quote is probably missing or not "
        "doubled: where the row spans several lines, look for an opening quote that is never closed on the first."
    ),
    Rule.LONE_CR: (
        "A carriage return (CR) without a line feed (LF) begins or ends the row, and the file's header ends with LF: "
        "the CR is probably part of a value that should be in quotes."
    ),
    Rule.BYTE_ORDER_MARK: (
        "A byte order mark (U+FEFF), which only a file may begin with, begins the row or is before a header inside it. "
        "Another file was probably appended there."
    ),
    Rule.REPEATED_HEADER: "The row repeats the file's header line. Another file was probably appended there.",
    Rule.COLUMNS: "The row has more or fewer fields than the header.",
    Rule.TRAILING_DELIMITERS: (
        "The row has more fields than the header, and the extra ones are empty: remove the delimiters at its end."
    ),
    Rule.KEY: "A column of the key has no value.",
    Rule.REQUIRED: "The column has no value, and the contract requires one.",
    Rule.TYPE: "The text is not a value of the column's type, or not in the column's format.",
    Rule.FRACTION: (
        "The fraction of a second is missing, unexpected or longer than the column's format allows; the rest fits. "
        "In a format, %f stands for one to six digits after the point, and is never optional."
    ),
    Rule.LENGTH: "The text has more or fewer characters than the column allows.",
    Rule.PATTERN: "The text does not match the column's pattern.",
    Rule.PRECISION: "The number has more digits before or after the point than the column allows.",
    Rule.RANGE: "The value is below the column's minimum or above its maximum.",
    Rule.ALLOWED: "The value is not one of those the column allows.",
}

"""What a judge is asked and what it may answer."""

from dataclasses import dataclass
from typing import Protocol

from csvbatch.csv_file.dialect import Dialect
from tests.judges_of_csv.reading import Reading, ReadRow

Rows = list[list[str]]
"""Rows in the file's order, the header among them, each a list of its fields' texts."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The judge did not take the file, or took it with a warning; `why` is its own first line."""

    why: str


Answer = Rows | Refused


@dataclass(frozen=True, slots=True)
class Question:
    """A text to read as CSV. Each judge reads it as UTF-8 without a byte order mark: encodings are another subject.

    `width` is the number of fields of the header, for judges that want a table. `row_end` ends the first row.
    """

    text: str
    dialect: Dialect
    width: int
    row_end: str


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file to ask about."""

    name: str
    data: bytes
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Case:
    """A question to one judge about a file with this text, and the rows it must give (None: it must refuse).

    `accepted` are the rows of the file that are expected after the header; `rejected` are the rows in the question's
    text that the project, or a table with the header's width, does not take.
    """

    file: CsvFile
    text: str
    question: Question
    expected: Rows | None
    reading: Reading
    accepted: list[ReadRow]
    rejected: list[ReadRow]


class Judge(Protocol):
    """A reader of CSV that others wrote. `fixed_width` judges take only rows as wide as the header."""

    name: str
    strict: bool
    fixed_width: bool

    def can_read(self, dialect: Dialect) -> bool:
        """Whether it has a setting for this delimiter and this quote."""

    def read(self, questions: list[Question]) -> list[Answer]:
        """Answer each question by itself."""

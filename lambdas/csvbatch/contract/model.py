"""What a dataset's files must look like, and the table that their rows go to.

A contract is written as a YAML file (`yaml_file`). Each batch keeps a copy of the one it was registered with
(`ledger_copy`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal, get_args

from csvbatch.contract.columns import Column, StringColumn
from csvbatch.contract.reserved_names import why_no_table
from csvbatch.contract.settings import SettingError, check_identifier

Quoting = Literal["strict", "lenient"]
Encoding = Literal["utf-8", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"]

# A dataset is one folder under incoming/, rejected/ and reports/.
DATASET = re.compile(r"[a-z][a-z0-9_-]{0,62}")
DATASET_ADVICE = "use up to 63 lower-case letters, digits, hyphens and underscores, beginning with a letter"

# Ten years.
MAXIMUM_EXPECTED_HOURS = 87_600

# Oracle takes 1,000 columns in a table; three hold the row's position.
MAXIMUM_COLUMNS = 997

# PostgreSQL takes 2,704 bytes in an entry of a B-tree, Oracle 6,398 with blocks of 8 KB.
MAXIMUM_KEY_BYTES = 2700
_BYTES_PER_CHARACTER = 4
_BYTES_PER_OTHER_VALUE = 24


@dataclass(frozen=True, slots=True)
class ContractProblem:
    """One thing wrong with a contract; `line` is from 1, and None where no line is to blame."""

    source: str
    line: int | None
    reason: str
    advice: str

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place}: {self.reason}; {self.advice}"


class ContractError(Exception):
    """A contract cannot be used; `problems` has everything that is wrong with it."""

    def __init__(self, problems: Iterable[ContractProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A dataset's contract: its table and columns, how its files are written, and what they may leave out or add."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "use_attribute_docstrings": True}

    dataset: str
    """Name of the dataset: the folder under incoming/ in which its files are dropped."""

    table: str
    """Name of the table: lower-case letters, digits and underscores, at most 30."""

    columns: tuple[Column, ...]
    """The columns, in the order of the file and of the table."""

    key: tuple[str, ...]
    """Names of the columns that together identify a row."""

    delimiter: str = ","
    """Character between fields."""

    quote: str = '"'
    """Character around fields that contain delimiters, newlines or quotes; a quote inside is doubled."""

    encoding: Encoding = "utf-8"
    """Encoding of the file. A byte order mark is recognized."""

    quoting: Quoting = "strict"
    """What happens to text between a closing quote and the next delimiter or row end. strict rejects the row, because a
    quote is missing or not doubled; lenient adds the text to the field."""

    accept_extra_columns: bool = False
    """Whether a file may have columns that the contract does not name; they are ignored."""

    accept_reordered_columns: bool = False
    """Whether a file may have its columns in another order."""

    maximum_reject_share: Decimal | None = None
    """Share of rejected rows, 0 to 1, above which the whole file is refused. Null refuses none.
    A row with a misplaced quote counts once for each of its lines."""

    expected_every_hours: int | None = None
    """Hours within which a new file should arrive; a later one raises an alarm. Null expects none."""

    def __post_init__(self) -> None:
        if not DATASET.fullmatch(self.dataset):
            raise SettingError(
                "dataset",
                f"{self.dataset!r} cannot name a folder in the bucket",
                DATASET_ADVICE,
            )
        check_identifier("table", self.table)
        if why := why_no_table(self.table):
            raise SettingError("table", f"{self.table!r} cannot name a table: {why}", "choose another name")
        self._check_columns()
        self._check_key()
        self._check_dialect()
        if self.maximum_reject_share is not None and not 0 <= self.maximum_reject_share <= 1:
            raise SettingError(
                "maximum_reject_share",
                f"{self.maximum_reject_share} is not a share",
                "use a number from 0 to 1, where 0.05 means 5%",
            )

        if self.expected_every_hours is not None and not 1 <= self.expected_every_hours <= MAXIMUM_EXPECTED_HOURS:
            raise SettingError(
                "expected_every_hours",
                f"{self.expected_every_hours} is not a number of hours",
                f"use a whole number from 1 to {MAXIMUM_EXPECTED_HOURS}, where 24 means a file a day",
            )

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in the contract's order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """Texts of the file's header line, in the contract's order."""
        return tuple(column.header for column in self.columns)

    @cached_property
    def key_positions(self) -> tuple[int, ...]:
        """Positions of the key's columns in a row of values, in the key's order."""
        return tuple(self.column_names.index(name) for name in self.key)

    @cached_property
    def not_null(self) -> frozenset[str]:
        """Names of the columns that have a value in every row: key columns and required ones."""
        return frozenset(self.key).union(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """Give the column of that name; raises `KeyError` if there is none."""
        try:
            return self.columns[self.column_names.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def _check_columns(self) -> None:
        if not 1 <= len(self.columns) <= MAXIMUM_COLUMNS:
            raise SettingError("columns", f"there are {len(self.columns)} columns", f"use 1 to {MAXIMUM_COLUMNS}")
        if name := _repeated(self.column_names):
            raise SettingError("columns", f"two columns are named {name!r}", "rename one of them")
        if header := _repeated(self.headers):
            raise SettingError("columns", f"two columns have the header {header!r}", "change one of them")

    def _check_key(self) -> None:
        if not self.key:
            raise SettingError("key", "it names no column", "name the columns that identify a row")
        if name := _repeated(self.key):
            raise SettingError("key", f"it names {name!r} twice", "leave one out")
        if unknown := [name for name in self.key if name not in self.column_names]:
            raise SettingError(
                "key",
                f"there is no column named {unknown[0]!r}",
                f"choose from {', '.join(self.column_names)}",
            )
        size = sum(
            column.max_length * _BYTES_PER_CHARACTER if isinstance(column, StringColumn) else _BYTES_PER_OTHER_VALUE
            for column in map(self.column, self.key)
        )
        if size > MAXIMUM_KEY_BYTES:
            raise SettingError(
                "key",
                f"its values may need {size} bytes, and an index entry holds {MAXIMUM_KEY_BYTES}",
                "lower the max_length of its columns or choose other columns",
            )

    def _check_dialect(self) -> None:
        for setting, character in (("delimiter", self.delimiter), ("quote", self.quote)):
            if len(character) != 1 or not character.isascii() or character in "\0\r\n":
                raise SettingError(
                    setting,
                    f"{character!r} is not one ASCII character other than a newline",
                    'write for example ",", ";", "|" or "\\t"',
                )
        if self.delimiter == self.quote:
            raise SettingError("quote", "it is the same as the delimiter", "use two different characters")
        if self.encoding not in get_args(Encoding):
            raise SettingError(
                "encoding", f"{self.encoding!r} is not known", f"use one of {', '.join(get_args(Encoding))}"
            )
        if self.quoting not in get_args(Quoting):
            raise SettingError("quoting", f"{self.quoting!r} is not known", f"use {' or '.join(get_args(Quoting))}")


def _repeated(names: Sequence[str]) -> str | None:
    return next((name for name in names if names.count(name) > 1), None)

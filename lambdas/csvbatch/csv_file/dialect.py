"""How a CSV file is written, and Python's `csv.reader`, which decides what its rows are, set up for that."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from csvbatch.contract.model import Contract
from csvbatch.csv_file.limits import Limits

if TYPE_CHECKING:
    from _csv import Reader


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter and quote, one ASCII character each, and the encoding; a contract checks what it allows.

    Quotes inside a quoted field are doubled. Rows end where Python's `csv.reader` ends them with these two
    characters, whether it is strict or not.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"

    strict: bool = True
    """Whether a row with text between a closing quote and the next delimiter or row end is malformed, as for
    `csv.reader(strict=True)`. Otherwise that text is part of the field."""

    cr_ends_rows: bool = True
    """Whether a CR without an LF ends rows in this file. A scan finds out: where the header ends with LF or CRLF
    it does not, and the rows before and after such a CR are malformed."""

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """Give the dialect of a contract's files."""
        return cls(contract.delimiter, contract.quote, contract.encoding, strict=contract.quoting == "strict")

    @property
    def unit_bytes(self) -> int:
        """Bytes of a code unit: 2 in UTF-16, otherwise 1."""
        return 2 if self.encoding.startswith("utf-16") else 1


def split_lines(text: str) -> list[str]:
    """Cut after each LF, CR and CRLF, and nowhere else: `str.splitlines` knows more newlines than `csv` does."""
    return io.StringIO(text, newline="").readlines()


def csv_reader(lines: Iterable[str], dialect: Dialect, limits: Limits) -> "Reader":
    """Give a `csv.reader` over these lines.

    The longest field that `csv` accepts is one setting for the whole process, 131,072 characters at first. It is
    raised to the limit where it is lower, and never lowered.
    https://docs.python.org/3/library/csv.html#csv.field_size_limit
    """
    if csv.field_size_limit() < limits.field_bytes:
        csv.field_size_limit(limits.field_bytes)
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=dialect.strict)

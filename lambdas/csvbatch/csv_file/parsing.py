"""Python's `csv.reader`, which is the law on what a file's rows are, set up for a dialect."""

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.limits import Limits

if TYPE_CHECKING:
    from _csv import Reader


def split_lines(text: str) -> list[str]:
    """Cut after each LF, CR and CRLF, and nowhere else, as `str.splitlines` would."""
    return io.StringIO(text, newline="").readlines()


def csv_reader(lines: Iterable[str], dialect: Dialect, limits: Limits) -> "Reader":
    """Give a `csv.reader` over these lines.

    The longest field that `csv` takes is one setting for the whole process, 131,072 characters at first. It
    is raised to the limit where it is lower, and never lowered.
    """
    if csv.field_size_limit() < limits.field_bytes:
        csv.field_size_limit(limits.field_bytes)
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=dialect.strict)

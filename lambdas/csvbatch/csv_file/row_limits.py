"""Finds rows and fields that are too long, and rows with too many columns, in masked texts (see `quoting`)."""

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.encoding import FILL
from csvbatch.csv_file.errors import Reason
from csvbatch.csv_file.limits import Limits
from csvbatch.csv_file.newlines import CRLF, LF, first_row_end, last_row_end


class BrokenLimit(Exception):  # noqa: N818 (the caller knows the line and raises an error with it)
    """The row or field that begins at code unit `position` breaks a limit."""

    def __init__(self, reason: Reason, position: int, limit: int) -> None:
        self.reason = reason
        self.position = position
        self.limit = limit


class RowLimits:
    """Checks only rows that are long enough to break a limit."""

    def __init__(self, dialect: Dialect, limits: Limits) -> None:
        self._limits = limits
        self._delimiter = dialect.delimiter.encode("ascii")
        self._quote = dialect.quote.encode("ascii")
        self._field_units = limits.field_bytes // dialect.unit_bytes
        self._row_units = limits.row_bytes // dialect.unit_bytes
        # A row of n code units has at most n + 1 columns.
        self._harmless_units = min(self._field_units, self._row_units, limits.columns - 1)

    def check_rows(self, masked: bytes, end: int) -> None:
        """Raise `BrokenLimit` for the first row before `end` that breaks a limit.

        It goes from row end to row end, each time as far as a row that breaks no limit could reach.
        """
        position = 0
        while end - position > self._harmless_units:
            reach = position + self._harmless_units
            # Any row end within reach is good enough, and LF is the usual one.
            row_end = masked.rfind(LF, position, reach) + 1 or last_row_end(masked, position, reach)
            if row_end == position:
                row_end = first_row_end(masked, reach, end)
                self.check_row(masked, position, row_end)
            position = row_end

    def check_row(self, masked: bytes, start: int, end: int) -> None:
        """Raise `BrokenLimit` where the row, or as much of it as there is, breaks a limit."""
        row = masked[start:end].rstrip(CRLF)
        if len(row) > self._field_units or row.count(self._delimiter) >= self._limits.columns:
            self._check_fields(row, start)
        if len(row) > self._row_units:
            raise BrokenLimit(Reason.ROW_TOO_LONG, start, self._limits.row_bytes)

    def _check_fields(self, row: bytes, start: int) -> None:
        parts = row.split(self._quote)
        if sum(part.count(self._delimiter) for part in parts[::2]) >= self._limits.columns:
            raise BrokenLimit(Reason.TOO_MANY_COLUMNS, start, self._limits.columns)
        parts[1::2] = [FILL * len(part) for part in parts[1::2]]
        for field in self._quote.join(parts).split(self._delimiter):
            if len(field) > self._field_units:
                raise BrokenLimit(Reason.FIELD_TOO_LONG, start, self._limits.field_bytes)
            start += len(field) + len(self._delimiter)

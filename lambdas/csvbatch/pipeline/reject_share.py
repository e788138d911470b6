"""Counts the rejected rows of a file against its contract's `maximum_reject_share`."""

from collections.abc import Iterator
from dataclasses import dataclass

from csvbatch.contract.model import Contract
from csvbatch.csv_file.row_reader import Rows
from csvbatch.rows.validator import RowError, RowValidator


@dataclass(slots=True)
class RejectShare:
    """The rows of a file that were read and rejected so far.

    In the share, and so in the weighed counts, a malformed row counts as many rows as it has lines, because each line
    may have been a row.
    """

    contract: Contract
    weighed_rows: int = 0
    weighed_rejects: int = 0
    rows: int = 0
    rejected: int = 0

    def rejects(self, rows: Rows, validate: RowValidator) -> Iterator[tuple[int, list[RowError]]]:
        """Validate and count all rows of a chunk, and give the line and the errors of each rejected one."""
        for line, fields in rows:
            weight = rows.weight(fields)
            self.rows += 1
            self.weighed_rows += weight
            errors = validate(fields)
            if isinstance(errors, list):
                self.rejected += 1
                self.weighed_rejects += weight
                yield line, errors

    @property
    def problem(self) -> str | None:
        """A sentence if more rows are rejected than the contract allows; otherwise None."""
        share = self.contract.maximum_reject_share
        if share is None or self.weighed_rejects <= share * self.weighed_rows:
            return None
        return (
            f"{self.weighed_rejects} of {self.weighed_rows} rows break the contract, "
            f"and maximum_reject_share is {share}."
        )

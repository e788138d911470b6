"""Writes a chunk's rejected rows as CSV: a line for each broken rule, and the row's own text with the first.

`line` and `last_line` are the physical lines of the file, from 1, on which a row begins and ends.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from csvbatch.rows.validator import RowError

HEADER = ("line", "last_line", "column", "rule", "reason", "text")
_IN_MEMORY_BYTES = 1024 * 1024
_BLOCK_BYTES = 256 * 1024


class RejectFile:
    """Collects rejects beside the work, in memory at first and then on disk; `blocks` gives them for an upload."""

    def __init__(self) -> None:
        self._bytes = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by __exit__
        self._text = io.TextIOWrapper(self._bytes, encoding="utf-8", newline="", write_through=False)
        self._writer = csv.writer(self._text)
        self._writer.writerow(HEADER)
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._text.close()

    def add(self, line: int, last_line: int, errors: Sequence[RowError], text: str) -> None:
        """Note a row, where it begins and ends, and every rule it breaks."""
        self.rows += 1
        for number, (column, rule) in enumerate(errors):
            self._writer.writerow((line, last_line, column or "", rule.value, rule.sentence, "" if number else text))

    def blocks(self) -> Iterator[bytes]:
        """All that was written, from the beginning."""
        self._text.flush()
        self._bytes.seek(0)
        while block := self._bytes.read(_BLOCK_BYTES):
            yield block

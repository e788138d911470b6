"""Writes and reads a chunk's rejected rows as CSV: a record for each broken rule, the row's own text with the first.

`line` and `last_line` are the physical lines of the file, from 1, on which a row begins and ends.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from csvbatch.csv_file.limits import DEFAULT_LIMITS
from csvbatch.rows.validator import RowError

HEADER = ("line", "last_line", "column", "rule", "reason", "text")
_IN_MEMORY_BYTES = 1024 * 1024
_BLOCK_BYTES = 256 * 1024


class RejectFile:
    """Collects the rejects of a chunk, in memory up to 1 MiB and then on disk; `blocks` gives them for an upload."""

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
        """Add a row: the lines on which it begins and ends, the rules it breaks, and its text in the file."""
        self.rows += 1
        for number, (column, rule) in enumerate(errors):
            self._writer.writerow((line, last_line, column or "", rule.value, rule.sentence, "" if number else text))

    def blocks(self) -> Iterator[bytes]:
        """Give the whole file in blocks of at most 256 KiB."""
        self._text.flush()
        self._bytes.seek(0)
        while block := self._bytes.read(_BLOCK_BYTES):
            yield block


def read_rejects(blocks: Iterable[bytes]) -> Iterator[dict[str, str]]:
    """Give the records of a reject file, each with a text for every column of `HEADER`."""
    # A text may be a whole row, and one field with all of it.
    csv.field_size_limit(max(csv.field_size_limit(), DEFAULT_LIMITS.row_bytes))
    for record in csv.DictReader(_lines(blocks)):
        # Files of earlier releases have no last line.
        record.setdefault("last_line", record["line"])
        yield record


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """Decode and cut after each LF; the newlines of the rejected rows' own texts stay as they are."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    text = ""
    for block in blocks:
        *whole, text = (text + decode(block)).split("\n")
        yield from (f"{line}\n" for line in whole)
    yield text

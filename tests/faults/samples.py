"""The files that schedules drop, and what a reader that knows nothing of this project finds in them."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

type Line = tuple[int, str, str | None]
"""First line, key and value of a row; the value is None if the row breaks its contract."""

_KEYS = 12


@dataclass(frozen=True, slots=True)
class Samples:
    """Files of one dataset.

    `columns` are those of the table that make up the key, and the one with the value at the end.
    """

    dataset: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    make_row: Callable[[Random], Sequence[object]]
    read_row: Callable[[Sequence[str]], tuple[str, str | None]]

    @property
    def select(self) -> str:
        """A query for key, value, sequence and line of each row of the table."""
        return f"SELECT {', '.join(self.columns)}, load_sequence, load_line FROM {self.dataset}"

    def make(self, chance: Random) -> bytes:
        """Write a file with keys in common with other files, and some invalid rows."""
        target = io.StringIO(newline="")
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.make_row(chance) for _ in range(chance.randrange(0, 14)))
        return target.getvalue().encode()

    def rows(self, content: bytes) -> Iterator[Line]:
        """Read a file with `csv` alone."""
        reader = csv.reader(io.StringIO(content.decode(), newline=""))
        next(reader)
        line = reader.line_num + 1
        for fields in reader:
            yield line, *self.read_row(fields)
            line = reader.line_num + 1


def _pair(chance: Random) -> Sequence[object]:
    name = f"n{chance.randrange(_KEYS)}"
    return f"{name}\n" if chance.random() < 0.1 else name, chance.choice((*range(100), "many"))


def _read_pair(fields: Sequence[str]) -> tuple[str, str | None]:
    name, amount = fields
    return name, amount if amount.isdecimal() and len(name) <= 10 else None


PAIRS = Samples("pairs", ("name", "amount"), ("name", "amount"), _pair, _read_pair)
"""For a contract of the tests' own."""


def _recipient(chance: Random) -> Sequence[object]:
    number, dose = divmod(chance.randrange(_KEYS), 2)
    name = f"Name {chance.randrange(1000)}"
    consent = chance.choice(("Y", "N", "Y", "N", "maybe"))
    lines = f"{name}\nin two lines" if chance.random() < 0.1 else name
    return f"999000000{number}", lines, "", "1990-01-31", consent, dose + 1, "1.5", "2026-01-05T00:00:00"


def _read_recipient(fields: Sequence[str]) -> tuple[str, str | None]:
    number, name, _, _, consent, dose, *_ = fields
    return f"{number}/{dose}", name if consent in ("Y", "N") else None


RECIPIENTS = Samples(
    "recipients",
    ("nhs_number", "name", "address", "date_of_birth", "consent", "dose", "distance_km", "updated_at"),
    ("nhs_number", "dose", "name"),
    _recipient,
    _read_recipient,
)
"""For a contract that is packaged."""

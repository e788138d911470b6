"""The file that is loaded, and what Python's csv alone makes of it."""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from scripts.local.samples.make_recipients import write_recipients

DATASET = "recipients"
SEED = 999
BAD_SHARE = 0.02
REPEATED = 25
"""Rows that come a second time with another name, so that the first of the two is superseded."""
_NEW_NAME = "Second Name"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a load has to report: rows of the file, rejects and their lines, rows of the table, and their digest.

    The digest has the form that `csvbatch.store.contents` describes, and is made here without its code.
    """

    rows: int
    bad_lines: frozenset[int]
    kept: int
    superseded: int
    digest: str

    @property
    def rejected(self) -> int:
        """How many rows are rejected."""
        return len(self.bad_lines)


def write(folder: Path, rows: int) -> Path:
    """Write the file: the same for the same number of rows, on every machine."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"verify-{rows}.csv"
    write_recipients(path, rows=rows, seed=SEED, bad_share=BAD_SHARE, expected=_faults(path))
    bad = _bad_lines(path)
    good = [fields for line, fields in _rows(path) if line not in bad]
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([fields[0], _NEW_NAME, *fields[2:]] for fields in good[:REPEATED])
    return path


def expected(path: Path) -> Expected:
    """Read the file with Python's csv; which rows are bad is known from the program that wrote them."""
    bad = _bad_lines(path)
    table: dict[tuple[str, str], str] = {}
    rows = 0
    for line, fields in _rows(path):
        rows += 1
        if line not in bad:
            table[fields[0], fields[5]] = _as_json(fields)
    lines = "".join(f"{row}\n" for row in sorted(table.values()))
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return Expected(rows, bad, len(table), rows - len(bad) - len(table), digest)


def _faults(path: Path) -> Path:
    return path.with_suffix(".faults.json")


def _bad_lines(path: Path) -> frozenset[int]:
    faults = json.loads(_faults(path).read_text(encoding="utf-8"))
    return frozenset(one["line"] for one in faults["rejects"])


def _rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with the line it begins on."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        line = reader.line_num + 1
        for fields in reader:
            yield line, fields
            line = reader.line_num + 1


def _as_json(fields: Sequence[str]) -> str:
    number, name, address, born, consent, dose, distance, updated = fields
    values = [
        number,
        name,
        address or None,
        date.fromisoformat(born).isoformat(),
        {"Y": True, "N": False}[consent],
        int(dose),
        _number(distance),
        datetime.fromisoformat(updated).isoformat(timespec="microseconds"),
    ]
    return json.dumps(values, separators=(",", ":"))


def _number(text: str) -> str | None:
    if text in {"", "unknown"}:
        return None
    whole, _, fraction = str(Decimal(text)).partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole

"""Files to load, and what a plain sequential reader finds in them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from scripts.local.samples.make_airports import write_airports
from scripts.local.samples.make_recipients import write_recipients

SEED = 999
BAD_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file and the expected result: its rows, its rejects, and the keys of the table afterwards."""

    path: Path
    dataset: str
    rows: int
    rejected: int
    keys: frozenset[tuple[str, ...]]

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        return f"incoming/{self.dataset}/{self.path.name}"


def airports(folder: Path) -> DataFile:
    """All airports of the world, without bad rows."""
    path = folder / "airports.csv"
    write_airports(path)
    return _read(path, "airports", ("icao",), set())


def recipients(folder: Path, rows: int, *, corrected: bool = False) -> DataFile:
    """Synthetic people with some bad rows; the corrected version has the same rows without faults."""
    path = folder / ("corrected" if corrected else "first") / "recipients.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    expected = path.with_suffix(".expected.json")
    write_recipients(path, rows=rows, seed=SEED, bad_share=0.0 if corrected else BAD_SHARE, expected=expected)
    bad_lines = {one["line"] for one in json.loads(expected.read_bytes())["rejects"]}
    return _read(path, "recipients", ("nhs_number", "dose"), bad_lines)


def _read(path: Path, dataset: str, key: tuple[str, ...], bad_lines: set[int]) -> DataFile:
    """Read a file with Python's csv only; the generator says which rows are bad."""
    rows = rejected = 0
    keys = set()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        columns = [header.index(name) for name in key]
        line = reader.line_num + 1
        for fields in reader:
            rows += 1
            if line in bad_lines:
                rejected += 1
            else:
                keys.add(tuple(fields[column] for column in columns))
            line = reader.line_num + 1
    return DataFile(path, dataset, rows, rejected, frozenset(keys))

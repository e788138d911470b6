"""Reads a CSV file whole with one of the readers, and prints how many rows it has.

Usage: read_with.py READER FILE. `pandas` and `duckdb` need the packages of `.venv-bench`.
"""

import csv
import sys
from collections.abc import Callable
from pathlib import Path


def with_csv(file: Path) -> int:
    with file.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


def with_dict_reader(file: Path) -> int:
    with file.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.DictReader(stream))


def with_pandas(file: Path) -> int:
    import pandas

    return sum(len(chunk) for chunk in pandas.read_csv(file, chunksize=100_000, dtype=str))


def with_duckdb(file: Path) -> int:
    """Read every field as text, on one thread, as the others do; and hand the rows to Python."""
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute("SELECT * FROM read_csv(?, header = true, all_varchar = true)", [str(file)])
    count = 0
    while some := rows.fetchmany(10_000):
        count += len(some)
    return count


def with_duckdb_alone(file: Path) -> int:
    """Read every field in DuckDB, which adds up their lengths; nothing but the sum comes to Python."""
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    sums = connection.execute(
        "SELECT count(*), sum(length(COLUMNS(*))) FROM read_csv(?, header = true, all_varchar = true)", [str(file)]
    ).fetchone()
    return int(sums[0])


READERS: dict[str, Callable[[Path], int]] = {
    "csv": with_csv,
    "dict": with_dict_reader,
    "pandas": with_pandas,
    "duckdb": with_duckdb,
    "duckdb-alone": with_duckdb_alone,
}


def main() -> None:
    reader, file = sys.argv[1:]
    print(READERS[reader](Path(file)))


if __name__ == "__main__":
    main()

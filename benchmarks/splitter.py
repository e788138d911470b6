"""How fast files are split and read, in GB/s, beside counting quotes alone and beside `csv.reader`.

The first file is that of the dataset `recipients`: 1,000,000 rows, about 91 MB, a row in twenty quoted. The others are
its first tenth, written otherwise. All is in memory and in one process, and each round takes all four in turn. Seconds
of the processor count, which tell more than the clock where other work is going on.
"""

import argparse
import csv
import io
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks.support.findings import Aim, Findings, Role, figures_of, publish
from csvbatch.csv_file.blocks import resize
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.row_reader import Rows
from csvbatch.csv_file.splitter import scan
from scripts.local.samples.make_recipients import write_recipients

BLOCK_BYTES = 1024 * 1024
CHUNK_BYTES = 8 * 1024 * 1024
SCAN, READ, REFERENCE, COUNT = "splitting", "reading rows of chunks", "csv.reader", "counting quotes alone"
ROLES = {SCAN: Role.OURS, READ: Role.OURS, REFERENCE: Role.PEER, COUNT: Role.LIMIT}
AIM = Aim(1, at_least=True, unit="GB/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the first file (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is taken (default: 5)")
    arguments = parser.parse_args()
    found: list[Findings] = []
    for name, text, encoding in files(arguments.rows):
        aims = {} if found else {SCAN: AIM}
        found.append(measured(name, text.encode(encoding), Dialect(encoding=encoding), arguments.rounds, aims))
    publish(*found)


def files(rows: int) -> Iterator[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recipients.csv"
        write_recipients(path, rows=rows)
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
    yield "recipients", text, "utf-8"
    text = text[: text.index("\n999", len(text) // 10) + 1]
    table = list(csv.reader(io.StringIO(text, newline="")))
    yield "ASCII only", text.encode("ascii", "replace").decode(), "utf-8"
    yield "no quotes", text.encode("ascii", "replace").decode().replace('"', ""), "utf-8"
    yield "CRLF", written(table, lineterminator="\r\n"), "utf-8"
    yield "every field quoted", written(table, quoting=csv.QUOTE_ALL), "utf-8"
    yield 'inch marks (5") in 1%', with_inch_marks(text), "utf-8"
    yield "cp1252", text.encode("cp1252", "replace").decode("cp1252"), "cp1252"
    yield "UTF-16", text, "utf-16-le"


def written(table: list[list[str]], *, quoting: int = csv.QUOTE_MINIMAL, lineterminator: str = "\n") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=quoting, lineterminator=lineterminator).writerows(table)  # type: ignore[arg-type]
    return file.getvalue()


def with_inch_marks(text: str) -> str:
    rows = text.split("\n")
    rows[1::100] = [
        '9990000000,5" pipe,"Mill Lane, Ambry",1980-01-01,Y,1,1.0,2026-01-01T00:00:00' for _ in rows[1::100]
    ]
    return "\n".join(rows)


def measured(name: str, data: bytes, dialect: Dialect, rounds: int, aims: Mapping[str, Aim]) -> Findings:
    blocks = [data[start : start + BLOCK_BYTES] for start in range(0, len(data), BLOCK_BYTES)]
    quote = dialect.quote.encode(dialect.encoding)
    tasks: dict[str, Callable[[], Iterable[object]]] = {
        SCAN: lambda: scan(blocks, dialect, chunk_bytes=CHUNK_BYTES),
        READ: lambda: Rows(resize(blocks, 64 * 1024), dialect, first_line=1),
        REFERENCE: lambda: csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding=dialect.encoding, newline="")),
        COUNT: lambda: (block.count(b'"') for block in blocks),
    }
    values: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for task_name, task in tasks.items():
            values[task_name].append(len(data) / timed(task) / 1e9)
    figures = figures_of(values, REFERENCE, ROLES, aims=aims)
    title = f"{name}, {len(data) / 1e6:.0f} MB, {data.count(quote) / len(data):.2%} quotes"
    return Findings("splitter", title, "GB/s", True, REFERENCE, rounds, figures)


def timed(task: Callable[[], Iterable[object]]) -> float:
    start = time.process_time()
    deque(task(), maxlen=0)
    return time.process_time() - start


if __name__ == "__main__":
    main()

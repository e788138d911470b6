"""How fast files are split and read, in GB/s, beside counting quotes alone and beside `csv.reader`.

The first file is that of the dataset `recipients`: 1,000,000 rows, about 91 MB, a row in twenty quoted. The others are
its first tenth, written otherwise. All is in memory and in one process, and each round takes all four in turn; the best
time of each counts, in seconds of the processor, which tell more than the clock where other work is going on.
"""

import argparse
import csv
import io
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from csvbatch.csv_file.blocks import resize
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.row_reader import Rows
from csvbatch.csv_file.splitter import scan
from scripts.local.samples.make_recipients import write_recipients

BLOCK_BYTES = 1024 * 1024
CHUNK_BYTES = 8 * 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the first file (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is taken (default: 5)")
    arguments = parser.parse_args()
    print(f"{'':<34}{'GB/s':>32}{'ratios':>32}")
    print(f"{'':<24}{'MB':>5}{'quotes':>8}{'count':>8}{'scan':>8}{'csv':>8}{'read':>8}", end="")
    print(f"{'scan:count':>14}{'scan:csv':>11}{'read:csv':>11}")
    for name, text, encoding in files(arguments.rows):
        report(name, text.encode(encoding), Dialect(encoding=encoding), arguments.rounds)
    print("aim: scan at 1 GB/s or more on the first")


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


def report(name: str, data: bytes, dialect: Dialect, rounds: int) -> None:
    blocks = [data[start : start + BLOCK_BYTES] for start in range(0, len(data), BLOCK_BYTES)]
    quote = dialect.quote.encode(dialect.encoding)
    tasks: list[Callable[[], Iterable[object]]] = [
        lambda: (block.count(b'"') for block in blocks),
        lambda: scan(blocks, dialect, chunk_bytes=CHUNK_BYTES),
        lambda: csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding=dialect.encoding, newline="")),
        lambda: Rows(resize(blocks, 64 * 1024), dialect, first_line=1),
    ]
    taken = [[timed(task) for task in tasks] for _ in range(rounds)]
    count, split, reference, read = (len(data) / min(times) / 1e9 for times in zip(*taken, strict=True))
    print(f"{name:<24}{len(data) / 1e6:5.0f}{data.count(quote) / len(data):8.2%}", end="")
    print(f"{count:8.2f}{split:8.2f}{reference:8.3f}{read:8.3f}", end="")
    print(f"{split / count:13.2f}x{split / reference:10.1f}x{read / reference:10.2f}x")


def timed(task: Callable[[], Iterable[object]]) -> float:
    start = time.process_time()
    deque(task(), maxlen=0)
    return time.process_time() - start


if __name__ == "__main__":
    main()

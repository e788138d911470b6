"""Whether memory grows with the file, and time with the rows before it.

Splitter and request handler work at a fixed chunk size of 8 MB, each as a process of its own over SQLite. The files
are of the dataset `recipients` in two sizes, 64 MB and 1 GB, the same rows again and again. The splitter reads all of
each; the handler loads three chunks of each. With `--ten-million` 1 and 10 million rows, all different, are split and
loaded whole into PostgreSQL, which takes some ten minutes.
"""

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support import stages
from benchmarks.support.databases import databases
from scripts.local.samples.make_recipients import write_recipients

MB = 1024 * 1024
SIZES = {"64 MB": 64 * MB, "1 GB": 1024 * MB}
ROWS = {"1 million": 1_000_000, "10 million": 10_000_000}
CHUNKS_LOADED = 3
ROWS_REPEATED = 150_000


@dataclass(frozen=True, slots=True)
class Peaks:
    """KiB of the splitter and of the handler, and seconds from the first to the last chunk loaded."""

    splitter: int
    handler: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ten-million", action="store_true", help="also load 1 and 10 million rows")
    ten_million = parser.parse_args().ten_million
    with tempfile.TemporaryDirectory() as folder:
        report({name: of_size(Path(folder), size) for name, size in SIZES.items()})
    if ten_million:
        compare_rows()


def of_size(folder: Path, size: int) -> Peaks:
    file = folder / "recipients.csv"
    write_repeated(file, size)
    url = f"sqlite:///{folder}/store.db"
    peaks = measured(url, folder / "output", file, CHUNKS_LOADED)
    (folder / "store.db").unlink()
    return peaks


def write_repeated(file: Path, size: int) -> None:
    """Write so many bytes, to within one copy of the rows that are repeated."""
    write_recipients(file, rows=ROWS_REPEATED)
    content = file.read_bytes()
    rows = content[content.index(b"\n") + 1 :]
    with file.open("ab") as stream:
        for _ in range(round(size / len(content)) - 1):
            stream.write(rows)


def measured(url: str, output: Path, file: Path, chunks: int | None) -> Peaks:
    messages, splitter = stages.split_file(url, output, file)
    handlers = stages.Handlers(1, url, output, file)
    start = time.perf_counter()
    (handler,) = handlers.load(messages[:chunks])
    seconds = time.perf_counter() - start
    shutil.rmtree(output, ignore_errors=True)
    return Peaks(splitter, handler, seconds)


def compare_rows() -> None:
    found = {}
    with tempfile.TemporaryDirectory() as folder, databases() as server:
        file = Path(folder) / "recipients.csv"
        for name, rows in ROWS.items():
            write_recipients(file, rows=rows)
            with server.fresh() as url:
                found[name] = measured(url, Path(folder) / "output", file, None)
                if stages.rows_of_closed_batch(url) != rows:
                    raise RuntimeError(f"not all of {rows:,} rows were read")
    report(found)
    few, many = (found[name].seconds / rows * 1e6 for name, rows in ROWS.items())
    print(f"microseconds a row: {few:.2f} and {many:.2f}, {many / few:.2f}x   aim: 1.30x or less")


def report(found: dict[str, Peaks]) -> None:
    print(f"\n{'':<12}{'splitter, peak':>16}{'handler, peak':>16}")
    for name, peaks in found.items():
        print(f"{name:<12}{peaks.splitter / 1024:13.1f} MB{peaks.handler / 1024:13.1f} MB")
    small, large = found.values()
    of_splitter, of_handler = large.splitter / small.splitter, large.handler / small.handler
    print(f"{'ratio':<12}{of_splitter:15.2f}x{of_handler:15.2f}x   aim: 1.10x or less")


if __name__ == "__main__":
    main()

"""Whether memory grows with the file, and time with the rows before it.

Splitter and request handler work at a fixed chunk size of 8 MB, each as a process of its own over SQLite. The files
are of the dataset `recipients` in two sizes, 64 MB and 1 GB, the same rows again and again. The splitter reads all of
each; the handler loads three chunks of each. Then 1 and 10 million rows, all different, are split and loaded whole into
PostgreSQL, which takes some minutes.
"""

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support import stages
from benchmarks.support.databases import databases
from benchmarks.support.findings import Aim, Findings, Role, figures_of, publish
from scripts.local.samples.make_recipients import write_recipients

MB = 1024 * 1024
SIZES = {"64 MB": 64 * MB, "1 GB": 1024 * MB}
ROWS = {"1 million": 1_000_000, "10 million": 10_000_000}
CHUNKS_LOADED = 3
ROWS_REPEATED = 150_000
AIM, TIME_AIM = Aim(1.1), Aim(1.3)


@dataclass(frozen=True, slots=True)
class Peaks:
    """KiB of the splitter and of the handler, and seconds from the first to the last chunk loaded."""

    splitter: int
    handler: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--without-rows", action="store_true", help="leave out the 10 million rows: seconds, not minutes"
    )
    without_rows = parser.parse_args().without_rows
    with tempfile.TemporaryDirectory() as folder:
        found = peaks("SQLite", {name: of_size(Path(folder), size) for name, size in SIZES.items()})
    if not without_rows:
        loaded = of_rows()
        found += peaks("PostgreSQL, rows", loaded)
        times = {name: loaded[name].seconds / rows * 1e6 for name, rows in ROWS.items()}
        found.append(findings("time of a row, PostgreSQL", "microseconds", times, TIME_AIM))
    publish(*found)


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


def of_rows() -> dict[str, Peaks]:
    found = {}
    with tempfile.TemporaryDirectory() as folder, databases() as server:
        file = Path(folder) / "recipients.csv"
        for name, rows in ROWS.items():
            write_recipients(file, rows=rows)
            with server.fresh() as url:
                found[name] = measured(url, Path(folder) / "output", file, None)
                if stages.rows_of_closed_batch(url) != rows:
                    raise RuntimeError(f"not all of {rows:,} rows were read")
    return found


def findings(title: str, unit: str, values: dict[str, float], aim: Aim) -> Findings:
    small, large = values
    roles = dict.fromkeys(values, Role.OURS)
    figures = figures_of({name: [value] for name, value in values.items()}, small, roles, aims={large: aim})
    return Findings("memory", title, unit, False, small, 1, figures)


def peaks(what: str, found: dict[str, Peaks]) -> list[Findings]:
    return [
        findings(
            f"peak of the splitter, {what}", "MiB", {name: one.splitter / 1024 for name, one in found.items()}, AIM
        ),
        findings(f"peak of the handler, {what}", "MiB", {name: one.handler / 1024 for name, one in found.items()}, AIM),
    ]


if __name__ == "__main__":
    main()

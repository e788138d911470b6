"""A load run: files of rows through the whole platform at once, and what its parts did meanwhile.

The packaged functions run on a local AWS: files are put into its bucket, a batch processor splits them and sends a
message per chunk, and as many request handlers as `env.hcl` allows take the messages from its queue, each in a process
of its own, and load PostgreSQL, which is durable as production's database is. Samples are taken all the time and drawn
as one picture. The run fails if a row is missing, if a message became a dead letter, or if there were ever more
connections to the database than the settings allow.
"""

import argparse
import json
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from benchmarks.load.picture import draw
from benchmarks.load.run import Measured, measure
from scripts.common import environments
from scripts.common.paths import REPOSITORY
from scripts.local.samples.make_recipients import write_recipients

OUTPUT = REPOSITORY / "dist" / "load"
FEWEST_HANDLERS = 2
"""Minimum of MaximumConcurrency: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html"""

_SETTING = re.compile(r"^\s*request_handler_concurrency\s*=\s*(\d+)", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000, help="rows in all (default: 200,000)")
    parser.add_argument("--files", type=int, default=10, help="files that arrive at once (default: 10)")
    parser.add_argument("--handlers", type=int, help="request handlers at once (default: as env.hcl of dev says)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where to write (default: dist/load)")
    options = parser.parse_args()
    limit = options.handlers or configured_handlers()
    if limit < FEWEST_HANDLERS:
        parser.error(f"an event source mapping lets at least {FEWEST_HANDLERS} handlers work at once")
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        files = write_files(Path(folder), options.rows, options.files)
        measured = measure(files, options.rows, limit, Path(folder) / "platform")
    samples = options.output / "load.json"
    samples.write_text(json.dumps(asdict(measured), indent=1))
    print(*report(measured), sep="\n")
    pictures = [samples.with_suffix(ending) for ending in (".svg", ".png")]
    draw(measured, pictures)
    print("samples and picture:", *(path.relative_to(Path.cwd(), walk_up=True) for path in (samples, *pictures)))
    return 1 if measured.problems else 0


def configured_handlers() -> int:
    """How many request handlers the default environment allows at once."""
    found = _SETTING.search((environments.default().folder / "env.hcl").read_text(encoding="utf-8"))
    if found is None:
        sys.exit("env.hcl has no request_handler_concurrency: give --handlers")
    return int(found[1])


def write_files(folder: Path, rows: int, count: int) -> list[Path]:
    """Write so many files of synthetic people, with a fiftieth of bad rows; their keys overlap."""
    paths = [folder / f"recipients-{number:03}.csv" for number in range(count)]
    sizes = [rows // count + (number < rows % count) for number in range(count)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_write), paths, sizes, range(count)))
    return paths


def _write(path: Path, rows: int, seed: int) -> None:
    write_recipients(path, rows=rows, seed=seed)


def report(measured: Measured) -> list[str]:
    """What the run came to, a line each."""
    peak = {name: max(values) for name, values in measured.memory.items()}
    lines = [
        f"{measured.rows:,} rows in {measured.files} files: {measured.seconds:.1f} s, "
        f"{measured.rows / measured.seconds:,.0f} rows/s",
        f"connections: at most {max(measured.connections)}, allowed {measured.allowed}",
        f"queue: at most {max(measured.waiting)} messages, the oldest {max(measured.age):.0f} s, "
        f"{measured.waiting[-1]} left; failed deliveries: {measured.failed_deliveries}, dead letters: "
        f"{measured.dead_letters}",
        *(f"memory: {name} at most {megabytes:,.0f} MB" for name, megabytes in sorted(peak.items())),
    ]
    return [*lines, *(f"PROBLEM: {problem}" for problem in measured.problems)]


if __name__ == "__main__":
    sys.exit(main())

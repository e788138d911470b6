"""What 1 GB, 100 GB and 10 TB a day take, by simulation: the table of `docs/scale.md`.

The seconds for a million rows are measured ones, of `make load` with 10 million rows; `--handler` and `--database` take
others. 10 TB a day are simulated as an hour's share that arrives at once. Prices are AWS's for US East (N. Virginia),
without the database, storage and transfer.
"""

import argparse
from dataclasses import dataclass

from benchmarks.support.simulation import Outcome, Platform, Work, simulate
from benchmarks.support.table import amount

ROW_BYTES = 92.6
GB = 1e9
MEMORY_MB, WHOLE_PROCESSOR_MB = 1024, 1769
# https://aws.amazon.com/lambda/pricing/
DOLLARS_A_GB_SECOND, DOLLARS_AN_INVOCATION = 0.00001667, 0.20 / 1e6
# A send in ten, a receive and a delete in ten, and two requests of a range: no page of AWS with these prices was found.
DOLLARS_A_MESSAGE = 0.3 * 0.40 / 1e6 + 2 * 0.0004 / 1e3


@dataclass(frozen=True, slots=True)
class Volume:
    """A name, what arrives at once, and what is provided for it."""

    name: str
    gigabytes: float
    files: int
    concurrency: int
    processors: int
    cores: int


VOLUMES = (
    Volume("1 GB a day", 1, 1, 4, 2, 4),
    Volume("100 GB a day, at once", 100, 100, 16, 4, 16),
    Volume("10 TB a day, an hour's share at once", 10_000 / 24, 417, 64, 16, 32),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--handler", type=float, default=4.6, help="seconds of a handler's processor (default: 4.6)")
    parser.add_argument("--database", type=float, default=10.0, help="seconds of the database's (default: 10.0)")
    options = parser.parse_args()
    columns = ["volume", "rows", "messages", "handlers", "connections", "minutes", "rows/s", "longest queue"]
    columns += ["database busy", "dollars a million rows"]
    print("| " + " | ".join(columns) + " |")
    print("|---" + "|---:" * (len(columns) - 1) + "|")
    for volume in VOLUMES:
        print(line(volume, options.handler, options.database))


def line(volume: Volume, handler: float, database: float) -> str:
    work = Work(round(volume.gigabytes * GB / ROW_BYTES), ROW_BYTES, volume.files)
    platform = Platform(
        handler_seconds=handler,
        database_seconds=database,
        database_cores=volume.cores,
        concurrency=volume.concurrency,
        processors=volume.processors,
        share=MEMORY_MB / WHOLE_PROCESSOR_MB,
    )
    outcome = simulate(work, platform)
    cells = (
        volume.name,
        f"{work.rows / 1e6:,.0f} million",
        f"{outcome.messages:,}",
        str(outcome.handlers),
        str(outcome.handlers + volume.processors),
        amount(outcome.seconds / 60),
        amount(work.rows / outcome.seconds),
        f"{outcome.waiting:,}",
        f"{outcome.database_busy:.0%} of {volume.cores}",
        f"{dollars(outcome, platform, work) / work.rows * 1e6:.4f}",
    )
    return "| " + " | ".join(cells) + " |"


def dollars(outcome: Outcome, platform: Platform, work: Work) -> float:
    splitting = work.rows * work.row_bytes / platform.split_bytes_a_second
    seconds = (outcome.handler_seconds + splitting) * MEMORY_MB / 1024
    return seconds * DOLLARS_A_GB_SECOND + outcome.messages * (DOLLARS_AN_INVOCATION + DOLLARS_A_MESSAGE)


if __name__ == "__main__":
    main()

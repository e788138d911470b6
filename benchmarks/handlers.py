"""How much faster two request handlers load a file into PostgreSQL than one.

The file is that of the dataset `recipients`, split into chunks of 8 MB beforehand. A handler is a process that does
what the Lambda does with each message; it has imported all and connected before the clock starts (the seconds of
processors have its start in them). Each round takes one handler and then two. A handler keeps a backend of the server
busy beside itself: where there are fewer processors than four, that is the limit of two handlers.
"""

import argparse
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.support import stages
from benchmarks.support.databases import Databases, databases
from benchmarks.support.findings import Aim, Role, publish
from benchmarks.support.measuring import Comparison, Taken, timed
from scripts.local.samples.make_recipients import write_recipients

ONE, TWO = "one handler", "two handlers"
AIM = Aim(1.7, at_least=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the file (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are taken (default: 3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases() as server:
        file = Path(folder) / "recipients.csv"
        write_recipients(file, rows=arguments.rows)
        compared = Comparison()
        for _ in range(arguments.rounds):
            compared.note(ONE, taken(server, file, 1))
            compared.note(TWO, taken(server, file, 2))
    report(compared, arguments.rows)


def taken(server: Databases, file: Path, count: int) -> Taken:
    output = file.parent / "output"
    with server.fresh() as url:
        messages, _ = stages.split_file(url, output, file)
        handlers = stages.Handlers(count, url, output, file)
        took = timed(partial(handlers.load, messages), server.processor)
        stages.rows_of_closed_batch(url)
    shutil.rmtree(output)
    return took


def report(compared: Comparison, rows: int) -> None:
    roles = dict.fromkeys((ONE, TWO), Role.OURS)
    title = f"PostgreSQL, {rows:,} rows, {os.process_cpu_count()} processors"
    publish(compared.findings("handlers", title, ONE, roles, aims={TWO: AIM}, rows=rows))


if __name__ == "__main__":
    main()

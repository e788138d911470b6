"""Compare a load run with its simulation (`benchmarks/support/simulation.py`), fed with what another run measured.

The other run, on the same machine, gives the seconds of processors that a row, a message and a byte take. The
simulation of the compared run gets only its number of rows, files and handlers.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.load.run import CHUNK_BYTES
from benchmarks.support.simulation import Platform, Work, simulate

AIM = 0.2
"""How far the simulation may be off."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.confirm", description=__doc__)
    parser.add_argument("measured", type=Path, help="load.json of a run that gives the seconds")
    parser.add_argument("compared", type=Path, nargs="+", help="load.json of runs to compare with")
    options = parser.parse_args()
    measured = read(options.measured)
    off = [compare(measured, read(one)) for one in options.compared]
    return 0 if all(abs(one) <= AIM for one in off) else 1


def read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def work_of(run: Mapping[str, Any]) -> Work:
    return Work(run["rows"], run["size"] / run["rows"], run["files"], CHUNK_BYTES)


def platform_of(measured: Mapping[str, Any], handlers: int) -> Platform:
    """The machine of a run, with another number of handlers."""
    took, millions = measured["processors"], measured["rows"] / 1e6
    work = work_of(measured)
    cores = os.process_cpu_count() or 1
    return Platform(
        handler_seconds=took["request handlers"] / millions,
        database_seconds=took["database"] / millions,
        database_cores=handlers,
        concurrency=handlers,
        processors=1,
        split_bytes_a_second=measured["size"] / took["batch processor"],
        seconds_a_message=took["local AWS"] / (work.files * work.chunks_of_a_file),
        first=handlers,
        machine_cores=cores,
    )


def compare(measured: Mapping[str, Any], run: Mapping[str, Any]) -> float:
    """Print both times, and give by how much the simulation is off."""
    simulated = simulate(work_of(run), platform_of(measured, run["handlers"])).seconds
    off = float(simulated / run["seconds"] - 1)
    print(
        f"{run['rows']:,} rows in {run['files']} files, {run['handlers']} handlers: simulated {simulated:.1f} s, "
        f"load run {run['seconds']:.1f} s, off by {off:+.0%} (aim: {AIM:.0%})"
    )
    return off


if __name__ == "__main__":
    sys.exit(main())

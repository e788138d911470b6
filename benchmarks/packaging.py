"""How long it takes to package one function: cold, unchanged, and with only its source changed.

Beside it `uv pip install --target` of the same lock and a plain zip of that and the sources: no bytecode, trimming,
digest or manifest. Each round takes all in turn, each in a process of its own with Python's start, and uv's cache is
warm for both sides. Processor seconds are printed too: they tell more than the clock where other work is going on.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

REPOSITORY = Path(__file__).resolve().parents[1]
FUNCTION = "batch_processor"
LIMIT_SECONDS = 600
ZIP_A_FOLDER = "import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])"

PEER = "uv pip install --target, zip"
AIMS = {"cold": "1.00x or less", "unchanged": "under 0.2 s", "source changed": "under 0.2 s"}


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock, and of processors."""

    clock: float
    processor: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is taken (default: 5)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        report(measure(Path(folder), rounds))


def report(taken: dict[str, list[Taken]]) -> None:
    print(f"{'':<30}{'clock, best':>14}{'processor':>12}{'of the peer, median of pairs':>30}")
    for name, times in taken.items():
        ratio = statistics.median(mine.clock / peer.clock for mine, peer in zip(times, taken[PEER], strict=True))
        clock = min(one.clock for one in times)
        processor = min(one.processor for one in times)
        aim = f"   aim: {AIMS[name]}" if name in AIMS else ""
        print(f"{name:<30}{clock:12.2f} s{processor:10.2f} s{ratio:29.2f}x{aim}")


def measure(folder: Path, rounds: int) -> dict[str, list[Taken]]:
    checkout = folder / "checkout"
    for part in ("lambdas", "requirements"):
        shutil.copytree(REPOSITORY / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
    handler = checkout / "lambdas" / FUNCTION / "handler.py"
    cache = folder / "cache"
    taken: defaultdict[str, list[Taken]] = defaultdict(list)
    package(checkout, cache)
    for number in range(rounds):
        shutil.rmtree(cache)
        shutil.rmtree(checkout / "dist")
        taken["cold"].append(timed(lambda: package(checkout, cache)))
        taken[PEER].append(timed(lambda: install_and_zip(checkout, folder / "peer")))
        shutil.rmtree(folder / "peer")
        taken["unchanged"].append(timed(lambda: package(checkout, cache)))
        handler.write_text(f"{handler.read_text()}# round {number}\n")
        taken["source changed"].append(timed(lambda: package(checkout, cache)))
    return taken


def package(checkout: Path, cache: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "scripts"), "XDG_CACHE_HOME": str(cache)}
    # A user's Python keeps the bytecode of what it runs.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    run([sys.executable, "-m", "lambda_packages", "build", FUNCTION], checkout, environment)


def install_and_zip(checkout: Path, folder: Path) -> None:
    content = folder / "content"
    install = [find_uv_bin(), "pip", "install", "--quiet", "--target", str(content), "--python", sys.executable]
    platform = ["--python-platform", "x86_64-manylinux_2_34", "--python-version", "3.13", "--no-build", "--no-deps"]
    run([*install, *platform, "--require-hashes", "--requirements", "requirements/lambda.txt"], checkout)
    for part in (FUNCTION, "csvbatch", "contracts"):
        shutil.copytree(checkout / "lambdas" / part, content / part)
    run([sys.executable, "-c", ZIP_A_FOLDER, str(folder / FUNCTION), str(content)], checkout)


def run(command: list[str], cwd: Path, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=LIMIT_SECONDS)


def timed(action: Callable[[], None]) -> Taken:
    start, before = time.perf_counter(), processor_seconds()
    action()
    return Taken(time.perf_counter() - start, processor_seconds() - before)


def processor_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()

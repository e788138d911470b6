"""How long it takes to package one function: cold, unchanged, and with only its source changed.

Beside it `uv pip install --target` of the same lock and a plain zip of that and the sources: no bytecode, trimming,
digest or manifest. Each round takes all in turn, each in a process of its own with Python's start, and uv's cache is
warm for both sides. Processor seconds are printed too: they tell more than the clock where other work is going on.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

from benchmarks.support.measuring import Comparison, run, timed
from scripts.common.environments import REPOSITORY

FUNCTION = "batch_processor"
ZIP_A_FOLDER = "import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])"

PEER = "uv pip install --target, zip"
AIMS = {"cold": "1.00x or less", "unchanged": "under 0.2 s", "source changed": "under 0.2 s"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is taken (default: 5)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), rounds).print(PEER, AIMS)


def measure(folder: Path, rounds: int) -> Comparison:
    checkout = folder / "checkout"
    for part in ("lambdas", "requirements"):
        shutil.copytree(REPOSITORY / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", checkout)
    handler = checkout / "lambdas" / FUNCTION / "handler.py"
    cache = folder / "cache"
    compared = Comparison()
    package(checkout, cache)
    for number in range(rounds):
        shutil.rmtree(cache)
        shutil.rmtree(checkout / "dist")
        compared.note("cold", timed(lambda: package(checkout, cache)))
        compared.note(PEER, timed(lambda: install_and_zip(checkout, folder / "peer")))
        shutil.rmtree(folder / "peer")
        compared.note("unchanged", timed(lambda: package(checkout, cache)))
        handler.write_text(f"{handler.read_text()}# round {number}\n")
        compared.note("source changed", timed(lambda: package(checkout, cache)))
    return compared


def package(checkout: Path, cache: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "XDG_CACHE_HOME": str(cache)}
    # A user's Python keeps the bytecode of what it runs.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    run([sys.executable, "-m", "scripts.packages", "build", FUNCTION], cwd=checkout, env=environment)


def install_and_zip(checkout: Path, folder: Path) -> None:
    content = folder / "content"
    install = [find_uv_bin(), "pip", "install", "--quiet", "--target", str(content), "--python", sys.executable]
    platform = ["--python-platform", "x86_64-manylinux_2_34", "--python-version", "3.13", "--no-build", "--no-deps"]
    run([*install, *platform, "--require-hashes", "--requirements", "requirements/lambda.txt"], cwd=checkout)
    for part in (FUNCTION, "csvbatch", "contracts"):
        shutil.copytree(checkout / "lambdas" / part, content / part)
    run([sys.executable, "-c", ZIP_A_FOLDER, str(folder / FUNCTION), str(content)], cwd=checkout)


if __name__ == "__main__":
    main()

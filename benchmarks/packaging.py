"""How long it takes to package one function: cold, unchanged, and with only its source changed.

The peer is `uv pip install --target` of the same lock and a plain zip of that and the sources: no bytecode, trimming,
digest, check of contracts or manifest. Each round runs everything in turn, each in a process of its own that includes
Python's start; uv's cache is warm for both. Processor seconds are printed too, because the clock also shows other work
on the machine.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

from benchmarks.support.findings import Aim, Role, publish
from benchmarks.support.measuring import Comparison, run, timed
from scripts.common.paths import REPOSITORY

FUNCTION = "batch_processor"
ZIP_A_FOLDER = "import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])"

PEER = "uv pip install --target, zip"
AIMS = {"cold": Aim(2), "unchanged": Aim(0.2, unit="s"), "source changed": Aim(1, unit="s")}
# A cold build also compiles, which the peer does not do: a third of its processor time. Each changed build compiles all
# of the project's modules and lets the library read the contracts: half a second, for which no cache has to be trusted.


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured (default: 5)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        compared = measure(Path(folder), rounds)
    roles = {PEER: Role.PEER, **dict.fromkeys(AIMS, Role.OURS)}
    publish(compared.findings("packaging", f"one function, {FUNCTION}", PEER, roles, aims=AIMS))


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
    # By default Python caches the bytecode of what it runs.
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

"""The command behind `make engines`: all units and the tests of all modules with each engine that the project supports.

Takes some ten minutes for each engine on a quiet machine, and builds an engine first that is not here (minutes, once).
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.common import environments
from scripts.common.errors import UserError, run_main
from scripts.common.paths import PACKAGES
from scripts.toolchain.engines import SUPPORTED, Tool, find_version
from scripts.toolchain.versions import first_line, parse_version
from tests.engines import cells
from tests.engines.cells import Cell, Row
from tests.engines.steps import Steps
from tests.support.followed import Copy
from tests.support.platform import Platform, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where a step fails, or an engine cannot be had."""
    known = [tool.pinned for tool in SUPPORTED]
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    parser.add_argument(
        "versions", nargs="*", metavar="VERSION", choices=[*known, []], help=f"which of {', '.join(known)}; all"
    )
    options = parser.parse_args(arguments)
    return run_main("engines", lambda: _run([one for one in SUPPORTED if one.pinned in (options.versions or known)]))


def _run(chosen: Sequence[Tool]) -> int:
    if not list(PACKAGES.glob("*/*.json")):
        raise UserError(f"{PACKAGES} has no packages. Build them: make package")
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {line}", flush=True)

    missing = []
    for tool in chosen:
        try:
            engine = find_version(tool, say)
        except UserError as error:
            missing.append(str(error))
            say(f"{tool}: not here")
            continue
        say(f"{tool}: {engine}")
        _take_steps(tool, engine, say)
    rows = cells.known()
    print(*cells.table([str(tool) for tool in SUPPORTED], rows), *missing, sep="\n")
    return 0 if all(str(tool) in rows and rows[str(tool)].passed for tool in chosen) and not missing else 1


def _take_steps(tool: Tool, engine: Path, say: Callable[[str], None]) -> None:
    """Take the steps, and keep the row after each of them: an interrupted run keeps what it knows."""
    at, done = cells.now(), list[Cell]()
    version = ".".join(map(str, parse_version(first_line([str(engine), "--version"]))))
    with TemporaryDirectory(prefix="engines-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        name = environments.default().name
        with running(name, folder / "cache") as elsewhere:
            # Terragrunt leaves a lock file of providers in each unit, which the other kind of engine cannot use.
            live = Copy(folder / "checkout").root / "live"
            platform = Platform(name, elsewhere.aws, folder / "cache", live)
            for cell in Steps(platform, engine, str(tool), folder).run():
                done.append(cell)
                cells.record(Row(str(tool), version, at, tuple(done)))
                say(f"{tool}, {cell.step}: {'' if cell.passed else 'FAILED: '}{cell.said} ({cell.seconds:.0f} s)")


if __name__ == "__main__":
    sys.exit(main())

"""The `local-demo` command: applies an environment to a local AWS, loads files, and checks every count.

The files go through the deployed zips. It uses the first non-production environment and cannot reach a real account.
"""

import argparse
import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from csvbatch.store import StoreError
from scripts.common import environments
from scripts.common.aws_target import choose
from scripts.common.errors import UserError, run_main
from scripts.common.paths import LIVE, LOCAL, PACKAGES, REPOSITORY
from scripts.consoles import console_of
from scripts.local import start
from scripts.local.aws import launcher
from scripts.local.aws.state import Record, StateDirectory
from scripts.local.demo import picture, scenario
from scripts.local.demo.platform import DemoPlatform
from scripts.local.runtime import machine
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.runtime import LocalRuntime
from scripts.packages import architectures
from scripts.terragrunt import every_unit

FOLDER = LOCAL / "demo"
ROWS = 200_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; return 0 if every count is right, else 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="local-demo", description=__doc__)
    parser.add_argument("--rows", type=_rows, default=ROWS, metavar="N", help=f"recipients to load (default: {ROWS:,})")
    parser.add_argument(
        "--folder",
        type=Path,
        default=FOLDER,
        metavar="DIR",
        help="where the demo keeps its data (default: .local/demo)",
    )
    parser.add_argument(
        "--no-enforce-iam",
        dest="enforce_iam",
        action="store_false",
        help="do not check the functions' permissions; the counts must be the same",
    )
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw what is printed there, as SVG")
    options = parser.parse_args(arguments)
    console = _console(options.picture)
    started = time.monotonic()

    def say(line: str) -> None:
        # A picture has an edge, and a log has none.
        console.print(f"[{time.monotonic() - started:5.0f} s] {line}", markup=False, soft_wrap=not console.record)

    def body() -> int:
        choose("local")
        with _only_demo(options.folder.resolve()) as folder:
            summary = _run(folder, options.rows, options.enforce_iam, console, say)
        seconds = time.monotonic() - started
        console.print(f"{summary}, {seconds:.0f} s in total", style="green", markup=False, soft_wrap=True)
        if options.picture:
            options.picture.write_text(picture.drawn(console), encoding="utf-8")
        return 0

    return run_main("local-demo", body, (BotoCoreError, ClientError, StoreError))


def _console(file: Path | None) -> Console:
    """One that keeps what it prints, in the picture's width, where a picture is wanted; a log has no width."""
    if file:
        return Console(highlight=False, width=picture.WIDTH, record=True)
    return console_of()


def _run(folder: Path, rows: int, enforce_iam: bool, console: Console, say: Callable[[str], None]) -> str:
    environment = environments.default()
    if not list(PACKAGES.glob("*/*.json")):
        raise UserError(f"{PACKAGES} has no packages. Build them: make package")
    machine.check("each function", architectures.of(LIVE, environment.name))
    state = StateDirectory(folder / "aws", environment.name)
    _check_settings(state, enforce_iam)
    try:
        say("starting the local AWS")
        variables = start.ready(environment, folder / "aws", enforce_iam=enforce_iam)
        # A separate cache, so that a plan can run at the same time.
        variables.setdefault("TG_DOWNLOAD_DIR", str(folder / "terragrunt-cache"))
        record = state.expect_running()
        say(f"applying the {len(environment.units())} units of {environment.name}; the first run takes minutes")
        every_unit.apply(environment, variables, say)
        database = _new_database(folder)
        say(f"database, in place of Oracle: {database.relative_to(REPOSITORY, walk_up=True)}")
        paths = Paths(PACKAGES, folder / "runtime")
        aws = Aws(state.endpoint(record))
        say(_iam_mode(record))
        with LocalRuntime(aws, paths, {DATABASE_VARIABLE: f"sqlite:///{database}"}) as runtime:
            platform = DemoPlatform(state, runtime, database, variables)
            for name, deployed, executed in platform.check_digests():
                say(f"{name}: CodeSha256 deployed {deployed}, zip executed {executed}")
            say("creating the tables through the deployed function: migrate-ledger --apply")
            platform.prepare()
            steps = scenario.run(platform, folder, rows, say, lambda step: console.print(step.as_table()))
            platform.store.close_connection()
        if record.enforces_iam:
            say(_iam_summary(state.log_file.read_text()))
    finally:
        if state.running():
            launcher.stop(state, save=True)
    batches = [one.batch for step in steps for one in step.loaded]
    return (
        f"All counts add up: {len(batches)} files, {sum(one.rows_read for one in batches):,} rows = "
        f"{sum(one.rows_merged for one in batches):,} merged + {sum(one.rows_rejected for one in batches):,} rejected"
    )


@contextmanager
def _only_demo(folder: Path) -> Iterator[Path]:
    """Create the folder and lock it; raises UserError where another demo holds the lock."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise UserError(
                f"another demo (process {lock.read().strip()}) is running in {folder}. Wait until it ends, or choose "
                "another folder: local-demo --folder DIR"
            ) from None
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield folder


def _check_settings(state: StateDirectory, enforce_iam: bool) -> None:
    """Raise UserError where the local AWS was started with other settings, so that the demo does not stop it."""
    running = state.running()
    if running and running.enforces_iam != enforce_iam:
        raise UserError(
            f"{running} is already running, with IAM {'' if running.enforces_iam else 'not '}enforced. Stop it: "
            f"local-aws stop {state.environment} --state-dir {state.path.parent}"
        )


def _iam_mode(record: Record) -> str:
    if record.enforces_iam:
        return "IAM is enforced: each function can do only what its role allows"
    return "IAM is not enforced: each function can do anything"


def _iam_summary(log: str) -> str:
    allowed, denied = (log.count(f" IAM {word} ") for word in ("allows", "denies"))
    return f"IAM checked {allowed + denied:,} actions and denied {denied:,}"


def _new_database(folder: Path) -> Path:
    database = folder / "store.db"
    for file in (database, folder / "store.db-wal", folder / "store.db-shm"):
        file.unlink(missing_ok=True)
    return database


def _rows(text: str) -> int:
    rows = int(text)
    if not 1000 <= rows <= 10_000_000:
        raise argparse.ArgumentTypeError("must be from 1,000, so that some rows are bad, to 10,000,000")
    return rows


if __name__ == "__main__":
    sys.exit(main())

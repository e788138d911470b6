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
from scripts.common.errors import UserError
from scripts.common.signals import TerminatedError, raise_on_signals
from scripts.local import start
from scripts.local.aws import launcher
from scripts.local.aws.state import Record, StateDirectory
from scripts.local.demo import scenario
from scripts.local.demo.applying import apply
from scripts.local.demo.errors import DemoError
from scripts.local.demo.platform import DemoPlatform
from scripts.local.runtime import machine
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.runtime import LocalRuntime
from scripts.local.samples.make_airports import AirportsMissingError
from scripts.packages import architectures

FOLDER = environments.REPOSITORY / ".local" / "demo"
PACKAGES = environments.REPOSITORY / "dist" / "lambda"
ROWS = 200_000
WIDTH_OF_A_LOG = 180
_GOES_ON = "the next demo goes on from what was applied"
_EXPECTED = (
    AirportsMissingError,
    BotoCoreError,
    ClientError,
    StoreError,
    UserError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 where every number adds up, else 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="local-demo", description=__doc__)
    parser.add_argument("--rows", type=_rows, default=ROWS, metavar="N", help=f"recipients (default: {ROWS:,})")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="DIR", help="where everything is kept (default: .local/demo)"
    )
    parser.add_argument(
        "--no-enforce-iam",
        dest="enforce_iam",
        action="store_false",
        help="let the functions do whatever they like, to compare: the numbers have to be the same",
    )
    options = parser.parse_args(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_LOG)
    started = time.monotonic()

    def say(line: str) -> None:
        console.print(f"[{time.monotonic() - started:5.0f} s] {line}", markup=False, soft_wrap=True)

    try:
        choose("local")
        with raise_on_signals(), _only_demo(options.folder.resolve()) as folder:
            summary = _run(folder, options.rows, options.enforce_iam, console, say)
    except TerminatedError as error:
        print(f"demo: {error}; {_GOES_ON}", file=sys.stderr)
        return error.exit_status
    except _EXPECTED as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"demo: interrupted; {_GOES_ON}", file=sys.stderr)
        return 130
    console.print(f"{summary}, {time.monotonic() - started:.0f} s in all", style="green", markup=False, soft_wrap=True)
    return 0


def _run(folder: Path, rows: int, enforce_iam: bool, console: Console, say: Callable[[str], None]) -> str:
    environment = environments.default()
    if not list(PACKAGES.glob("*/*.json")):
        raise DemoError(f"the functions were never packaged: {PACKAGES} has no package. Build them: make package")
    machine.check("each function", architectures.of(environments.LIVE, environment.name))
    state = StateDirectory(folder / "aws", environment.name)
    _leave_alone(state, enforce_iam)
    try:
        say("starting the local AWS")
        variables = start.ready(environment, folder / "aws", enforce_iam=enforce_iam)
        # A plan at the same time works in the units' own caches.
        variables.setdefault("TG_DOWNLOAD_DIR", str(folder / "terragrunt-cache"))
        record = state.expect_running()
        say(f"applying the {len(environment.units())} units of {environment.name}; the first time takes minutes")
        apply(environment, variables, say)
        database = _new_database(folder)
        say(f"in the place of Oracle, which is not here: {database}")
        paths = Paths(PACKAGES, folder / "runtime")
        aws = Aws(state.endpoint(record))
        say(_iam(record))
        with LocalRuntime(aws, paths, {DATABASE_VARIABLE: f"sqlite:///{database}"}) as runtime:
            platform = DemoPlatform(state, runtime, database, variables)
            for name, deployed, executed in platform.check_digests():
                say(f"{name}: CodeSha256 deployed {deployed}, zip executed {executed}")
            say("making the tables through the deployed function: migrate-ledger --apply")
            platform.prepare()
            steps = scenario.run(platform, folder, rows, say, lambda step: console.print(step.as_table()))
            platform.store.close_connection()
        if record.enforces_iam:
            say(_judgements(state.log_file.read_text()))
    finally:
        if state.running():
            launcher.stop(state, save=True)
    batches = [one.batch for step in steps for one in step.loaded]
    return (
        f"All numbers add up: {len(batches)} files, {sum(one.rows_read for one in batches):,} rows = "
        f"{sum(one.rows_merged for one in batches):,} merged + {sum(one.rows_rejected for one in batches):,} rejected"
    )


@contextmanager
def _only_demo(folder: Path) -> Iterator[Path]:
    """Make the folder and keep every other demo out of it; raises DemoError where one is at work there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DemoError(
                f"another demo (process {lock.read().strip()}) works in {folder}, and a second one would replace its "
                "database. Wait until it has ended, or choose another folder: local-demo --folder DIR"
            ) from None
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield folder


def _leave_alone(state: StateDirectory, enforce_iam: bool) -> None:
    """Refuse to go on with, and in the end to stop, a local AWS that somebody else has started otherwise."""
    running = state.running()
    if running and running.enforces_iam != enforce_iam:
        raise DemoError(
            f"{running} runs already, with IAM {'' if running.enforces_iam else 'not '}enforced: another demo's, or "
            f"one that was killed. Stop it: local-aws stop {state.environment} --state-dir {state.path.parent}"
        )


def _iam(record: Record) -> str:
    if record.enforces_iam:
        return "IAM is enforced: each function may do what its role allows, and nothing else"
    return "IAM is not enforced: each function may do anything"


def _judgements(log: str) -> str:
    allowed, refused = (log.count(f" IAM {word} ") for word in ("allows", "refuses"))
    return f"IAM has judged {allowed + refused:,} actions, and refused {refused:,}"


def _new_database(folder: Path) -> Path:
    database = folder / "store.db"
    for file in (database, folder / "store.db-wal", folder / "store.db-shm"):
        file.unlink(missing_ok=True)
    return database


def _rows(text: str) -> int:
    rows = int(text)
    if not 1000 <= rows <= 10_000_000:
        raise argparse.ArgumentTypeError("has to be from 1,000, for some rows to be bad, to 10,000,000")
    return rows


if __name__ == "__main__":
    sys.exit(main())

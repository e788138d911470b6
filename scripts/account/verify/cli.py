"""The `verify-account` command: proves the platform in a sandbox account, from nothing to nothing.

It estimates the cost and asks, applies every unit, loads a file, compares every row, has calls denied, plans again,
destroys everything and looks for what is left. A run that was interrupted or failed is continued by the same command.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from scripts.account.account import connect
from scripts.account.oracle_credentials import check_credentials
from scripts.account.verify import record, report, runner, target
from scripts.account.verify.context import Context, Options
from scripts.account.verify.steps import CLEANING, NAMES, STEPS
from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError, run_main
from scripts.common.locks import only_one
from scripts.common.paths import DIST, LOCAL
from scripts.consoles import console_of

ROWS = 2000
WAIT_MINUTES = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where every step has passed."""
    options = _parser().parse_args(arguments)
    return run_main("verify-account", lambda: _run(options), (BotoCoreError, ClientError))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verify-account",
        description=__doc__,
        epilog=f"Steps: {', '.join(NAMES)}. Exit status: 0 every step passed, 1 a step failed, 130 interrupted.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("environment", metavar="ENV", help="a folder of live/ that is not production, such as dev")
    parser.add_argument("--aws", metavar="local|real", help="which AWS; required where real credentials are present")
    parser.add_argument("--yes", action="store_true", help="do not ask before anything is made")
    parser.add_argument("--from", dest="first", choices=NAMES, metavar="STEP", help="do this step and all after it")
    parser.add_argument("--keep", action="store_true", help="leave the environment; destroy it later: --from destroy")
    parser.add_argument(
        "--credentials",
        type=Path,
        metavar="FILE",
        help="JSON with the database's username and password, as put-oracle-secret reads it (default: asked for)",
    )
    parser.add_argument("--rows", type=_rows, default=ROWS, metavar="N", help=f"rows of the file (default: {ROWS:,})")
    parser.add_argument(
        "--wait-minutes",
        type=float,
        default=WAIT_MINUTES,
        metavar="N",
        help=f"how long the batch may take (default: {WAIT_MINUTES})",
    )
    parser.add_argument("--folder", type=Path, default=LOCAL / "verify", metavar="DIR", help="records of runs")
    parser.add_argument("--reports", type=Path, default=DIST / "verify", metavar="DIR", help="reports of runs")
    return parser


def _run(options: argparse.Namespace) -> int:
    environment = environments.load(options.environment)
    _refuse_protected(environment)
    folder = (options.folder / environment.name).resolve()
    console = console_of()
    waiting = f"verify-account: another run on {environment.name} is under way in {folder}: waiting for it"
    with (
        only_one(folder / "run.lock", lambda: print(waiting, file=sys.stderr)),
        target.opened(options.aws or None, environment, folder) as opened,
    ):
        return _verify(options, environment, opened, folder, console)


def _verify(
    options: argparse.Namespace, environment: Environment, opened: target.Target, folder: Path, console: Console
) -> int:
    account = connect(environment)
    file = folder / "run.json"
    found = record.load(file, environment, opened.name)
    run = found if found and not _is_over(found) else record.new(environment, opened.name)
    started = time.monotonic()

    def say(line: str) -> None:
        console.print(f"[{time.monotonic() - started:5.0f} s] {line}", markup=False, soft_wrap=True)

    typed = f"verify-account {environment.name} --aws {opened.kind}"
    if run.facts.get("is_kept") and not options.first:
        raise UserError(
            f"{environment.name} was kept by the run of {run.started}. Destroy it: {typed} --from destroy. Or load a "
            f"file again: {typed} --from drop --keep"
        )
    todo = runner.pending(STEPS, run, options.first, keep=options.keep, cleaning=CLEANING)
    say(f"{account}, region {environment.region}, {opened.name}")
    done = [name for name in NAMES if run.has_passed(name)]
    if done:
        say(f"continues the run of {run.started}; done: {', '.join(done)}")
    context = Context(environment, account, opened, run, _asked(options), folder, console, say)
    try:
        runner.run(todo, context, file)
    except BaseException:
        print(runner.how_to_go_on(run, typed, STEPS), file=sys.stderr)
        raise
    finally:
        console.print(report.table(run))
        if run.steps:
            say(f"reports: {', '.join(map(str, report.write(run, options.reports)))}")
    if options.keep:
        run.facts["is_kept"] = True
        run.save(file)
        say(f"the environment is kept, and costs money until it is destroyed: {typed} --from destroy")
    return 0


def _is_over(found: record.Record) -> bool:
    """Whether nothing of a run is left to do: then the next run is a new one."""
    return found.has_passed(NAMES[-1])


def _refuse_protected(environment: Environment) -> None:
    if environment.production:
        raise UserError(
            f"{environment.name} is production, and this command destroys the environment at its end. Give it "
            "one whose env.hcl says production = false."
        )
    text = (environment.folder / "env.hcl").read_text(encoding="utf-8")
    if environments.is_true(text, "deletion_protection"):
        raise UserError(
            f"{environment.name} is protected (deletion_protection = true in its env.hcl), so this command could not "
            "destroy it at its end. Give it an environment of its own: docs/how-to/add-an-environment.md."
        )


def _asked(options: argparse.Namespace) -> Options:
    credentials = None
    if options.credentials:
        try:
            credentials = check_credentials(json.loads(options.credentials.read_text(encoding="utf-8")))
        except (OSError, ValueError, AttributeError):
            raise UserError(f"{options.credentials} cannot be read as a JSON object. Nothing was created.") from None
    return Options(options.rows, options.wait_minutes * 60, options.yes, credentials)


def _rows(text: str) -> int:
    rows = int(text)
    if not 1000 <= rows <= 50_000:
        raise argparse.ArgumentTypeError("must be from 1,000, so that some rows are bad, to 50,000")
    return rows


if __name__ == "__main__":
    sys.exit(main())

"""The `local-runtime` command."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from scripts.common import environments
from scripts.common.aws_target import choose
from scripts.common.errors import run_main
from scripts.common.paths import LOCAL, PACKAGES
from scripts.local.aws.state import StateDirectory, default_parent
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.invoke_endpoint import InvokeEndpoint
from scripts.local.runtime.runtime import LocalRuntime
from scripts.local.runtime.sandbox import Result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors are printed to standard error, with exit status 1."""
    options = _parser().parse_args(arguments)

    def body() -> int:
        choose("local")
        options.env = options.env or environments.default().name
        with _runtime(options) as runtime:
            return int(options.run(options, runtime))

    return run_main("local-runtime", body, (BotoCoreError, ClientError))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local-runtime",
        description="Runs the functions that are deployed to a local AWS, from exactly the zips that were deployed.",
        epilog="Not reproduced: Amazon Linux, a read-only code directory, and concurrency limits.",
    )
    parser.add_argument("--env", metavar="ENV", help="environment (default: the first that is not production)")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="store to use in place of Oracle: sqlite:////directory/file.db or postgresql://user@host/database "
        "(default: .local/runtime/ENV/store.db, a SQLite file); csvbatch migrate creates its tables",
    )
    parser.add_argument(
        "--concurrency", type=_count, default=1, metavar="N", help="SQS batches to process in parallel (default: 1)"
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="state directory of the local AWS (default: as for local-aws)",
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="directory for code, logs and temporary files")
    parser.add_argument("--packages", type=Path, default=PACKAGES, metavar="DIR", help="default: dist/lambda")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    invoke = commands.add_parser("invoke", help="invoke a function and print its result")
    invoke.add_argument("function", metavar="FUNCTION", help="name or ARN")
    invoke.add_argument("--event", default="{}", metavar="JSON", help="the event; - reads it from standard input")
    invoke.set_defaults(run=_invoke)

    fire = commands.add_parser("fire", help="fire a schedule now, enabled or not")
    fire.add_argument("schedule", nargs="?", metavar="SCHEDULE", help="name, required if there are several")
    fire.set_defaults(run=_fire)

    drain = commands.add_parser("drain", help="process the queues until they are empty")
    drain.set_defaults(run=_drain)

    serve = commands.add_parser("serve", help="poll queues, fire schedules and deliver S3 events until interrupted")
    serve.set_defaults(run=_serve)
    return parser


def _runtime(options: argparse.Namespace) -> LocalRuntime:
    state = _state(options)
    record = state.expect_running()
    home = (options.home or LOCAL / "runtime" / options.env).resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = options.database or f"sqlite:///{home / 'store.db'}"
    print(f"local-runtime: {record}; logs in {home / 'logs'}", file=sys.stderr)
    print("local-runtime: the functions use another database in place of Oracle, see --database", file=sys.stderr)
    paths = Paths(options.packages.resolve(), home)
    aws = Aws(state.endpoint(record))
    return LocalRuntime(aws, paths, {DATABASE_VARIABLE: database}, concurrency=options.concurrency)


def _state(options: argparse.Namespace) -> StateDirectory:
    return StateDirectory(options.state_dir or default_parent(), environments.load(options.env).name)


def _invoke(options: argparse.Namespace, runtime: LocalRuntime) -> int:
    event = sys.stdin.buffer.read() if options.event == "-" else os.fsencode(options.event)
    return _print(runtime.invoke(options.function, event))


def _fire(options: argparse.Namespace, runtime: LocalRuntime) -> int:
    return _print(runtime.fire(options.schedule))


def _drain(options: argparse.Namespace, runtime: LocalRuntime) -> int:
    del options
    polled = runtime.drain(lambda done: print(f"{done.deleted} done, {done.failed} failed", file=sys.stderr))
    print(f"{polled.received} messages received, {polled.deleted} done, {polled.failed} failed")
    return 1 if polled.failed else 0


def _serve(options: argparse.Namespace, runtime: LocalRuntime) -> int:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    endpoint = InvokeEndpoint(_state(options).routes_file, runtime.invoke, runtime.invoke_later)
    try:
        runtime.serve(stopped, lambda line: print(line, flush=True), endpoint.publish)
    finally:
        endpoint.close()
    return 0


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return count


def _print(result: Result) -> int:
    print(result.payload.decode(errors="replace"))
    return 1 if result.error else 0


if __name__ == "__main__":
    sys.exit(main())

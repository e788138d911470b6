"""The `local-aws` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.local import start
from scripts.local.aws import client, environment, launcher
from scripts.local.aws.errors import LocalAwsError
from scripts.local.aws.state import Identity, Record, StateDirectory, default_parent, write_atomically


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what went wrong is said on standard error, with exit status 1."""
    options = _parser().parse_args(arguments)
    try:
        parent: Path = options.state_dir or default_parent()
        return int(options.run(options, parent))
    except UserError as error:
        print(f"local-aws: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local-aws",
        description="An AWS on this machine, one per environment, that Terraform and the SDKs take for the real one.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="folder that holds one folder per environment "
        "(default: CSVBATCH_LOCAL_AWS_DIR, else .local/aws in the checkout of this command)",
    )
    one = argparse.ArgumentParser(add_help=False, parents=[common])
    one.add_argument("environment", metavar="ENV", help="environment, a folder of live/")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    start = commands.add_parser(
        "start",
        parents=[one],
        help="start it unless it runs, and wait until it answers; for an environment of live/, with its state backend",
    )
    start.add_argument("--account-id", metavar="ID", help="its account, 12 digits (default: what live/ENV says)")
    start.add_argument("--region", metavar="REGION", help="its region (default: what live/ENV says)")
    start.add_argument(
        "--from-snapshot", type=Path, metavar="FILE", help="begin with what `local-aws snapshot` saved (trusted!)"
    )
    start.add_argument(
        "--enforce-iam",
        action="store_true",
        help="let the sessions of roles do only what policies allow; its own credentials may do anything as ever",
    )
    start.set_defaults(run=_start)

    stop = commands.add_parser("stop", parents=[one], help="save what it holds and end it")
    stop.set_defaults(run=_stop)

    status = commands.add_parser("status", parents=[common], help="tell which environments run, and where")
    status.set_defaults(run=_status)

    env = commands.add_parser(
        "env", parents=[one], help='print exports that point a shell at it: eval "$(local-aws env ENV)"'
    )
    env.set_defaults(run=_env)

    execute = commands.add_parser("exec", parents=[one], help="run a command that talks to it")
    execute.add_argument("command", nargs="+", metavar="COMMAND", help="after --, with its arguments")
    execute.set_defaults(run=_exec)

    save = commands.add_parser("snapshot", parents=[one], help="write all it holds to a file, while it runs on")
    save.add_argument("file", type=Path, metavar="FILE")
    save.set_defaults(run=_snapshot)

    reset = commands.add_parser("reset", parents=[one], help="end it and drop all it holds")
    reset.set_defaults(run=_reset)

    rules = commands.add_parser("rules", parents=[common], help="count the rules that requests are checked against")
    rules.set_defaults(run=_rules)
    return parser


def _start(options: argparse.Namespace, parent: Path) -> int:
    state = StateDirectory(parent, options.environment)
    stated = _stated(options.environment, options.account_id, options.region)
    if isinstance(stated, environments.Environment):
        record = start.start(stated, state, options.from_snapshot, enforce_iam=options.enforce_iam)
    else:
        record = launcher.start(state, stated, options.from_snapshot, enforce_iam=options.enforce_iam)
    print(record)
    return 0


def _stated(name: str, account_id: str | None, region: str | None) -> environments.Environment | Identity:
    """The environment of live/ where account and region are its own; any other has no units, and no state backend."""
    try:
        stated = environments.load(name)
    except UserError as error:
        if account_id and region:
            return Identity(name, account_id, region)
        raise LocalAwsError(f"{error} Or give both --account-id and --region.") from error
    asked = (account_id or stated.account_id, region or stated.region)
    return stated if asked == (stated.account_id, stated.region) else Identity(name, *asked)


def _stop(options: argparse.Namespace, parent: Path) -> int:
    state = StateDirectory(parent, options.environment)
    print(f"{launcher.stop(state, save=True)}: stopped, saved in {state.snapshot_file}")
    return 0


def _status(_options: argparse.Namespace, parent: Path) -> int:
    lines = [_state_line(StateDirectory(parent, folder.name)) for folder in sorted(parent.glob("*/"))]
    print("\n".join(filter(None, lines)) or f"no local AWS has been started here ({parent})")
    return 0


def _state_line(state: StateDirectory) -> str | None:
    running = state.running()
    if running:
        return f"{running}: runs as process {running.pid}"
    last = state.record()
    return f"{last}: stopped" if last else None


def _env(options: argparse.Namespace, parent: Path) -> int:
    state, record = _announced(options, parent)
    print("\n".join(environment.shell_lines(state.endpoint(record), os.environ)))
    return 0


def _exec(options: argparse.Namespace, parent: Path) -> int:
    state, record = _announced(options, parent)
    program = options.command[0]
    try:
        os.execvpe(program, options.command, environment.applied(state.endpoint(record), os.environ))
    except OSError as error:
        raise LocalAwsError(f"cannot run {program}: {error.strerror}") from error


def _snapshot(options: argparse.Namespace, parent: Path) -> int:
    state = StateDirectory(parent, options.environment)
    record = state.expect_running()
    content = client.fetch_snapshot(state, record)
    try:
        write_atomically(options.file.resolve(), content)
    except OSError as error:
        raise LocalAwsError(f"cannot write {options.file}: {error.strerror}") from error
    print(f"{record}: saved in {options.file}")
    return 0


def _reset(options: argparse.Namespace, parent: Path) -> int:
    last = launcher.reset(StateDirectory(parent, options.environment))
    print(f"{last or f'local AWS of {options.environment}'}: nothing is left of it")
    return 0


def _rules(_options: argparse.Namespace, _parent: Path) -> int:
    # Loads moto and botocore's models, which no other command needs.
    from scripts.local.aws.validation import summary

    print(f"{'service':16}{'model':>8}{'schema':>8}{'documented':>12}")
    for service, in_model, in_schema, in_pages in summary.rules():
        print(f"{service:16}{in_model:>8}{in_schema:>8}{in_pages:>12}")
    return 0


def _announced(options: argparse.Namespace, parent: Path) -> tuple[StateDirectory, Record]:
    """Say whom we talk to on standard error: standard output is for a shell, or for the command that is run."""
    state = StateDirectory(parent, options.environment)
    record = state.expect_running()
    print(record, file=sys.stderr)
    return state, record


if __name__ == "__main__":
    sys.exit(main())

"""The `local-aws` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.common import environments
from scripts.common.errors import UserError, run_main
from scripts.local import start
from scripts.local.aws import behaviour, client, environment, launcher
from scripts.local.aws.state import Identity, Record, StateDirectory, default_parent, write_atomically


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors are printed to standard error, with exit status 1."""
    options = _parser().parse_args(arguments)
    return run_main("local-aws", lambda: int(options.run(options, options.state_dir or default_parent())))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local-aws",
        description="An AWS on this machine, one per environment, for Terraform and the SDKs.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="directory with one directory per environment "
        "(default: CSVBATCH_LOCAL_AWS_DIR, else .local/aws in the checkout of this command)",
    )
    one = argparse.ArgumentParser(add_help=False, parents=[common])
    one.add_argument("environment", metavar="ENV", help="environment, a directory of live/")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    start = commands.add_parser(
        "start",
        parents=[one],
        help="start it if it is not running, and create the state backend of an environment in live/",
    )
    start.add_argument("--account-id", metavar="ID", help="account ID, 12 digits (default: from live/ENV)")
    start.add_argument("--region", metavar="REGION", help="region (default: from live/ENV)")
    start.add_argument(
        "--from-snapshot",
        type=Path,
        metavar="FILE",
        help="start from a file that `local-aws snapshot` wrote; it can run code, so use only your own",
    )
    start.add_argument(
        "--enforce-iam",
        action="store_true",
        help="check the permissions of role sessions; operator credentials stay unrestricted",
    )
    behaviour.add_arguments(start)
    start.set_defaults(run=_start)

    stop = commands.add_parser("stop", parents=[one], help="save its data and stop it")
    stop.set_defaults(run=_stop)

    status = commands.add_parser("status", parents=[common], help="show which environments are running, and where")
    status.set_defaults(run=_status)

    env = commands.add_parser(
        "env", parents=[one], help='print exports that point this shell at the local AWS: eval "$(local-aws env ENV)"'
    )
    env.set_defaults(run=_env)

    execute = commands.add_parser("exec", parents=[one], help="run a command against it")
    execute.add_argument("command", nargs="+", metavar="COMMAND", help="command and arguments, after --")
    execute.set_defaults(run=_exec)

    save = commands.add_parser("snapshot", parents=[one], help="write its data to a file while it runs")
    save.add_argument("file", type=Path, metavar="FILE")
    save.set_defaults(run=_snapshot)

    reset = commands.add_parser("reset", parents=[one], help="stop it and delete its data")
    reset.set_defaults(run=_reset)

    rules = commands.add_parser("rules", parents=[common], help="count the rules that requests are checked against")
    rules.set_defaults(run=_rules)
    return parser


def _start(options: argparse.Namespace, parent: Path) -> int:
    state = StateDirectory(parent, options.environment)
    stated = _stated(options.environment, options.account_id, options.region)
    source, enforce_iam, asked = options.from_snapshot, options.enforce_iam, behaviour.of(options)
    if isinstance(stated, environments.Environment):
        record = start.start(stated, state, source, enforce_iam=enforce_iam, behaviour=asked)
    else:
        record = launcher.start(state, stated, source, enforce_iam=enforce_iam, behaviour=asked)
    print(record)
    return 0


def _stated(name: str, account_id: str | None, region: str | None) -> environments.Environment | Identity:
    """The environment of live/ if account and region match; else an identity without units and state backend."""
    try:
        stated = environments.load(name)
    except UserError as error:
        if account_id and region:
            return Identity(name, account_id, region)
        raise UserError(f"{error} Or give both --account-id and --region.") from error
    asked = (account_id or stated.account_id, region or stated.region)
    return stated if asked == (stated.account_id, stated.region) else Identity(name, *asked)


def _stop(options: argparse.Namespace, parent: Path) -> int:
    state = StateDirectory(parent, options.environment)
    print(f"{launcher.stop(state, save=True)}: stopped, data saved in {state.snapshot_file}")
    return 0


def _status(_options: argparse.Namespace, parent: Path) -> int:
    lines = [_state_line(StateDirectory(parent, folder.name)) for folder in sorted(parent.glob("*/"))]
    print("\n".join(filter(None, lines)) or f"no local AWS has been started in {parent}")
    return 0


def _state_line(state: StateDirectory) -> str | None:
    running = state.running()
    if running:
        return f"{running}: running as process {running.pid}"
    last = state.record()
    return f"{last}: stopped" if last else None


def _env(options: argparse.Namespace, parent: Path) -> int:
    state, record = _require_running(options, parent)
    print("\n".join(environment.shell_lines(state.endpoint(record), os.environ)))
    return 0


def _exec(options: argparse.Namespace, parent: Path) -> int:
    state, record = _require_running(options, parent)
    program = options.command[0]
    try:
        os.execvpe(program, options.command, environment.applied(state.endpoint(record), os.environ))
    except OSError as error:
        raise UserError(f"cannot run {program}: {error.strerror}") from error


def _snapshot(options: argparse.Namespace, parent: Path) -> int:
    state = StateDirectory(parent, options.environment)
    record = state.expect_running()
    content = client.fetch_snapshot(state, record)
    try:
        write_atomically(options.file.resolve(), content)
    except OSError as error:
        raise UserError(f"cannot write {options.file}: {error.strerror}") from error
    print(f"{record}: data saved in {options.file}")
    return 0


def _reset(options: argparse.Namespace, parent: Path) -> int:
    last = launcher.reset(StateDirectory(parent, options.environment))
    print(f"{last or f'local AWS of {options.environment}'}: data deleted")
    return 0


def _rules(_options: argparse.Namespace, _parent: Path) -> int:
    # Loads moto and botocore's models, which no other command needs.
    from scripts.local.aws.validation import summary

    counted = [*summary.rules()]
    totals = [sum(column) for column in zip(*(numbers for _, *numbers in counted), strict=True)]
    print(f"{'service':16}{'model':>8}{'schema':>8}{'documented':>12}")
    for service, *numbers in (*counted, ("all", *totals)):
        print(f"{service:16}{numbers[0]:>8}{numbers[1]:>8}{numbers[2]:>12}")
    return 0


def _require_running(options: argparse.Namespace, parent: Path) -> tuple[StateDirectory, Record]:
    """Print the target on standard error: standard output is for the shell, or for the command."""
    state = StateDirectory(parent, options.environment)
    record = state.expect_running()
    print(record, file=sys.stderr)
    return state, record


if __name__ == "__main__":
    sys.exit(main())

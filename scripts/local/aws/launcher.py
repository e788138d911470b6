"""Starts and stops server processes."""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from scripts.common.errors import UserError
from scripts.local.aws import snapshot
from scripts.local.aws.behaviour import DEFAULT, Behaviour
from scripts.local.aws.state import FUNCTION_ROUTES_VARIABLE, Identity, Record, StateDirectory, wait_until

_START_LIMIT_SECONDS = 240
"""For a server that hangs; one that exits is noticed at once. Loading moto takes up to a minute on a busy machine."""
_STOP_LIMIT_SECONDS = 240
_LOCK_LIMIT_SECONDS = 5
_LOG_TAIL_LINES = 15


def start(
    state: StateDirectory,
    identity: Identity,
    from_snapshot: Path | None = None,
    *,
    enforce_iam: bool = False,
    behaviour: Behaviour = DEFAULT,
) -> Record:
    """Return the running server, or start one with the saved data of the last."""
    with state.starting():
        running = state.running()
        if running:
            _check(running.identity, identity, f"the local AWS of {identity.environment} is running with")
            if from_snapshot:
                raise UserError(f"{running} is already running; to start from a snapshot, reset it first")
            if enforce_iam and not running.enforces_iam:
                raise UserError(f"{running} is already running without --enforce-iam; stop it first")
            if behaviour not in (DEFAULT, running.behaviour):
                raise UserError(
                    f"{running} is already running without {' '.join(behaviour.arguments())}; stop it first"
                )
            return running
        if from_snapshot and state.snapshot_file.exists():
            raise UserError(
                f"{identity.environment} has saved data in {state.snapshot_file}; to start from {from_snapshot}, "
                "reset it first"
            )
        return _spawn(state, identity, from_snapshot, subprocess.DEVNULL, behaviour, enforce_iam=enforce_iam)[0]


def start_bound(
    state: StateDirectory,
    identity: Identity,
    from_snapshot: Path | None = None,
    *,
    enforce_iam: bool = False,
    behaviour: Behaviour = DEFAULT,
) -> tuple[Record, subprocess.Popen[bytes]]:
    """Start a server that saves nothing and ends with this process, or when its standard input closes."""
    with state.starting():
        return _spawn(state, identity, from_snapshot, subprocess.PIPE, behaviour, enforce_iam=enforce_iam)


def stop(state: StateDirectory, *, save: bool) -> Record:
    """Stop the server and wait until its process has ended."""
    record = state.expect_running()
    assert record.pid is not None, "a running server has a process"
    saved_before = state.snapshot_written()
    with suppress(ProcessLookupError):
        os.kill(record.pid, signal.SIGTERM if save else signal.SIGINT)
    if not wait_until(lambda: state.running() is None, _STOP_LIMIT_SECONDS):
        raise UserError(
            f"{record} did not stop within {_STOP_LIMIT_SECONDS} s; see {state.log_file}, or kill process {record.pid}"
        )
    if save and state.snapshot_written() == saved_before:
        raise UserError(f"{record} stopped, but could not save its data:\n{_log_tail(state)}")
    return record


def reset(state: StateDirectory) -> Record | None:
    """Stop the server if it is running, and delete its data and what was saved."""
    last: Record | None = None
    with suppress(UserError):
        last = state.record()
    if last and state.running():
        stop(state, save=False)
    state.create()
    with state.lock_for_server(_LOCK_LIMIT_SECONDS):
        state.delete_data()
    return last


def _spawn(
    state: StateDirectory,
    identity: Identity,
    from_snapshot: Path | None,
    stdin: int,
    behaviour: Behaviour,
    *,
    enforce_iam: bool,
) -> tuple[Record, subprocess.Popen[bytes]]:
    start_from = from_snapshot or (state.snapshot_file if state.snapshot_file.exists() else None)
    if start_from:
        check_snapshot(start_from, identity)
    last = state.record()
    port = last.port if last else 0
    reading_end, writing_end = os.pipe()
    with (
        os.fdopen(reading_end, "rb") as reader,
        os.fdopen(writing_end, "wb") as writer,
        state.lock_for_server(_LOCK_LIMIT_SECONDS) as lock,
    ):
        state.write_record(Record(identity, port, pid=None))
        command = [sys.executable, "-m", "scripts.local.aws.daemon", "--state-dir", str(state.path.parent)]
        command += ["--environment", identity.environment]
        command += ["--account-id", identity.account_id, "--region", identity.region, "--port", str(port)]
        command += ["--lock-fd", str(lock.fileno()), "--ready-fd", str(writer.fileno())]
        command += ["--snapshot", str(start_from.resolve())] if start_from else []
        command += [*(["--enforce-iam"] if enforce_iam else []), *behaviour.arguments()]
        command += ["--bound-to-stdin"] if stdin == subprocess.PIPE else []
        if state.log_file.exists():
            state.log_file.replace(state.previous_log_file)
        with state.log_file.open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=log,
                stderr=log,
                env=_server_environment(identity, state),
                pass_fds=(lock.fileno(), writer.fileno()),
                start_new_session=True,
            )
        writer.close()
        _await_ready(process, reader, state)
    record = state.running()
    if record is None:
        raise UserError(f"the local AWS of {identity.environment} exited immediately:\n{_log_tail(state)}")
    return record, process


def _await_ready(process: subprocess.Popen[bytes], reader: IO[bytes], state: StateDirectory) -> None:
    answered, _, _ = select.select([reader], [], [], _START_LIMIT_SECONDS)
    if not answered:
        process.kill()
        process.wait()
        raise UserError(
            f"the local AWS of {state.environment} did not answer within {_START_LIMIT_SECONDS} s:\n{_log_tail(state)}"
        )
    report = reader.read()
    if not report:
        process.wait()
        raise UserError(f"the local AWS of {state.environment} did not start:\n{_log_tail(state)}")
    error = json.loads(report).get("error")
    if error:
        process.wait()
        raise UserError(f"the local AWS of {state.environment} did not start: {error}")


def check_snapshot(file: Path, identity: Identity) -> None:
    """Raise UserError where a snapshot is of another identity, or cannot be read."""
    try:
        with file.open("rb") as content:
            saved = snapshot.read_header(content)
    except FileNotFoundError as error:
        raise UserError(f"snapshot {file} does not exist") from error
    except UserError as error:
        raise UserError(
            f"cannot start from {file}: {error}; delete saved data with: local-aws reset {identity.environment}"
        ) from error
    _check(saved, identity, f"{file} was saved with")


def _check(found: Identity, wanted: Identity, found_where: str) -> None:
    if (found.account_id, found.region) != (wanted.account_id, wanted.region):
        raise UserError(
            f"{found_where} account {found.account_id} in {found.region}, not account {wanted.account_id} in "
            f"{wanted.region}; if you do not need its data, delete it with: local-aws reset {wanted.environment}"
        )


def _server_environment(identity: Identity, state: StateDirectory) -> dict[str, str]:
    """The server's environment variables, without inherited ones for AWS, which moto would read."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_", "TF_AWS_"))}
    package_parent = str(Path(__file__).resolve().parents[3])
    return inherited | {
        "PYTHONPATH": os.pathsep.join(filter(None, [package_parent, inherited.get("PYTHONPATH")])),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        FUNCTION_ROUTES_VARIABLE: str(state.routes_file),
        "MOTO_ACCOUNT_ID": identity.account_id,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
        "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true",
    }


def _log_tail(state: StateDirectory) -> str:
    lines = state.log_file.read_text(errors="replace").splitlines()
    return "\n".join(lines[-_LOG_TAIL_LINES:] or ["(its log is empty)"])

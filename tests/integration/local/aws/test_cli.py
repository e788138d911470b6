import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.local.aws.snapshot import with_header
from scripts.local.aws.state import Identity, StateDirectory, wait_until

ACCOUNT_ID = "444444444444"
LIMIT_SECONDS = 120

Cli = Callable[..., subprocess.CompletedProcess[str]]


def cli_in(directory: Path) -> Cli:
    """Run `local-aws` with a state folder of the test's own."""

    def run(command: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "scripts.local.aws.cli", command, "--state-dir", str(directory), *arguments]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
        return subprocess.run(program, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS)

    return run


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    run = cli_in(tmp_path)
    yield run
    run("reset", "trial")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """One that has been started already, for tests that do not stop it."""
    run = cli_in(tmp_path_factory.mktemp("running"))
    started = start(run)
    assert started.returncode == 0, started.stderr
    yield run
    run("reset", "trial")


def start(cli: Cli, *arguments: str, account_id: str = ACCOUNT_ID) -> subprocess.CompletedProcess[str]:
    return cli("start", "trial", "--account-id", account_id, "--region", "eu-west-1", *arguments)


def create_bucket(cli: Cli, name: str) -> None:
    program = f"import boto3; boto3.client('s3', region_name='us-east-1').create_bucket(Bucket={name!r})"
    made = cli("exec", "trial", "--", sys.executable, "-c", program)
    assert made.returncode == 0, made.stderr


def buckets(cli: Cli) -> list[str]:
    program = "import boto3; print(*[b['Name'] for b in boto3.client('s3').list_buckets()['Buckets']])"
    return cli("exec", "trial", "--", sys.executable, "-c", program).stdout.split()


def test_start_of_what_runs_names_account_and_endpoint_and_changes_nothing(running: Cli) -> None:
    before = running("status").stdout
    again = start(running)

    assert again.returncode == 0, again.stderr
    assert "account 444444444444, region eu-west-1, https://127.0.0.1:" in again.stdout
    assert running("status").stdout == before


def test_start_with_another_account_is_refused(running: Cli) -> None:
    refused = start(running, account_id="333333333333")

    assert refused.returncode == 1
    assert "account 444444444444 in eu-west-1, not account 333333333333 in eu-west-1" in refused.stderr
    assert "local-aws reset trial" in refused.stderr


def test_start_without_an_account_takes_the_one_of_the_environment(cli: Cli) -> None:
    stated = environments.default()
    started = cli("start", stated.name, "--account-id", "333333333333", "--region", "ap-south-1")
    assert started.returncode == 0, started.stderr

    refused = cli("start", stated.name)
    cli("reset", stated.name)

    assert refused.returncode == 1
    assert f"not account {stated.account_id} in {stated.region}" in refused.stderr


def test_iam_is_enforced_where_it_is_asked_for_and_that_is_said(cli: Cli) -> None:
    assert start(cli, "--enforce-iam").stdout.endswith(", IAM enforced\n")
    assert ", IAM enforced: running" in cli("status").stdout

    create_bucket(cli, "made-by-the-operator")

    assert buckets(cli) == ["made-by-the-operator"]


def test_iam_is_not_enforced_on_what_runs_without(running: Cli) -> None:
    refused = start(running, "--enforce-iam")

    assert refused.returncode == 1
    assert "is already running without --enforce-iam; stop it first" in refused.stderr


def test_what_was_asked_for_is_said_and_kept_by_the_next_start(cli: Cli) -> None:
    asked = ("--new-account", "--late-logs=30", "--keep-interfaces=0.5")
    started = start(cli, *asked)
    again = start(cli)

    assert started.returncode == 0, started.stderr
    assert started.stdout.strip().endswith(", --new-account, --late-logs=30, --keep-interfaces=0.5")
    assert again.stdout == started.stdout


def test_what_runs_does_not_change_its_behaviour(running: Cli) -> None:
    refused = start(running, "--new-account")

    assert refused.returncode == 1
    assert "is already running without --new-account; stop it first" in refused.stderr


def test_rules_are_counted_by_service_and_in_all(running: Cli) -> None:
    header, *rows = [line.split() for line in running("rules").stdout.splitlines()]
    numbers = [[int(each) for each in row[-3:]] for row in rows]

    assert header == ["service", "model", "schema", "documented"]
    assert {"ec2", "lambda", "s3", "sqs"} <= {row[0] for row in rows}
    assert rows[-1][0] == "all"
    assert numbers[-1] == [sum(column) for column in zip(*numbers[:-1], strict=True)]
    assert all(numbers[-1])


def test_start_with_another_account_than_was_saved_is_refused(cli: Cli, tmp_path: Path) -> None:
    state = StateDirectory(tmp_path, "trial")
    state.create()
    state.snapshot_file.write_bytes(with_header(Identity("trial", ACCOUNT_ID, "eu-west-1"), b""))

    refused = start(cli, account_id="333333333333")

    assert refused.returncode == 1
    assert f"{state.snapshot_file} was saved with account 444444444444" in refused.stderr


def test_damaged_snapshot_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "snapshot").write_bytes(b"something else")

    refused = start(cli, "--from-snapshot", str(tmp_path / "snapshot"))

    assert refused.returncode == 1
    assert "it is not a snapshot of a local AWS" in refused.stderr


def test_starts_at_once_make_one_server(cli: Cli) -> None:
    with ThreadPoolExecutor(3) as pool:
        started = list(pool.map(lambda _: start(cli), range(3)))

    assert {each.returncode for each in started} == {0}
    assert len({each.stdout for each in started}) == 1


def test_what_was_there_is_there_again_after_stop_and_start(cli: Cli) -> None:
    first = start(cli)
    create_bucket(cli, "kept")
    stopped = cli("stop", "trial")
    status = cli("status")
    second = start(cli)

    assert stopped.returncode == 0, stopped.stderr
    assert status.stdout.rstrip().endswith("stopped")
    assert second.stdout == first.stdout, "queue URLs in Terraform's state name the port"
    assert buckets(cli) == ["kept"]


def test_reset_ends_it_and_drops_everything(cli: Cli, tmp_path: Path) -> None:
    start(cli)
    reset = cli("reset", "trial")

    assert reset.returncode == 0, reset.stderr
    assert "account 444444444444" in reset.stdout
    assert StateDirectory(tmp_path, "trial").running() is None
    assert not [file.name for file in (tmp_path / "trial").iterdir() if file.suffix != ".lock"]


def test_reset_helps_where_the_record_is_damaged(cli: Cli, tmp_path: Path) -> None:
    state = StateDirectory(tmp_path, "trial")
    state.create()
    (state.path / "server.json").write_text("{")

    refused, reset = cli("stop", "trial"), cli("reset", "trial")

    assert "is not running" in refused.stderr
    assert reset.returncode == 0, reset.stderr
    assert state.record() is None


def test_a_killed_server_counts_as_stopped_and_is_started_again(cli: Cli, tmp_path: Path) -> None:
    start(cli)
    state = StateDirectory(tmp_path, "trial")
    record = state.expect_running()
    assert record.pid
    os.kill(record.pid, signal.SIGKILL)
    assert wait_until(lambda: state.running() is None, LIMIT_SECONDS)

    status, restarted = cli("status"), start(cli)

    assert status.stdout.rstrip().endswith("stopped")
    assert restarted.returncode == 0, restarted.stderr
    assert f"process {state.expect_running().pid}" in cli("status").stdout


def test_env_leads_a_shell_there_and_nowhere_else(running: Cli) -> None:
    stray = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_S3": "https://s3.example", "AWS_SESSION_TOKEN": "token"}
    lines = running("env", "trial", **stray)
    show = 'exec "$0" -c "import json, os; print(json.dumps(dict(os.environ)))"'
    shown = subprocess.run(
        ["sh", "-c", f"{lines.stdout}\n{show}", sys.executable],
        env={**os.environ, **stray},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )
    variables = json.loads(shown.stdout)

    assert "account 444444444444" in lines.stderr
    assert variables["AWS_ENDPOINT_URL"].startswith("https://127.0.0.1:")
    assert variables["CSVBATCH_AWS"] == "local"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert not stray.keys() & variables.keys()


def test_exec_prints_its_target_and_passes_the_exit_status_on(running: Cli) -> None:
    program = "import os, sys; sys.exit(7 if os.environ['CSVBATCH_AWS'] == 'local' else 0)"

    ran = running("exec", "trial", "--", sys.executable, "-c", program)

    assert ran.returncode == 7
    assert "account 444444444444, region eu-west-1, https://127.0.0.1:" in ran.stderr


def test_exec_of_what_cannot_be_run_is_said_plainly(running: Cli) -> None:
    refused = running("exec", "trial", "--", "no-such-program")

    assert refused.returncode == 1
    assert "cannot run no-such-program" in refused.stderr


def test_snapshot_of_a_running_server_starts_another(running: Cli, cli: Cli, tmp_path: Path) -> None:
    create_bucket(running, "saved")
    file = str(tmp_path / "snapshot")
    saved, refused = running("snapshot", "trial", file), start(running, "--from-snapshot", file)
    started = start(cli, "--from-snapshot", file)

    assert saved.returncode == 0, saved.stderr
    assert refused.returncode == 1
    assert "is already running" in refused.stderr
    assert started.returncode == 0, started.stderr
    assert buckets(cli) == ["saved"]


def test_snapshot_that_cannot_be_written_is_said_plainly(running: Cli, tmp_path: Path) -> None:
    refused = running("snapshot", "trial", str(tmp_path / "missing" / "file"))

    assert refused.returncode == 1
    assert "cannot write" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("stop", "trial"), "the local AWS of trial is not running"),
        (("env", "trial"), "start it with: local-aws start trial"),
        (("start", "nowhere"), "There is no environment 'nowhere'"),
        (("exec", "trial", "--", "true"), "the local AWS of trial is not running"),
        (("snapshot", "trial", "file"), "the local AWS of trial is not running"),
        (("start", "trial", "--account-id", "12", "--region", "eu-west-1"), "account id '12' is not 12 digits"),
        (
            ("start", "trial", "--account-id", ACCOUNT_ID, "--region", "london"),
            "region 'london' is not an AWS region name",
        ),
        (
            ("start", "../trial", "--account-id", ACCOUNT_ID, "--region", "eu-west-1"),
            "'../trial' is not a valid environment name",
        ),
    ],
)
def test_what_cannot_be_done_is_said_plainly(cli: Cli, arguments: tuple[str, ...], what: str) -> None:
    refused = cli(*arguments)

    assert refused.returncode == 1
    assert what in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("command", ["start", "stop", "status", "env", "exec", "snapshot", "reset"])
def test_every_command_has_help(cli: Cli, command: str) -> None:
    answer = cli(command, "--help")

    assert answer.returncode == 0
    assert answer.stdout.startswith(f"usage: local-aws {command}")

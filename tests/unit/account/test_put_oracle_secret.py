import contextlib
import getpass
import io
import json
import logging
import os
import pty
import select
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Self

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.server import ThreadedMotoServer

from scripts.account import put_oracle_secret
from scripts.account.oracle_credentials import MAXIMUM_BYTES, InputError, check_credentials, read_credentials
from scripts.account.put_oracle_secret import find_target, main
from tests.support.authority import authority

MARKER = "m4rker-Zebra"
"""In every value a test gives: wherever it shows up outside the secret, something leaked."""

GOOD = {"username": f"app-{MARKER}", "password": f'{MARKER} "quoted" \\ é€'}
NAME = "csvbatch-test-oracle-credentials"
ACCOUNT = "123456789012"

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "CSVBATCH_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@cache
def client() -> Any:
    """Make the client once: it takes longer than all that a test asks of it."""
    return boto3.client("secretsmanager")


@pytest.fixture
def aws(signed_in: None) -> Iterator[Any]:
    with mock_aws():
        secrets = client()
        secrets.create_secret(Name=NAME)
        yield secrets


@pytest.fixture
def run(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(given: object = GOOD, *arguments: str) -> int:
        monkeypatch.setattr(sys, "stdin", as_input(given))
        return main(arguments or [NAME])

    return run


def as_input(given: object) -> io.TextIOWrapper:
    """Standard input that holds bytes, or an object as JSON."""
    return io.TextIOWrapper(io.BytesIO(given if isinstance(given, bytes) else json.dumps(given).encode()))


class AtTerminal(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


def stored(secrets: Any) -> Any:
    return json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])


def nothing_stored(secrets: Any) -> bool:
    return "VersionIdsToStages" not in secrets.describe_secret(SecretId=NAME)


def refused_by_aws(code: str) -> Callable[..., Any]:
    def refuse(**request: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": f"refused: {request}"}}, "PutSecretValue")

    return refuse


@pytest.fixture
def put_answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Let something else than the service answer PutSecretValue."""

    def answer(instead: Callable[..., Any]) -> None:
        found = put_oracle_secret.find_target

        def with_another_answer(secret_id: str) -> put_oracle_secret.Target:
            target = found(secret_id)
            monkeypatch.setattr(target.secrets, "put_secret_value", instead)
            return target

        monkeypatch.setattr(put_oracle_secret, "find_target", with_another_answer)

    return answer


def test_credentials_on_standard_input_become_the_value(run: Run, aws: Any) -> None:
    assert run() == 0
    assert stored(aws) == GOOD


def test_secret_may_say_where_the_database_is(run: Run, aws: Any) -> None:
    where = {"host": "oracle.example.internal", "port": 2484, "service_name": "CSV.EXAMPLE"}
    assert run(GOOD | where) == 0
    assert stored(aws) == GOOD | where


def test_secret_may_be_given_by_its_arn(run: Run, aws: Any) -> None:
    assert run(GOOD, aws.describe_secret(SecretId=NAME)["ARN"]) == 0
    assert stored(aws) == GOOD


def test_region_of_an_arn_beats_that_of_the_environment(run: Run, aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = aws.describe_secret(SecretId=NAME)["ARN"]
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert run(GOOD, arn) == 0
    assert stored(aws) == GOOD


def test_new_credentials_replace_the_old_ones_which_can_be_had_back(run: Run, aws: Any) -> None:
    run()
    assert run(GOOD | {"password": "new"}) == 0
    assert stored(aws)["password"] == "new"
    previous = aws.get_secret_value(SecretId=NAME, VersionStage="AWSPREVIOUS")["SecretString"]
    assert json.loads(previous) == GOOD


def test_account_and_endpoint_are_said_before_anything_is_written(
    run: Run,
    put_answers: Callable[[Callable[..., Any]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    said: list[str] = []

    def look(**_: Any) -> dict[str, str]:
        said.append(capsys.readouterr().err)
        return {"ARN": "arn", "VersionId": "version"}

    put_answers(look)
    assert run() == 0
    assert ACCOUNT in said[0]
    assert "https://secretsmanager.eu-west-2.amazonaws.com" in said[0]
    assert NAME in said[0]


def test_account_is_said_before_a_terminal_is_asked(
    aws: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    def interrupt(_: str) -> str:
        said.append(capsys.readouterr().err)
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", AtTerminal())
    monkeypatch.setattr(getpass, "getpass", interrupt)
    assert main([NAME]) == 130
    assert ACCOUNT in said[0]
    assert nothing_stored(aws)


def test_calls_give_up_in_seconds(aws: Any) -> None:
    config = find_target(NAME).secrets.meta.config
    assert config.connect_timeout <= 10
    assert config.read_timeout <= 20
    assert config.retries["total_max_attempts"] <= 3


SHAPES: dict[str, tuple[object, str]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \n", "empty"),
    "text": (MARKER.encode(), "line 1, column 1"),
    "a broken object": (f'{{"username": "{MARKER}",\n "password": {MARKER}}}'.encode(), "line 2, column 14"),
    "bytes that are no text": (b'{"username": "\xff\xfe' + MARKER.encode(), "UTF-8"),
    "nesting without end": (b"[" * 50_000, "JSON"),
    "a list": ([MARKER], "not an object"),
    "a text": (MARKER, "not an object"),
    "no password": ({"username": MARKER}, "no password"),
    "no username": ({"password": MARKER}, "no username"),
    "neither": ({}, "no username and no password"),
    "an unknown key": (GOOD | {MARKER: MARKER}, "1 of the keys"),
    "a key twice": (f'{{"username": "a", "password": "{MARKER}", "password": "b"}}'.encode(), "twice"),
    "more than a secret holds": (GOOD | {"password": MARKER * MAXIMUM_BYTES}, "65536"),
    "an empty password": (GOOD | {"password": ""}, "password is empty"),
    "a password that is a number": (GOOD | {"password": 7}, "password is empty or not a text"),
    "a username that is null": (GOOD | {"username": None}, "username is empty or not a text"),
    "a line break after the password": (GOOD | {"password": f"{MARKER}\n"}, "password has a line break"),
    "half a character": (GOOD | {"password": f"{MARKER}\ud800"}, "password has a line break, or another"),
    "a blank after the username": (GOOD | {"username": f"{MARKER} "}, "username starts or ends"),
    "an address with credentials as host": (GOOD | {"host": f"user:{MARKER}@db"}, "host is not a host name"),
    "a path as service": (GOOD | {"service_name": f"a/{MARKER}"}, "service_name is not"),
    "port 0": (GOOD | {"port": 0}, "port is not"),
    "port 65536": (GOOD | {"port": 65_536}, "port is not"),
    "a port that is a text": (GOOD | {"port": "1521"}, "port is not"),
    "a port that is true": (GOOD | {"port": True}, "port is not"),
    "certificates that are none": (GOOD | {"ca_pem": MARKER}, "ca_pem is not one or more certificates"),
    "a private key as certificate": (
        GOOD | {"ca_pem": f"-----BEGIN PRIVATE KEY-----{MARKER}"},
        "a private key",
    ),
}


@pytest.mark.parametrize(("given", "reason"), SHAPES.values(), ids=SHAPES.keys())
def test_other_input_is_refused_with_a_reason_and_without_a_value(given: object, reason: str) -> None:
    with pytest.raises(InputError) as refused:
        read_credentials(as_input(given))
    assert reason in str(refused.value)
    assert MARKER not in "".join(traceback.format_exception(refused.value))


def test_the_authority_of_the_database_may_be_in_the_secret(tmp_path: Path) -> None:
    given = {"username": "loader", "password": "made-up", "ca_pem": authority(tmp_path).pem * 2}
    assert read_credentials(as_input(given)) == given


def test_nothing_is_written_where_the_input_cannot_be_used(
    run: Run, aws: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run({"username": MARKER}) == 2
    assert "no password" in capsys.readouterr().err
    assert nothing_stored(aws)


def test_no_value_is_printed_or_logged(
    run: Run, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # botocore logs whole requests at DEBUG, which is for whoever turns that on.
    caplog.set_level(logging.INFO)
    assert run() == 0
    output = capsys.readouterr()
    assert MARKER not in output.out + output.err + caplog.text


@pytest.mark.parametrize(
    "arguments",
    [[NAME, MARKER], [NAME, f"--password={MARKER}"], ["--password", MARKER, NAME], [f"{MARKER} with blanks"]],
)
def test_credentials_on_the_command_line_are_refused_and_not_repeated(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert MARKER not in capsys.readouterr().err


def test_missing_argument_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2


def test_refuses_a_secret_of_another_account(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(GOOD, "arn:aws:secretsmanager:eu-west-2:222222222222:secret:oracle-AbCdEf") == 2
    said = capsys.readouterr().err
    assert "222222222222" in said
    assert ACCOUNT in said


def test_refuses_the_real_aws_where_the_local_one_was_asked_for(
    run: Run, aws: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CSVBATCH_AWS", "local")
    assert run() == 1
    assert "amazonaws.com would answer" in capsys.readouterr().err
    assert nothing_stored(aws)


def test_refuses_a_local_sts_beside_a_real_secrets_manager(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CSVBATCH_AWS", "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:1")
    assert run() == 1
    assert "https://secretsmanager.eu-west-2.amazonaws.com would answer" in capsys.readouterr().err


def test_says_so_where_no_region_is_set(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert run() == 2
    assert "AWS_DEFAULT_REGION" in capsys.readouterr().err


def test_says_what_to_do_where_there_is_no_such_secret(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(GOOD, "no-such-secret") == 1
    assert "(ResourceNotFoundException): there is no such secret" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AccessDeniedException", "secretsmanager:PutSecretValue"),
        ("EncryptionFailure", "the secret's key"),
        ("InvalidRequestException", "scheduled for deletion"),
        ("ExpiredTokenException", "sign in again"),
        ("SomethingNew", "API reference"),
    ],
)
def test_refusal_by_aws_is_reduced_to_its_code_and_what_to_do(
    code: str,
    advice: str,
    run: Run,
    put_answers: Callable[[Callable[..., Any]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    put_answers(refused_by_aws(code))
    assert run() == 1
    said = capsys.readouterr().err
    assert f"({code})" in said
    assert advice in said
    assert MARKER not in said


def test_defect_is_reported_without_its_text(
    run: Run, put_answers: Callable[[Callable[..., Any]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(**request: Any) -> Any:
        raise TypeError(f"cannot send {request}")

    put_answers(break_down)
    assert run() == 1
    said = capsys.readouterr().err
    assert "TypeError" in said
    assert MARKER not in said


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1:1", "not a url"])
def test_says_so_where_aws_cannot_be_reached(
    endpoint: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert run() == 1
    assert "AWS cannot be reached" in capsys.readouterr().err


def test_says_so_where_nobody_is_signed_in(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert run() == 1
    assert "(ProfileNotFound)" in capsys.readouterr().err


class Terminal:
    """What a person types at a terminal, and what the command answers."""

    def __enter__(self) -> Self:
        self._keyboard, command_side = pty.openpty()
        command = "import sys; from scripts.account import put_oracle_secret; sys.exit(put_oracle_secret.main())"
        self._process = subprocess.Popen(
            [sys.executable, "-c", command, NAME],
            stdin=command_side,
            stdout=command_side,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        os.close(command_side)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        os.close(self._keyboard)

    def answer(self, prompt: str, typed: str) -> None:
        assert self._process.stderr
        said = b""
        while not said.endswith(prompt.encode()):
            readable, _, _ = select.select([self._process.stderr], [], [], 30)
            assert readable, f"waited in vain for {prompt!r} after {said!r}"
            more = os.read(self._process.stderr.fileno(), 4096)
            assert more, f"ended before {prompt!r} with {said!r}"
            said += more
        os.write(self._keyboard, f"{typed}\n".encode())

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and everything that is to be read at the terminal."""
        _, said = self._process.communicate(timeout=30)
        shown = b""
        # Linux reports the end of a terminal that nobody has open any more as an error.
        with contextlib.suppress(OSError):
            while more := os.read(self._keyboard, 4096):
                shown += more
        return self._process.returncode, (shown + said).decode()


@pytest.fixture
def terminal(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A process with the command, at a terminal of its own, and an AWS that answers it."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # The server runs in this process, so what is stored there is what `aws` sees.
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    with Terminal() as at_terminal:
        yield at_terminal
    server.stop()


def test_credentials_typed_at_a_terminal_become_the_value_and_are_never_shown(terminal: Terminal, aws: Any) -> None:
    for key, value in GOOD.items():
        terminal.answer(f"{key}: ", value)
        terminal.answer(f"{key}, once more: ", value)
    status, shown = terminal.end()
    assert status == 0
    assert stored(aws) == GOOD
    assert "Stored arn:" in shown
    assert MARKER not in shown


def test_password_typed_in_two_ways_is_refused(terminal: Terminal, aws: Any) -> None:
    for prompt, typed in [("username", "app"), ("username, once more", "app"), ("password", MARKER)]:
        terminal.answer(f"{prompt}: ", typed)
    terminal.answer("password, once more: ", f"{MARKER}x")
    status, shown = terminal.end()
    assert status == 2
    assert "password was typed in two different ways" in shown
    assert MARKER not in shown
    assert nothing_stored(aws)


def test_terminal_that_would_show_what_is_typed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def shows_what_is_typed(prompt: str) -> str:
        warnings.warn("cannot turn echo off", getpass.GetPassWarning, stacklevel=1)
        return prompt

    monkeypatch.setattr(getpass, "getpass", shows_what_is_typed)
    with pytest.raises(InputError, match="would show what is typed"):
        read_credentials(AtTerminal())


def test_order_of_keys_does_not_depend_on_the_input() -> None:
    assert list(check_credentials({"port": 1521, "password": "b", "username": "a"})) == [
        "username",
        "password",
        "port",
    ]


def test_addresses_are_hosts() -> None:
    assert check_credentials(GOOD | {"host": "fd00::1"})["host"] == "fd00::1"
    with pytest.raises(InputError):
        check_credentials(GOOD | {"host": "db/service"})

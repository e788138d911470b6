"""MiniStack on a free port of this machine, over TLS and with IAM, in a folder of its own.

It is served by hypercorn as its `--detach` does, but on a socket that is bound here: so it can take neither an address
of the network nor port 443, as it would by itself (https://github.com/ministackorg/ministack: `BIND_HOST`, `USE_SSL`).
"""

import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import trustme

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.paths import SECOND_AWS_VENV
from scripts.local.aws import environment as local_variables
from scripts.local.aws.environment import Endpoint
from tests.second_aws.listeners import processes, require_loopback
from tests.second_aws.recorder import EVENTS_VARIABLE

PYTHON = SECOND_AWS_VENV / "bin" / "python"
_HOST = "127.0.0.1"
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.1
_TAIL_LINES = 15
_READY = "/_ministack/ready"
EVENTS = "events.jsonl"
_CERTIFICATE, _KEY = "certificate.pem", "key.pem"


@dataclass(frozen=True, slots=True)
class Ministack:
    """A running MiniStack: where it is, its process, which leads a session, and its log."""

    endpoint: Endpoint
    pid: int
    log_file: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables of this process, with those that point at it; named as those of `LocalAws`."""
        return local_variables.applied(self.endpoint, os.environ)

    @property
    def tls_files(self) -> tuple[Path, Path]:
        """Its certificate for this machine, and the key."""
        return self.log_file.with_name(_CERTIFICATE), self.log_file.with_name(_KEY)

    @property
    def events_file(self) -> Path:
        """Where the recorder notes the events that its functions get."""
        return self.log_file.with_name(EVENTS)

    @property
    def log(self) -> str:
        """Its log so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def require_loopback(self) -> set[tuple[str, int]]:
        """Address and port of all that it and its functions listen on; raises NotLoopbackError."""
        return require_loopback(self.pid)


@contextmanager
def running(environment: Environment, folder: Path) -> Iterator[Ministack]:
    """Start it for an environment's account, and stop it with its functions afterwards; `folder` gets all it writes.

    Raises UserError where it is not installed or does not start, and NotLoopbackError where it listens elsewhere.
    """
    if not PYTHON.exists():
        raise UserError(f"{SECOND_AWS_VENV} is missing, so there is no second AWS. Type: make second-aws")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate, key, authority = _certificate(folder)
    with socket.create_server((_HOST, 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        endpoint = Endpoint(environment.account_id, environment.region, f"https://{_HOST}:{port}", authority)
        command = [str(PYTHON), "-m", "hypercorn", "ministack.app:app", "--workers", "0", "--keep-alive", "75"]
        command += ["--bind", f"fd://{listener.fileno()}", "--certfile", str(certificate), "--keyfile", str(key)]
        variables = {**_variables(endpoint, port, folder), **_tls(certificate, key)}
        log_file = folder / "ministack.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
    started = Ministack(endpoint, process.pid, log_file)
    try:
        _await_ready(started, process)
        started.require_loopback()
        yield started
        started.require_loopback()
    finally:
        _stop(process)


def opener(endpoint: Endpoint) -> urllib.request.OpenerDirector:
    """Opens addresses of the endpoint that belong to no service of AWS, and goes through no proxy."""
    trusted = ssl.create_default_context(cafile=str(endpoint.ca_bundle))
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted))


def _variables(endpoint: Endpoint, port: int, folder: Path) -> dict[str, str]:
    """All variables of the server; its functions inherit them, as they inherit those of Lambda on AWS."""
    kept = local_variables.settings(endpoint, os.environ)
    del kept["AWS_ENDPOINT_URL"], kept["CSVBATCH_AWS"]
    return {
        **kept,
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "BIND_HOST": _HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": _HOST,
        "MINISTACK_ACCOUNT_ID": endpoint.account_id,
        "MINISTACK_REGION": endpoint.region,
        "AUTH": "true",
        # Listeners of services that nothing here uses.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        EVENTS_VARIABLE: str(folder / EVENTS),
        # Lambda sets it: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    }


def _tls(certificate: Path, key: Path) -> dict[str, str]:
    return {"USE_SSL": "1", "MINISTACK_SSL_CERT": str(certificate), "MINISTACK_SSL_KEY": str(key)}


def _certificate(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate for this machine, its key, and the authority to trust; all end with the folder."""
    authority = trustme.CA(path_length=0, organization_name="csvbatch", organization_unit_name="second AWS")
    made = authority.issue_cert(_HOST, "localhost", common_name="localhost")
    paths = folder / _CERTIFICATE, folder / _KEY, folder / "authority.pem"
    for blob in made.cert_chain_pems:
        blob.write_to_path(paths[0], append=True)
    paths[1].touch(mode=0o600)
    made.private_key_pem.write_to_path(paths[1])
    authority.cert_pem.write_to_path(paths[2])
    return paths


def _await_ready(server: Ministack, process: subprocess.Popen[bytes]) -> None:
    asks = opener(server.endpoint)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise UserError(f"MiniStack ended with exit status {process.returncode}:\n{_tail(server.log)}")
        with suppress(OSError), asks.open(server.endpoint.url + _READY, timeout=_START_SECONDS) as answer:
            if answer.status == HTTPStatus.OK:
                return
        time.sleep(_POLL_SECONDS)
    raise UserError(f"MiniStack did not answer within {_START_SECONDS:g} s:\n{_tail(server.log)}")


def _tail(log: str) -> str:
    return "\n".join(log.splitlines()[-_TAIL_LINES:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it, and kill what is left of its session: functions run as its children."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_STOP_SECONDS)
    for left in processes(process.pid):
        with suppress(ProcessLookupError):
            os.kill(left, signal.SIGKILL)
    process.wait(timeout=_STOP_SECONDS)

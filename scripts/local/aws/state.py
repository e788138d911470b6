"""The folder one local AWS keeps on disk: who runs, on which port, its certificate, log and snapshot."""

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from scripts.common import environments
from scripts.local.aws.environment import Endpoint
from scripts.local.aws.errors import LocalAwsError

FUNCTION_ROUTES_VARIABLE = "LOCAL_AWS_FUNCTION_ROUTES"
"""Tells a server which file names the URLs of functions, see `scripts.local.aws.functions`."""

STATE_DIRECTORY_VARIABLE = "CSVBATCH_LOCAL_AWS_DIR"
"""Names the folder that holds one folder per environment."""

_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ACCOUNT_ID = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a local AWS the one it is: an environment of one account in one region."""

    environment: str
    account_id: str
    region: str

    def __post_init__(self) -> None:
        """Refuse an account id or a region that AWS would not know."""
        if not _ACCOUNT_ID.fullmatch(self.account_id):
            raise LocalAwsError(f"account id {self.account_id!r} is not 12 digits")
        if not _REGION.fullmatch(self.region):
            raise LocalAwsError(f"region {self.region!r} is not the name of an AWS region, such as us-east-1")


@dataclass(frozen=True, slots=True)
class Record:
    """The server that ran last; whether it still runs is for the lock to say. While one starts, `pid` is None."""

    identity: Identity
    port: int
    pid: int | None
    enforces_iam: bool = False

    def __str__(self) -> str:
        """Name account and endpoint, as every command must."""
        of = self.identity
        enforced = ", IAM enforced" if self.enforces_iam else ""
        return f"local AWS of {of.environment}: account {of.account_id}, region {of.region}, {self.url}{enforced}"

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"https://127.0.0.1:{self.port}"


class StateDirectory:
    """One environment's folder.

    A server holds a lock on `server.lock` for as long as it lives, so neither a process id that was given to
    another program nor a machine that lost power can make a dead server look alive.
    """

    def __init__(self, parent: Path, environment: str) -> None:
        if not _ENVIRONMENT.fullmatch(environment):
            raise LocalAwsError(
                f"{environment!r} is no name for an environment: use a letter, then letters, digits or dashes"
            )
        self.environment = environment
        self.path = parent.resolve() / environment
        self.ca_file = self.path / "ca.pem"
        self.log_file = self.path / "server.log"
        self.previous_log_file = self.path / "server.previous.log"
        self.snapshot_file = self.path / "snapshot"
        self.routes_file = self.path / "functions.json"
        self._record_file = self.path / "server.json"
        self._server_lock = self.path / "server.lock"
        self._start_lock = self.path / "start.lock"

    def create(self) -> None:
        """Make the folder; nobody else may read it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def record(self) -> Record | None:
        """The server that runs, or ran last; None where there was none."""
        try:
            content = json.loads(self._record_file.read_text())
            return Record(
                Identity(**content["identity"]), content["port"], content["pid"], content.get("enforces_iam", False)
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise LocalAwsError(f"{self._record_file} is damaged; drop it with: {self._reset}") from error

    def write_record(self, record: Record) -> None:
        """Replace the record in one step."""
        write_atomically(self._record_file, json.dumps(asdict(record), indent=2).encode())

    def running(self) -> Record | None:
        """The server that runs now."""
        try:
            with self._server_lock.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            record = self.record()
            return record if record and record.pid else None
        return None

    def expect_running(self) -> Record:
        """The server that runs now, or an error that says how to start it."""
        record = self.running()
        if record is None:
            raise LocalAwsError(
                f"the local AWS of {self.environment} does not run (looked in {self.path}); start it with: "
                f"local-aws start {self.environment}"
            )
        return record

    def endpoint(self, record: Record) -> Endpoint:
        """What a client needs to reach the server of `record`."""
        return Endpoint(record.identity.account_id, record.identity.region, record.url, self.ca_file)

    def snapshot_written(self) -> int:
        """When the snapshot was last written, in nanoseconds; 0 where there is none."""
        try:
            return self.snapshot_file.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Keep a second start waiting until the first is through."""
        self.create()
        with self._start_lock.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def lock_for_server(self, limit_seconds: float) -> IO[bytes]:
        """Take the lock that says a server lives; it is let go when the last process closes the file."""
        lock = self._server_lock.open("ab")

        def taken() -> bool:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            return False

        if not wait_until(taken, limit_seconds):
            lock.close()
            raise LocalAwsError(f"another process holds {self._server_lock}; stop it, then start again")
        return lock

    def forget(self) -> None:
        """Drop what was saved; the lock files stay, for others may wait on them."""
        logs = (self.log_file, self.previous_log_file)
        for file in (self.snapshot_file, self.routes_file, self._record_file, self.ca_file, *logs):
            file.unlink(missing_ok=True)

    @property
    def _reset(self) -> str:
        return f"local-aws reset {self.environment}"


def default_parent(variables: Mapping[str, str] = os.environ) -> Path:
    """The folder that `CSVBATCH_LOCAL_AWS_DIR` names, else `.local/aws` in the checkout that this code belongs to.

    The current folder has no say: a command typed in another repository means the same local AWS.
    """
    named = variables.get(STATE_DIRECTORY_VARIABLE)
    if not named:
        return environments.REPOSITORY / ".local" / "aws"
    if not Path(named).is_absolute():
        raise LocalAwsError(
            f"{STATE_DIRECTORY_VARIABLE} is {named!r}, which depends on the current folder: give an absolute path"
        )
    return Path(named)


def write_atomically(file: Path, content: bytes) -> None:
    """Replace `file` in one step: a reader sees the old content or the new, a crash leaves one of them."""
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as temporary:
        try:
            temporary.write(content)
            temporary.flush()
            os.fsync(temporary.fileno())
            Path(temporary.name).replace(file)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise


def wait_until(holds: Callable[[], bool], limit_seconds: float) -> bool:
    """Whether `holds` came true within the limit."""
    deadline = time.monotonic() + limit_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True

"""The state directory of a local AWS: its process, port, certificate, log and snapshot."""

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

from scripts.common.errors import UserError
from scripts.common.paths import LOCAL
from scripts.local.aws.behaviour import DEFAULT, Behaviour
from scripts.local.aws.environment import Endpoint

FUNCTION_ROUTES_VARIABLE = "LOCAL_AWS_FUNCTION_ROUTES"
"""The file with the URLs of functions, see `scripts.local.aws.functions`."""

STATE_DIRECTORY_VARIABLE = "CSVBATCH_LOCAL_AWS_DIR"
"""The directory that has one state directory per environment."""

_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ACCOUNT_ID = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Identity:
    """Which AWS it stands for: an environment in one account and region."""

    environment: str
    account_id: str
    region: str

    def __post_init__(self) -> None:
        """Raise UserError if the account ID or the region has the wrong form."""
        if not _ACCOUNT_ID.fullmatch(self.account_id):
            raise UserError(f"account id {self.account_id!r} is not 12 digits")
        if not _REGION.fullmatch(self.region):
            raise UserError(f"region {self.region!r} is not an AWS region name such as us-east-1")


@dataclass(frozen=True, slots=True)
class Record:
    """The last server; the lock tells whether it is still running. `pid` is None while a server starts."""

    identity: Identity
    port: int
    pid: int | None
    enforces_iam: bool = False
    behaviour: Behaviour = DEFAULT

    def __str__(self) -> str:
        """Account and endpoint, which every command prints."""
        of = self.identity
        options = [*(["IAM enforced"] if self.enforces_iam else []), *self.behaviour.arguments()]
        return ", ".join(
            [f"local AWS of {of.environment}: account {of.account_id}", f"region {of.region}", self.url, *options]
        )

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"https://127.0.0.1:{self.port}"


class StateDirectory:
    """One environment's state directory.

    A running server holds a lock on `server.lock`. So a stale process ID, after a crash or a power failure, cannot
    make a dead server look alive.
    """

    def __init__(self, parent: Path, environment: str) -> None:
        if not _ENVIRONMENT.fullmatch(environment):
            raise UserError(
                f"{environment!r} is not a valid environment name: use a letter, then letters, digits or dashes"
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
        """Create the directory, readable by this user only."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def record(self) -> Record | None:
        """The last server, running or not; None if there was none."""
        try:
            content = json.loads(self._record_file.read_text())
            return Record(
                Identity(**content["identity"]),
                content["port"],
                content["pid"],
                content.get("enforces_iam", False),
                Behaviour(**content.get("behaviour", {})),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{self._record_file} is damaged; delete it with: {self._reset}") from error

    def write_record(self, record: Record) -> None:
        """Replace the record atomically."""
        write_atomically(self._record_file, json.dumps(asdict(record), indent=2).encode())

    def running(self) -> Record | None:
        """The running server, or None."""
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
        """The running server; raises UserError with the command to start it."""
        record = self.running()
        if record is None:
            raise UserError(
                f"the local AWS of {self.environment} is not running (state directory {self.path}); start it with: "
                f"local-aws start {self.environment}"
            )
        return record

    def endpoint(self, record: Record) -> Endpoint:
        """What a client needs to connect to the server of `record`."""
        return Endpoint(record.identity.account_id, record.identity.region, record.url, self.ca_file)

    def snapshot_written(self) -> int:
        """When the snapshot was last written, in nanoseconds; 0 if there is none."""
        try:
            return self.snapshot_file.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Make a second start wait until the first has finished."""
        self.create()
        with self._start_lock.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def lock_for_server(self, limit_seconds: float) -> IO[bytes]:
        """Take the lock of a running server; it is released when the last process closes the file."""
        lock = self._server_lock.open("ab")

        def taken() -> bool:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            return False

        if not wait_until(taken, limit_seconds):
            lock.close()
            raise UserError(f"another process holds {self._server_lock}; stop it, then start again")
        return lock

    def delete_data(self) -> None:
        """Delete the saved data; the lock files stay, because other processes may wait for them."""
        logs = (self.log_file, self.previous_log_file)
        for file in (self.snapshot_file, self.routes_file, self._record_file, self.ca_file, *logs):
            file.unlink(missing_ok=True)

    @property
    def _reset(self) -> str:
        return f"local-aws reset {self.environment}"


def default_parent(variables: Mapping[str, str] = os.environ) -> Path:
    """The directory in `CSVBATCH_LOCAL_AWS_DIR`, else `.local/aws` in the checkout of this code.

    It does not depend on the current directory, so a command in another repository finds the same local AWS.
    """
    named = variables.get(STATE_DIRECTORY_VARIABLE)
    if not named:
        return LOCAL / "aws"
    if not Path(named).is_absolute():
        raise UserError(
            f"{STATE_DIRECTORY_VARIABLE} is {named!r}, which is not an absolute path: give an absolute path"
        )
    return Path(named)


def write_atomically(file: Path, content: bytes) -> None:
    """Replace a file so that readers, and a crash, leave either the old or the new content."""
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
    """Wait until `holds` is true; False if the limit passes first."""
    deadline = time.monotonic() + limit_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True

"""Starts a PostgreSQL server of the tests' own, reachable through a Unix socket in a private folder only."""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

PR_SET_PDEATHSIG = 1
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# A test database need not survive a power cut; a benchmark has to pay what production pays.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresqlUnavailableError(RuntimeError):
    """No PostgreSQL server could be started; the message says what to install or to look at."""


class Account(TypedDict, total=False):
    """The arguments that make a subprocess run as somebody else; none of them where that is not needed."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(slots=True)
class Server:
    """A server: where its socket is, and who may connect."""

    folder: Path
    user: str
    password: str
    _programs: Path
    _account: Account
    _durable: bool
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running server's process."""
        assert self._process is not None, "it was stopped"
        return self._process.pid

    def start(self) -> None:
        """Start it, and return once it takes connections."""
        process = self._process = start(self._programs, self.folder, self._account, durable=self._durable)
        wait_until_ready(self._programs, process, self.folder)

    def stop(self) -> None:
        """End it at once, whoever is still connected, as a crash does; does nothing if it was stopped."""
        process, self._process = self._process, None
        if process is not None:
            stop(process)

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of the server's databases, credentials included."""
        return f"postgresql://{self.user}:{self.password}@/{database}?host={quote(str(self.folder), safe='')}"


@contextmanager
def postgresql(*, durable: bool = False, settings: Sequence[str] = ()) -> Iterator[Server]:
    """Run a fresh server for the length of the block, then stop it and remove what it wrote.

    `settings` are further lines of its configuration.
    """
    programs = find_programs()
    # Unix sockets have paths of about 100 characters at most, so the folder lies directly in the usual place.
    root = Path(tempfile.mkdtemp(prefix="csvbatch-pg-"))
    account = server_account()
    password = secrets.token_hex(16)
    try:
        own(root, account)
        create_cluster(programs, root, account, password)
        with (root / "data" / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{line}\n" for line in settings)
        server = Server(root, "csvbatch", password, programs, account, durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def find_programs() -> Path:
    """Return the folder of the newest PostgreSQL server programs: Debian's folders first, then PATH."""
    folders = [found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise PostgresqlUnavailableError(
            "PostgreSQL's server programs (initdb, postgres) were found neither under /usr/lib/postgresql nor "
            "on PATH. Install them: `apt-get install postgresql` on Debian and Ubuntu, "
            "`brew install postgresql` on macOS."
        )
    return Path(on_path).resolve().parent


def server_account() -> Account:
    """Give the account to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresqlUnavailableError("Running as root, and there is no account `postgres` or `nobody` to change to.")


def own(path: Path, account: Account) -> None:
    """Give a file or folder to the account."""
    if account:
        os.chown(path, account["user"], account["group"])


def create_cluster(programs: Path, root: Path, account: Account, password: str) -> None:
    """Lay down the server's files, with a password asked of everybody."""
    secret = root / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    own(secret, account)
    command: list[str | Path] = [
        programs / "initdb",
        "--pgdata",
        root / "data",
        "--username=csvbatch",
        f"--pwfile={secret}",
    ]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(command, cwd=root, **account, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise PostgresqlUnavailableError(f"initdb ended with status {done.returncode}:\n{done.stderr}")
    secret.unlink()


def start(programs: Path, root: Path, account: Account, *, durable: bool) -> subprocess.Popen[bytes]:
    """Start the server as our child, so that it can be stopped by its process id and nothing else."""
    settings = {"listen_addresses": "", "unix_socket_directories": str(root), "deadlock_timeout": "100ms"}
    settings |= {} if durable else FORGETFUL
    command = [str(programs / "postgres"), "-D", str(root / "data")]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (root / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=root, **account, stdout=log, stderr=log, preexec_fn=die_with_parent)


def die_with_parent() -> None:
    """Ask Linux to stop the server when a killed test run can no longer do it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def wait_until_ready(programs: Path, process: subprocess.Popen[bytes], root: Path) -> None:
    """Return once the server takes connections; raise with its log when it ends or the time is up."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        answer = subprocess.run(
            [programs / "pg_isready", "--quiet", "--timeout=5", "--host", root], timeout=10, check=False
        )
        if answer.returncode == 0:
            return
        time.sleep(0.02)
    log = (root / "log").read_text(errors="replace")
    raise PostgresqlUnavailableError(f"The PostgreSQL server in {root} did not come up. Its log:\n{log}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server at once, whoever is still connected."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

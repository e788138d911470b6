"""A local AWS for a test: `with LocalAws() as aws: subprocess.run(…, env=aws.environment)`."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from scripts.local.aws import client, launcher, snapshot
from scripts.local.aws.behaviour import DEFAULT, Behaviour
from scripts.local.aws.environment import Endpoint, applied
from scripts.local.aws.state import Identity, Record, StateDirectory, write_atomically

_STOP_LIMIT_SECONDS = 30


class LocalAws:
    """A server in its own process, on a free port, that ends with this process and leaves no files.

    Parameters
    ----------
    name
        The environment's name.
    account_id
        Twelve digits.
    region
        The region in `environment`; the server answers for all regions.
    from_snapshot
        A file of `save_snapshot` or `local-aws snapshot` to start from.
    enforce_iam
        Whether to check the permissions of role sessions.
    behaviour
        Quotas, late logs and how long network interfaces stay.

    Attributes
    ----------
    state
        Its state directory, where a runtime writes the URLs of functions.

    Examples
    --------
    >>> with LocalAws() as aws:
    ...     subprocess.run(["terraform", "apply"], env=aws.environment)

    """

    def __init__(
        self,
        name: str = "test",
        account_id: str = "123456789012",
        region: str = "eu-west-2",
        from_snapshot: Path | None = None,
        *,
        enforce_iam: bool = False,
        behaviour: Behaviour = DEFAULT,
    ) -> None:
        self._identity = Identity(name, account_id, region)
        self._from_snapshot = from_snapshot
        self._enforce_iam = enforce_iam
        self._behaviour = behaviour
        self._directory = TemporaryDirectory(prefix="local-aws-", ignore_cleanup_errors=True)
        self.state = StateDirectory(Path(self._directory.name), name)
        self._running: tuple[Record, subprocess.Popen[bytes]] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it answers."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers; raises UserError with the end of its log if it does not."""
        try:
            self._running = launcher.start_bound(
                self.state,
                self._identity,
                self._from_snapshot,
                enforce_iam=self._enforce_iam,
                behaviour=self._behaviour,
            )
        except BaseException:
            self._directory.cleanup()
            raise

    def stop(self) -> None:
        """Stop it and delete its data; does nothing if it is not running."""
        if self._running:
            _, process = self._running
            self._running = None
            try:
                process.communicate(timeout=_STOP_LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._directory.cleanup()

    @property
    def endpoint(self) -> Endpoint:
        """Its URL, account and region."""
        return self.state.endpoint(self._record)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of this process, with those that point at it: `subprocess.run(…, env=…)`."""
        return applied(self.endpoint, os.environ)

    @property
    def pid(self) -> int:
        """The server's process ID."""
        pid = self._record.pid
        assert pid is not None, "a running server has a process"
        return pid

    @property
    def log(self) -> str:
        """Its log so far: each call, and each failure with its traceback."""
        return self.state.log_file.read_text()

    def save_snapshot(self, file: Path) -> None:
        """Write its data to a file, for `from_snapshot`."""
        write_atomically(file, client.fetch_snapshot(self.state, self._record))

    def restore(self, file: Path | None) -> None:
        """Replace all it holds by what `save_snapshot` wrote, or by nothing; raises UserError where it cannot."""
        if file:
            launcher.check_snapshot(file, self._identity)
        content = file.read_bytes() if file else snapshot.empty(self._identity)
        client.restore_snapshot(self.state, self._record, content)

    @property
    def _record(self) -> Record:
        assert self._running, "start it first"
        return self._running[0]

"""The server process; `scripts.local.aws.launcher` starts it and passes it the lock and a pipe for its report."""

import argparse
import io
import json
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType

from scripts.common.errors import UserError
from scripts.local.aws import backends, behaviour, patches, snapshot
from scripts.local.aws.certificates import server_context
from scripts.local.aws.request_lock import REQUEST_LOCK
from scripts.local.aws.serving import Application, Server
from scripts.local.aws.state import Identity, Record, StateDirectory, write_atomically

_SHUTDOWN_POLL_SECONDS = 0.05

log = logging.getLogger(__name__)


class Stop:
    """The request to stop: by SIGINT, which drops the data, or by SIGTERM, which saves them.

    Both have a handler even if the process was started with SIGINT ignored, as shells start background jobs.
    """

    def __init__(self) -> None:
        self.requested = threading.Event()
        self._received: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    @property
    def saves(self) -> bool:
        """Whether the data are to be saved."""
        return self._received == [signal.SIGTERM]

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._received.append(number)
        self.requested.set()


def main() -> None:
    """Serve until a signal or the end of standard input; only SIGTERM saves the data."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    for descriptor in (arguments.lock_fd, arguments.ready_fd):
        os.set_inheritable(descriptor, False)
    identity = Identity(arguments.environment, arguments.account_id, arguments.region)
    state = StateDirectory(arguments.state_dir, identity.environment)
    # Before anybody is told that it runs: a signal that comes right then has to count.
    stop = Stop()
    with os.fdopen(arguments.ready_fd, "w") as ready:
        try:
            server = _prepare(state, identity, arguments)
        except UserError as error:
            json.dump({"error": str(error)}, ready)
            sys.exit(1)
        json.dump({"port": server.port}, ready)
    _serve(server, stop, bound_to_stdin=arguments.bound_to_stdin)
    if stop.saves:
        with REQUEST_LOCK:
            write_atomically(state.snapshot_file, _snapshot(identity))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True, help="directory of all environments")
    parser.add_argument("--environment", required=True)
    parser.add_argument("--account-id", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--port", type=int, default=0, help="preferred port")
    parser.add_argument("--snapshot", type=Path, help="file to start from")
    parser.add_argument("--lock-fd", type=int, required=True, help="lock of the running server, held by this process")
    parser.add_argument("--ready-fd", type=int, required=True, help="where to report the port, or an error")
    parser.add_argument("--enforce-iam", action="store_true", help="check the permissions of role sessions")
    parser.add_argument("--bound-to-stdin", action="store_true", help="stop at the end of standard input")
    behaviour.add_arguments(parser)
    return parser.parse_args()


def _prepare(state: StateDirectory, identity: Identity, arguments: argparse.Namespace) -> Server:
    behaviour.use(behaviour.of(arguments))
    patches.apply_all()
    if arguments.snapshot:
        _restore(arguments.snapshot.read_bytes())
    application = Application(lambda: _snapshot(identity), _restore, enforce_iam=arguments.enforce_iam)
    with _listening_socket(arguments.port) as listener:
        server = Server(listener.fileno(), application, server_context(state.ca_file))
    state.write_record(Record(identity, server.port, os.getpid(), arguments.enforce_iam, behaviour.current()))
    return server


def _snapshot(identity: Identity) -> bytes:
    return snapshot.with_header(identity, backends.save())


def _restore(content: bytes) -> None:
    file = io.BytesIO(content)
    snapshot.read_header(file)
    backends.restore(file)


def _listening_socket(preferred_port: int) -> socket.socket:
    """Listen on the port of last time if it is free: queue URLs in Terraform's state contain it."""
    try:
        return socket.create_server(("127.0.0.1", preferred_port), backlog=128)
    except OSError:
        return socket.create_server(("127.0.0.1", 0), backlog=128)


def _serve(server: Server, stop: Stop, *, bound_to_stdin: bool) -> None:
    """Serve until a signal or the end of standard input."""

    def on_end_of_stdin() -> None:
        sys.stdin.read()
        stop.requested.set()

    if bound_to_stdin:
        threading.Thread(target=on_end_of_stdin, daemon=True).start()
    threading.Thread(target=server.serve_forever, args=(_SHUTDOWN_POLL_SECONDS,), daemon=True).start()
    log.info("listening on port %d", server.port)
    stop.requested.wait()
    server.shutdown()


if __name__ == "__main__":
    main()

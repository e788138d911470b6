"""Stands between the functions and a database server, and cuts connections.

It knows nothing of the protocol: the first bytes that a client sends after an answer are a call, and the first bytes
that the server sends after a call are its answer.
"""

import select
import socket
import threading
from contextlib import closing, suppress
from pathlib import Path

from tests.faults.packaged.conditions import ENDS_PROCESS, Conditions
from tests.faults.weather import Kind

type Address = Path | int
"""A Unix socket, or a port of this machine."""

_BLOCK_BYTES = 65_536
_LIMIT_SECONDS = 60


def _socket(address: Address) -> socket.socket:
    return socket.socket(socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET, socket.SOCK_STREAM)


def _of(address: Address) -> str | tuple[str, int]:
    return str(address) if isinstance(address, Path) else ("127.0.0.1", address)


class DatabaseProxy:
    """Takes connections at `listen`, a Unix socket to make or port 0, and passes them on to a server."""

    def __init__(self, server: Address, listen: Address, conditions: Conditions) -> None:
        self._server = server
        self._conditions = conditions
        self._listener = _socket(listen)
        self._listener.bind(_of(listen))
        self._listener.listen()
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def port(self) -> int:
        """The port at which it listens."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _take(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client), closing(_socket(self._server)) as server, suppress(OSError):
            if not self._conditions.is_down:
                server.connect(_of(self._server))
                self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        awaited = False
        loses_answer = False
        while True:
            ready, _, _ = select.select([client, server], [], [])
            if server in ready:
                answer = server.recv(_BLOCK_BYTES)
                if not answer or loses_answer or (awaited and self._ends(self._conditions.strikes(), client)):
                    return
                awaited = False
                client.sendall(answer)
            elif client in ready:
                call = client.recv(_BLOCK_BYTES)
                if not call:
                    return
                if not awaited:
                    kind = self._conditions.strikes(Kind.DATABASE_DOWN, Kind.LOST_BEFORE, Kind.LOST_AFTER)
                    self._conditions.is_down |= kind is Kind.DATABASE_DOWN
                    if kind in (Kind.DATABASE_DOWN, Kind.LOST_BEFORE) or self._ends(kind, client):
                        return
                    loses_answer = kind is Kind.LOST_AFTER
                    awaited = True
                server.sendall(call)

    def _ends(self, kind: Kind | None, client: socket.socket) -> bool:
        """End the function if this fault does, and leave its call without an answer until it is gone."""
        if kind not in ENDS_PROCESS:
            return False
        self._conditions.end_process(kind)
        client.settimeout(_LIMIT_SECONDS)
        client.recv(1)
        return True

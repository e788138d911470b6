"""Receives the segments that functions send to the X-Ray daemon, and writes them to a file."""

import socket
import threading
from pathlib import Path

_LARGEST_DATAGRAM = 65_535


class TraceSink:
    """A loopback socket; each datagram becomes a line of a file."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port, for AWS_XRAY_DAEMON_ADDRESS."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def close(self) -> None:
        """Write what has arrived and stop; a second call does nothing."""
        if not self._thread.is_alive():
            return
        host, port = self._socket.getsockname()
        # An empty datagram, which no client sends, marks the end.
        self._socket.sendto(b"", (host, port))
        self._thread.join()
        self._socket.close()

    def _take(self) -> None:
        while datagram := self._socket.recv(_LARGEST_DATAGRAM):
            # The segment follows a header line.
            with self._file.open("ab") as file:
                file.write(datagram.rpartition(b"\n")[2] + b"\n")

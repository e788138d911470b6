"""TNS packets: what a connection carries before anything of a database is in it.

https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/packet.pyx
https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/connect.pyx
"""

import re
import select
import socket
import ssl
import struct
from enum import IntEnum

PROTOCOL_VERSION = 317
_HEADER = 8
_SMALLEST_SDU = 512
_END_OF_FILE = 0x0040
_NATIVE_ENCRYPTION_REQUIRED = 0x10
_CONNECT_DATA_AT = 74


class Kind(IntEnum):
    """Types of packets."""

    ACCEPT = 2
    REFUSE = 4
    DATA = 6
    MARKER = 12


class Marker(IntEnum):
    """Types of markers: the ends of a connection tell each other that a call is over before its time."""

    BREAK = 1
    RESET = 2
    INTERRUPT = 3


class HungUpError(Exception):
    """The client has closed the connection, or says that it will."""


class MarkerError(Exception):
    """A marker came where a request was expected."""

    def __init__(self, marker: Marker) -> None:
        super().__init__(marker.name)
        self.marker = marker


class Channel:
    """The packets of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._has_long_lengths = False
        self._sdu = _SMALLEST_SDU

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def has_something(self) -> bool:
        """Tell whether there is something to read, the end of the connection included."""
        if isinstance(self._connection, ssl.SSLSocket) and self._connection.pending():
            return True
        return bool(select.select([self._connection], [], [], 0)[0])

    def wait_for_the_end(self) -> None:
        """Read what comes and answer nothing, until the client hangs up."""
        while self._connection.recv(8192):
            pass

    def read(self) -> tuple[int, bytes]:
        """Give the type and the body of the next packet."""
        header = self._exactly(_HEADER)
        size = struct.unpack(">I", header[:4])[0] if self._has_long_lengths else struct.unpack(">H", header[:2])[0]
        return header[4], self._exactly(size - _HEADER)

    def data(self) -> bytes:
        """Give what the next packet carries; raises MarkerError for a marker, HungUpError at the end."""
        kind, body = self.read()
        if kind == Kind.MARKER:
            raise MarkerError(Marker(body[2]))
        if struct.unpack(">H", body[:2])[0] & _END_OF_FILE:
            raise HungUpError
        return body[2:]

    def send(self, payload: bytes) -> None:
        """Send data in as many packets as they need."""
        room = self._sdu - _HEADER - 2
        for start in range(0, len(payload), room):
            self._write(Kind.DATA, bytes(2) + payload[start : start + room])

    def mark(self, marker: Marker) -> None:
        """Send a marker."""
        self._write(Kind.MARKER, bytes([1, 0, marker]))

    def break_off(self) -> None:
        """Stop a call: the client throws away what it has read of it, and then reads an error."""
        self.mark(Marker.BREAK)
        self.mark(Marker.RESET)
        while True:
            kind, body = self.read()
            if kind == Kind.MARKER and body[2] == Marker.RESET:
                return

    def connect_data(self) -> str:
        """Read what a client connects with: the description with the service's name."""
        _, body = self.read()
        self._sdu = max(struct.unpack(">H", body[6:8])[0], _SMALLEST_SDU)
        length = struct.unpack(">H", body[16:18])[0]
        text = body[_CONNECT_DATA_AT - _HEADER :]
        # A long description comes in a packet of its own.
        return (text or self.read()[1][2:])[:length].decode()

    def accept(self, version: int = PROTOCOL_VERSION, *, demands_encryption: bool = False) -> None:
        """Take the connection; from here on, packets' lengths have 4 bytes."""
        flags = _NATIVE_ENCRYPTION_REQUIRED if demands_encryption else 0
        self._write(Kind.ACCEPT, struct.pack(">HH10xB9xI", version, 0, flags, self._sdu))
        self._has_long_lengths = True

    def refuse(self, number: int) -> None:
        """Refuse the connection as a listener does, with the error's number in the text."""
        text = f"(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR={number})(ERROR_STACK=(ERROR=(CODE={number}))))".encode()
        self._write(Kind.REFUSE, struct.pack(">BBH", 34, 0, len(text)) + text)

    def _write(self, kind: Kind, body: bytes) -> None:
        size = len(body) + _HEADER
        length = struct.pack(">I", size) if self._has_long_lengths else struct.pack(">HH", size, 0)
        self._connection.sendall(length + bytes([kind, 0, 0, 0]) + body)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self._connection.recv(size - len(data))
            if not piece:
                raise HungUpError
            data += piece
        return bytes(data)


def service_name(connect_data: str) -> str:
    """Read the service's name out of what a client connects with; empty without one."""
    found = re.search(r"\(SERVICE_NAME=([^)]*)\)", connect_data, re.IGNORECASE)
    return found[1] if found else ""

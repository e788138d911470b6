"""Which addresses a program and all that it started listen on; none but this machine's may be among them."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_LISTENING = "0A"
"""TCP_LISTEN: https://docs.kernel.org/networking/proc_net_tcp.html."""


class NotLoopbackError(AssertionError):
    """A program listens on an address that other machines may reach."""


def require_loopback(session: int) -> set[tuple[str, int]]:
    """Address and port of every listener of a session; raises NotLoopbackError where one is not on loopback."""
    found = listeners(session)
    open_to_others = sorted(
        f"{address}:{port}" for address, port in found if not ipaddress.ip_address(address).is_loopback
    )
    if open_to_others:
        raise NotLoopbackError(f"session {session} listens on {', '.join(open_to_others)}")
    return found


def listeners(session: int) -> set[tuple[str, int]]:
    """Address and port of every TCP socket that a process of the session listens on."""
    inodes = {inode for process in processes(session) for inode in _sockets(process)}
    return {(address, port) for inode, address, port in _listening() if inode in inodes}


def processes(session: int) -> list[int]:
    """The processes of a session, except those that have ended and wait to be collected."""
    found = []
    for folder in _PROC.iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):
            # The program's name is in parentheses and may hold anything; state and session follow it.
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[3]) == session and after_name[0] != "Z":
                found.append(int(folder.name))
    return found


def _sockets(process: int) -> Iterator[str]:
    with suppress(OSError):
        for descriptor in (_PROC / str(process) / "fd").iterdir():
            with suppress(OSError):
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    yield target.removeprefix("socket:[").removesuffix("]")


def _listening() -> Iterator[tuple[str, str, int]]:
    """Inode, address and port of every listening TCP socket of this machine."""
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        file = _PROC / "net" / table
        for line in file.read_text().splitlines()[1:] if file.exists() else []:
            fields = line.split()
            if fields[3] == _LISTENING:
                address, port = fields[1].split(":")
                yield fields[9], _address(address, family), int(port, 16)


def _address(digits: str, family: socket.AddressFamily) -> str:
    """The kernel prints an address in words of 32 bits, each in the byte order of the machine."""
    words = [bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8)]
    return socket.inet_ntop(family, b"".join(words))

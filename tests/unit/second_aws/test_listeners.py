"""A program that listens on an address of the network is noticed, whichever of its processes does."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.second_aws.listeners import NotLoopbackError, listeners, processes, require_loopback

_LISTEN = """
import socket, subprocess, sys
address, depth = sys.argv[1], int(sys.argv[2])
if depth:
    child = subprocess.Popen([sys.executable, __file__, address, str(depth - 1)], stdout=sys.stdout)
    sys.stdin.read()
    child.kill()
    child.wait()
else:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as server:
        print(server.getsockname()[1], flush=True)
        sys.stdin.read()
"""


@contextmanager
def listening(tmp_path: Path, address: str, depth: int = 0) -> Iterator[tuple[int, int]]:
    """The session of a program that listens, and its port."""
    script = tmp_path / "listen.py"
    script.write_text(_LISTEN)
    process = subprocess.Popen(
        [sys.executable, str(script), address, str(depth)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        line = process.stdout.readline()
        if not line:
            pytest.skip(f"this machine has no address {address}")
        yield process.pid, int(line)
    finally:
        process.communicate(timeout=30)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_loopback_is_accepted(tmp_path: Path, address: str) -> None:
    with listening(tmp_path, address) as (session, port):
        assert require_loopback(session) == {(address, port)}


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
@pytest.mark.parametrize("depth", [0, 2])
def test_an_address_of_the_network_is_refused(tmp_path: Path, address: str, depth: int) -> None:
    with listening(tmp_path, address, depth) as (session, port):
        with pytest.raises(NotLoopbackError, match=f"listens on {address}:{port}"):
            require_loopback(session)
        assert len(processes(session)) == depth + 1


def test_listeners_of_others_do_not_count(tmp_path: Path) -> None:
    with listening(tmp_path, "127.0.0.1") as (session, port), listening(tmp_path, "127.0.0.1") as (other, other_port):
        assert listeners(session) == {("127.0.0.1", port)}
        assert listeners(other) == {("127.0.0.1", other_port)}

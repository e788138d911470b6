"""Runs the listener that stands in for an Oracle: `tests/oracle_wire`, a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import oracledb
import pytest

from scripts.common.paths import REPOSITORY
from scripts.toolchain.java import MISSING, find_h2, find_java
from tests.support.postgresql import die_with_parent

LEFT_OUT = "CSVBATCH_TEST_ORACLE_WIRE"
STOP_SECONDS = 10
USER = "loader"


class OracleWireUnavailableError(RuntimeError):
    """The listener could not be started; the message says what to install."""


@dataclass(frozen=True, slots=True)
class OracleListener:
    """A running listener: its port, the password of every account, and its process."""

    port: int
    password: str
    pid: int

    def url(self, service: str, options: str = "", user: str = USER) -> str:
        """Return the address of a service, credentials included; a name that is new is a new database."""
        return f"oracle://{user}:{self.password}@127.0.0.1:{self.port}/{service}{options}"

    def connect(self, service: str, user: str = USER) -> oracledb.Connection:
        """Connect with the driver itself."""
        return oracledb.connect(
            user=user, password=self.password, host="127.0.0.1", port=self.port, service_name=service
        )


@contextmanager
def oracle_listener(tls: Path | None = None) -> Iterator[OracleListener]:
    """Run a listener for the length of the block, with TLS if a file of certificate and key is given."""
    if os.environ.get(LEFT_OUT) == "no":
        pytest.skip(f"{LEFT_OUT}=no")
    java, h2 = find_java(), find_h2(print)
    if java is None or h2 is None:
        missing = " and ".join(name for name, found in {"Java": java, "H2": h2}.items() if found is None)
        raise OracleWireUnavailableError(f"{missing} missing: {MISSING}")
    command = [sys.executable, "-m", "tests.oracle_wire", "--java", str(java), "--h2", str(h2)]
    command += ["--tls", str(tls)] if tls else []
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
    assert process.stdout is not None
    try:
        ready = process.stdout.readline()
        if not ready:
            raise OracleWireUnavailableError(f"the listener ended with status {process.wait(STOP_SECONDS)}")
        yield OracleListener(**json.loads(ready), pid=process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        process.stdout.close()


_services = count(1)


@pytest.fixture(scope="session")
def oracle() -> Iterator[OracleListener]:
    """Give a listener that all tests of the process share."""
    with oracle_listener() as running:
        yield running


@pytest.fixture
def service() -> str:
    """Give the name of a database that is this test's own."""
    return f"service_{next(_services)}"

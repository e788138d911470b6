"""A PostgreSQL server for a benchmark: durable, as production's is, with a fresh database for each contender."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.measuring import of_children
from tests.support.postgresql import Server, postgresql

# Under the default of 1 GB a load of this size would meet a checkpoint in some rounds and not in others.
_SETTINGS = ("max_wal_size = '8GB'", "checkpoint_timeout = '1h'", "shared_buffers = '512MB'")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Databases:
    """A running server."""

    server: Server

    @contextmanager
    def fresh(self, name: str = "bench") -> Iterator[str]:
        """Give the address of an empty database, which is dropped afterwards."""
        self._run(f"CREATE DATABASE {name}")
        self._run("CHECKPOINT")
        try:
            yield self.server.url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def processor(self) -> float:
        """Seconds of processors: of the server and all its backends, and of the programs run here."""
        return of_children() + self.server_processor()

    def server_processor(self) -> float:
        """Seconds of processors of the server and all its backends, those that have ended too."""
        return sum(map(seconds_of, self._processes()))

    def _processes(self) -> Iterator[int]:
        yield self.server.pid
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children")
        yield from map(int, children.read_text().split())

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def databases() -> Iterator[Databases]:
    """Run a server for the length of the block."""
    with postgresql(durable=True, settings=_SETTINGS) as server:
        yield Databases(server)


def seconds_of(pid: int) -> float:
    """What a process took, and what the children took that it waited for: see proc_pid_stat(5)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def scalar(url: str, query: str) -> Any:
    """Give the one value that a query finds."""
    with psycopg.connect(url) as connection:
        found = connection.execute(query.encode()).fetchone()
    return found and found[0]

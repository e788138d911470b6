"""The databases that schedules run over with the packaged functions, each emptied before a schedule."""

import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import Credentials, Store, Timeouts
from csvbatch.store.database import Database
from csvbatch.store.opening import open_database
from csvbatch.store.url import parse_url
from scripts.common.paths import REPOSITORY
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.runtime import LocalRuntime
from tests.faults.packaged.database_proxy import DatabaseProxy
from tests.faults.packaged.platform import USER, Platform, Release
from tests.faults.packaged.world import PackagedWorld
from tests.faults.places import empty
from tests.faults.schedule import OF_PACKAGES, Plan, What
from tests.faults.weather import Kind
from tests.support.oracle_listener import oracle_listener
from tests.support.postgresql import Server, postgresql

CONTRACTS = tuple(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
_SOCKET = ".s.PGSQL.5432"
_OF_SERVERS = frozenset({Kind.DATABASE_DOWN, Kind.LOST_BEFORE, Kind.LOST_AFTER})
_NO_ROTATION = replace(
    OF_PACKAGES, rare=tuple(what for what in OF_PACKAGES.rare if what is not What.PASSWORD_IS_ROTATED)
)
_NO_SERVER = replace(_NO_ROTATION, kinds=tuple(kind for kind in OF_PACKAGES.kinds if kind not in _OF_SERVERS))


@dataclass(frozen=True)
class PackagedArena:
    """A database behind the packaged functions.

    `password` is the first one of their user, `server` is the database's, if it is PostgreSQL. `releases` are at work
    at once; without any, that of today.
    """

    name: str
    plan: Plan
    platform: Platform
    runtime: LocalRuntime
    open: Callable[[], Database]
    password: str
    set_password: Callable[[str], None] | None = None
    server: Server | None = None
    releases: Sequence[Release] = ()

    @contextmanager
    def running(self) -> Iterator[PackagedWorld]:
        """Give an empty world; its functions may be warm from the schedule before."""
        empty(self.open(), *CONTRACTS)
        self.platform.empty_bucket()
        self.platform.put_secret(self.password)
        world = PackagedWorld(self.platform, self.runtime, self.open, self.set_password, self.releases)
        try:
            yield world
        finally:
            world.end()
            if world.rotated:
                assert self.set_password is not None, "it was rotated"
                self.set_password(self.password)
                world.recycle()


@contextmanager
def packaged_sqlite(platform: Platform) -> Iterator[PackagedArena]:
    """Give a SQLite file; it has no server, so no connection can be lost."""
    url = f"sqlite:///{platform.folder / 'store.db'}"
    with _runtime(platform, "sqlite", url) as runtime:
        yield _migrated(
            PackagedArena("sqlite, packages", _NO_SERVER, platform, runtime, _opener(url), "not-a-password")
        )


@contextmanager
def packaged_postgresql(platform: Platform) -> Iterator[PackagedArena]:
    """Give a PostgreSQL server, which the functions reach through a proxy."""
    password = secrets.token_hex(16)
    # The path of a Unix socket has about 100 characters at most, so its folder lies directly in the usual place.
    with postgresql() as server, tempfile.TemporaryDirectory(prefix="csvbatch-proxy-") as folder:

        def set_password(text: str) -> None:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute(f"ALTER ROLE {USER} PASSWORD '{text}'".encode())

        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {USER} SUPERUSER LOGIN".encode())
            # What was committed must outlive a crash of the server.
            connection.execute(f"ALTER ROLE {USER} SET synchronous_commit = on".encode())
        set_password(password)
        proxy = DatabaseProxy(server.folder / _SOCKET, Path(folder) / _SOCKET, platform.conditions)
        try:
            with _runtime(platform, "postgresql", f"postgresql:///postgres?host={folder}") as runtime:
                opener = _opener(server.url())
                made = PackagedArena(
                    name="postgresql, packages",
                    plan=OF_PACKAGES,
                    platform=platform,
                    runtime=runtime,
                    open=opener,
                    password=password,
                    set_password=set_password,
                    server=server,
                )
                yield _migrated(made)
        finally:
            proxy.close()


@contextmanager
def packaged_oracle(platform: Platform) -> Iterator[PackagedArena]:
    """Give a database behind a listener that Oracle's driver logs in to, through a proxy."""
    with oracle_listener() as listener:
        proxy = DatabaseProxy(listener.port, 0, platform.conditions)
        try:
            with _runtime(platform, "oracle", f"oracle://127.0.0.1:{proxy.port}/packaged") as runtime:
                opener = _opener(listener.url("packaged", user=USER))
                yield _migrated(
                    PackagedArena("oracle, packages", _NO_ROTATION, platform, runtime, opener, listener.password)
                )
        finally:
            proxy.close()


ARENAS = {"sqlite": packaged_sqlite, "postgresql": packaged_postgresql, "oracle": packaged_oracle}


def _runtime(platform: Platform, name: str, url: str) -> LocalRuntime:
    home = platform.folder / name
    return LocalRuntime(platform.faulty, Paths(platform.packages, home), {DATABASE_VARIABLE: url})


def _opener(url: str) -> Callable[[], Database]:
    parsed = parse_url(url)
    credentials: Credentials | None = parsed.credentials
    return lambda: open_database(parsed, credentials, Timeouts())


def _migrated(arena: PackagedArena) -> PackagedArena:
    store = Store(arena.open())
    store.migrate(CONTRACTS)
    store.close_connection()
    return arena

"""URLs of stores, and what opening one costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from csvbatch.store import Credentials, Timeouts, UrlError, open_store
from csvbatch.store.opening import open_database
from csvbatch.store.oracle.database import OracleDatabase
from csvbatch.store.postgresql.database import PostgresqlDatabase
from csvbatch.store.sqlite.database import SqliteDatabase
from csvbatch.store.url import OracleAddress, parse_url

GIVEN = Credentials("given", "by the secret")


def opened(url: str, credentials: Credentials | None = None) -> dict[str, object]:
    return vars(open_database(parse_url(url), credentials, Timeouts()))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///store.db", "store.db"),
        ("sqlite:///some/folder/store.db", "some/folder/store.db"),
        ("sqlite:////folder/store.db", "/folder/store.db"),
        ("sqlite:///a%20store.db", "a store.db"),
    ],
)
def test_a_sqlite_store_is_a_file(url: str, path: str) -> None:
    assert isinstance(open_database(parse_url(url), None, Timeouts()), SqliteDatabase)
    assert opened(url)["_path"] == Path(path)


@pytest.mark.parametrize("url", ["postgresql://host/db", "postgres://host/db"])
def test_a_postgresql_store_is_opened_by_its_own_driver(url: str) -> None:
    assert isinstance(open_database(parse_url(url), None, Timeouts()), PostgresqlDatabase)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("oracle://db.example/orcl", OracleAddress("db.example", 1521, "orcl")),
        ("oracle://db.example:1600/a.b%2Fc", OracleAddress("db.example", 1600, "a.b/c")),
        ("oracle://db.example/orcl?protocol=tcps", OracleAddress("db.example", 2484, "orcl", "tcps")),
        (
            "oracle://db.example/orcl?protocol=tcps&wallet=/opt/wallet&schema=LOADER&thick=true",
            OracleAddress("db.example", 2484, "orcl", "tcps", "/opt/wallet", "LOADER", thick=True),
        ),
        (
            "oracle://db.example/orcl?protocol=tcps&ca=/opt/ca.pem&tls_strict=false&schema=loader",
            OracleAddress("db.example", 2484, "orcl", "tcps", schema="LOADER", ca="/opt/ca.pem", tls_strict=False),
        ),
        ("oracle://db.example/orcl?wallet=&ca=&schema=", OracleAddress("db.example", 1521, "orcl")),
    ],
)
def test_an_oracle_store_has_host_port_service_and_options(url: str, address: OracleAddress) -> None:
    assert isinstance(open_database(parse_url(url), None, Timeouts()), OracleDatabase)
    assert opened(url)["_address"] == address


def test_given_credentials_go_before_those_of_the_address() -> None:
    url = "oracle://us%40er:pass%2Fword@host/orcl"
    assert opened(url)["_credentials"] == Credentials("us@er", "pass/word")
    assert opened(url, GIVEN)["_credentials"] == GIVEN
    assert opened("oracle://host/orcl")["_credentials"] is None


FORMS = (
    "use sqlite:///file.db (sqlite:////folder/file.db for an absolute path), postgresql://user@host:port/database or "
    "oracle://user@host:port/service?protocol=tcps"
)
A_FILE = f"a SQLite store is a file, after three slashes; {FORMS}"
HOST_AND_SERVICE = "an Oracle store needs a host and a service: oracle://host:port/service"
OPTIONS = "protocol, wallet, schema or thick, and with TCPS ca or tls_strict"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://host/db", f"no store is called 'mysql'; {FORMS}"),
        ("store.db", f"no store is called ''; {FORMS}"),
        ("sqlite://", A_FILE),
        ("sqlite:///:memory:", A_FILE),
        ("sqlite://store.db", A_FILE),
        ("sqlite://host/store.db", A_FILE),
        ("oracle://host", HOST_AND_SERVICE),
        ("oracle:///orcl", HOST_AND_SERVICE),
        ("oracle://host:70000/orcl", "the port is not a number from 0 to 65535"),
        ("oracle://host/orcl?protocol=udp", "protocol is 'udp': use tcp or tcps"),
        ("oracle://host/orcl?thick=yes", "thick is 'yes': use true or false"),
        ("oracle://host/orcl?protocol=tcps&tls_strict=no", "tls_strict is 'no': use true or false"),
        ("oracle://host/orcl?walet=x", f"an Oracle store has no option 'walet': use {OPTIONS}"),
        ("oracle://host/orcl?walet=", f"an Oracle store has no option 'walet': use {OPTIONS}"),
        ("oracle://host/orcl?zoo=1&walet=x", f"an Oracle store has no option 'walet': use {OPTIONS}"),
        (
            "oracle://host/orcl?schema=a-b",
            "schema is not the name of an Oracle schema: use letters, digits, _, $ and #",
        ),
        ("oracle://host/orcl?ca=/opt/ca.pem", "ca names certificates, which only TLS has: add protocol=tcps"),
        (
            "oracle://host/orcl?protocol=tcps&thick=true&ca=/opt/ca.pem",
            "ca is for thin mode: in thick mode put the certificates into a wallet, and name it with wallet=",
        ),
        ("oracle://[host/orcl", f"the database's URL cannot be read; {FORMS}"),
    ],
)
def test_an_address_that_can_not_be_used_says_why(url: str, message: str) -> None:
    with pytest.raises(UrlError) as refused:
        open_store(url)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("url", "kind", "place"),
    [
        ("sqlite:////folder/store.db", "sqlite", "sqlite database /folder/store.db"),
        ("postgres://user:secret@host:5432/db", "postgresql", "postgresql database host/db"),
        ("oracle://user:secret@host:1600/orcl?schema=loader", "oracle", "oracle database host/orcl"),
    ],
)
def test_a_url_names_kind_and_place_without_the_password(url: str, kind: str, place: str) -> None:
    parsed = parse_url(url)
    assert (parsed.kind, parsed.place) == (kind, place)
    assert "secret" not in repr(parsed)


def test_a_sqlite_store_is_new_until_its_file_has_content(tmp_path: Path) -> None:
    url = parse_url(f"sqlite:///{tmp_path}/store.db")
    assert url.is_new_sqlite
    (tmp_path / "store.db").touch()
    assert url.is_new_sqlite
    (tmp_path / "store.db").write_text("x")
    assert not url.is_new_sqlite
    assert not parse_url("postgresql://host/db").is_new_sqlite


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Credentials("user", "secret"))
    with pytest.raises(UrlError) as caught:
        open_store("oracle://user:secret@host:70000/orcl")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "driver"),
    [("sqlite:///store.db", "sqlite3"), ("postgresql://host/db", "psycopg"), ("oracle://host/orcl", "oracledb")],
)
def test_a_store_imports_its_own_driver_and_nothing_else_that_is_slow(url: str, driver: str) -> None:
    slow = {"sqlite3", "psycopg", "oracledb", "pydantic", "yaml", "boto3"}
    program = f"import sys; from csvbatch.store import open_store; open_store({url!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert slow & set(done.stdout.split()) == {driver}

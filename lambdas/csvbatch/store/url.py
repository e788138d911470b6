"""Reads the URL of a store: which database it is of, where that database is, and which credentials the URL has."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from csvbatch.store.database import Credentials
from csvbatch.store.errors import UrlError
from csvbatch.store.sql_dialect import DatabaseKind

_FORMS = (
    "use sqlite:///file.db (sqlite:////folder/file.db for an absolute path), "
    "postgresql://user@host:port/database or oracle://user@host:port/service?protocol=tcps"
)
_PORTS = {"tcp": 1521, "tcps": 2484}
_OPTIONS = "protocol, wallet, schema or thick, and with TCPS ca or tls_strict"
# https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/Database-Object-Names-and-Qualifiers.html
_SCHEMA = re.compile(r"[A-Za-z][A-Za-z0-9_$#]{0,127}")


@dataclass(frozen=True, slots=True)
class OracleAddress:
    """Host, port and service of an Oracle database, and how to connect to it.

    `wallet` is a folder with `ewallet.pem`; `ca` is a file of certificates to trust, in PEM. `schema` is the schema of
    unqualified table names, in upper case. `tls_strict` says whether certificates are checked as Python 3.13 does.
    """

    host: str
    port: int
    service: str
    protocol: str = "tcp"
    wallet: str | None = None
    schema: str | None = None
    thick: bool = False
    ca: str | None = None
    tls_strict: bool = True


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A URL of a store in its parts.

    `address` is what the database's own code connects to: SQLite's file, PostgreSQL's URL, Oracle's address. `place`
    is for messages and has no password in it. `credentials` is None if the URL names no user.
    """

    kind: DatabaseKind
    address: Path | str | OracleAddress = field(repr=False)
    place: str
    credentials: Credentials | None

    @property
    def sqlite_file(self) -> Path | None:
        """The file of a SQLite database; None for another database."""
        return self.address if isinstance(self.address, Path) else None

    @property
    def is_new_sqlite(self) -> bool:
        """Whether this is a SQLite database whose file does not exist, or is empty."""
        path = self.sqlite_file
        return path is not None and (not path.exists() or (path.is_file() and not path.stat().st_size))


def parse_url(url: str) -> StoreUrl:
    """Read the URL of a store; raises UrlError, whose message shows no password.

    Oracle's URL is `oracle://host:port/service?…` with these options, all of them optional: `protocol=tcps` (the
    default is tcp), `wallet=FOLDER`, `ca=FILE`, `tls_strict=false`, `schema=OWNER`, `thick=true`. In thick mode
    Oracle's client reads only the wallet. The secret may have a certificate authority as well, see `oracle.tls`.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UrlError(f"the database's URL cannot be read; {_FORMS}") from None
    address: Path | str | OracleAddress
    match parts.scheme:
        case "sqlite":
            kind, address = DatabaseKind.SQLITE, _sqlite_file(parts)
        case "postgresql" | "postgres":
            kind, address = DatabaseKind.POSTGRESQL, url
        case "oracle":
            kind, address = DatabaseKind.ORACLE, _oracle_address(parts)
        case other:
            raise UrlError(f"no store is called {other!r}; {_FORMS}")
    place = address if isinstance(address, Path) else f"{parts.hostname or ''}{parts.path}"
    return StoreUrl(kind, address, f"{kind} database {place}", _credentials(parts))


def _credentials(parts: SplitResult) -> Credentials | None:
    if not parts.username:
        return None
    return Credentials(unquote(parts.username), unquote(parts.password or ""))


def _sqlite_file(parts: SplitResult) -> Path:
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not path or path == ":memory:":
        raise UrlError(f"a SQLite store is a file, after three slashes; {_FORMS}")
    return Path(path)


def _oracle_address(parts: SplitResult) -> OracleAddress:
    service = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not service:
        raise UrlError("an Oracle store needs a host and a service: oracle://host:port/service")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    protocol = options.pop("protocol", "tcp")
    if protocol not in _PORTS:
        raise UrlError(f"protocol is {protocol!r}: use tcp or tcps")
    address = OracleAddress(
        host=parts.hostname,
        port=_port(parts) or _PORTS[protocol],
        service=service,
        protocol=protocol,
        wallet=options.pop("wallet", None) or None,
        schema=_schema(options.pop("schema", "")),
        thick=_is_true("thick", options.pop("thick", "false")),
        ca=options.pop("ca", None) or None,
        tls_strict=_is_true("tls_strict", options.pop("tls_strict", "true")),
    )
    if options:
        raise UrlError(f"an Oracle store has no option {min(options)!r}: use {_OPTIONS}")
    if address.ca and address.protocol != "tcps":
        raise UrlError("ca names certificates, which only TLS has: add protocol=tcps")
    if address.ca and address.thick:
        raise UrlError(
            "ca is for thin mode: in thick mode put the certificates into a wallet, and name it with wallet="
        )
    return address


def _is_true(option: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise UrlError(f"{option} is {value!r}: use true or false")
    return value == "true"


def _schema(name: str) -> str | None:
    if name and not _SCHEMA.fullmatch(name):
        raise UrlError("schema is not the name of an Oracle schema: use letters, digits, _, $ and #")
    return name.upper() or None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise UrlError("the port is not a number from 0 to 65535") from None

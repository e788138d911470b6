"""Where an Oracle database is and how it is talked to, read from the address of a store."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote

from csvbatch.store.errors import UrlError

_PORTS = {"tcp": 1521, "tcps": 2484}
_OPTIONS = "protocol, wallet, schema or thick, and with TCPS ca or tls_strict"
# https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/Database-Object-Names-and-Qualifiers.html
_SCHEMA = re.compile(r"[A-Za-z][A-Za-z0-9_$#]{0,127}")


@dataclass(frozen=True, slots=True)
class OracleAddress:
    """Host, port and service.

    `wallet` is a folder with `ewallet.pem`; `ca` is a file of certificates to trust, in PEM. `schema` is what bare
    names of tables belong to, in upper case. `tls_strict` says whether certificates are checked as Python 3.13 does.
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


def oracle_address(parts: SplitResult) -> OracleAddress:
    """Read `oracle://host:port/service?…`; raises `UrlError`.

    The options, each of which may be left out: `protocol=tcps` (else tcp), `wallet=FOLDER`, `ca=FILE`,
    `tls_strict=false`, `schema=OWNER`, `thick=true`. A certificate authority may be given by the secret too, see
    `oracle_tls`. In thick mode Oracle's client reads only the wallet.
    """
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

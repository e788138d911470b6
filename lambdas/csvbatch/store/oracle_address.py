"""Where an Oracle database is and how it is talked to, read from the address of a store."""

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote

from csvbatch.store.errors import UrlError

_PORTS = {"tcp": 1521, "tcps": 2484}


@dataclass(frozen=True, slots=True)
class OracleAddress:
    """Host, port and service; `wallet` is a folder, `schema` what bare names of tables belong to."""

    host: str
    port: int
    service: str
    protocol: str = "tcp"
    wallet: str | None = None
    schema: str | None = None
    thick: bool = False


def oracle_address(parts: SplitResult) -> OracleAddress:
    """Read `oracle://host:port/service?protocol=tcps&wallet=…&schema=…&thick=true`; raises `UrlError`."""
    service = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not service:
        raise UrlError("an Oracle store needs a host and a service: oracle://host:port/service")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    protocol = options.pop("protocol", "tcp")
    if protocol not in _PORTS:
        raise UrlError(f"protocol is {protocol!r}: use tcp or tcps")
    thick = options.pop("thick", "false")
    if thick not in ("true", "false"):
        raise UrlError(f"thick is {thick!r}: use true or false")
    address = OracleAddress(
        host=parts.hostname,
        port=_port(parts) or _PORTS[protocol],
        service=service,
        protocol=protocol,
        wallet=options.pop("wallet", None),
        schema=options.pop("schema", None),
        thick=thick == "true",
    )
    if options:
        raise UrlError(f"an Oracle store has no option {min(options)!r}: use protocol, wallet, schema or thick")
    return address


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise UrlError("the port is not a number from 0 to 65535") from None

"""A certificate authority that signs one server certificate and is then forgotten."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

_LIFETIME = timedelta(days=397)
_CLOCK_SKEW = timedelta(hours=1)


def server_context(ca_file: Path) -> ssl.SSLContext:
    """A TLS context for 127.0.0.1 and localhost; `ca_file` gets the certificate that clients have to trust.

    Both keys are on the curve P-256. The authority's private key is never written to disk. OpenSSL reads the server's
    from a file, so trustme writes it to a temporary one that only this user can read, and removes it at once.
    """
    authority = trustme.CA(path_length=0, organization_name="csvbatch", organization_unit_name="local AWS")
    now = datetime.now(UTC)
    certificate = authority.issue_cert(
        "127.0.0.1",
        "localhost",
        common_name="localhost",
        organization_name="csvbatch",
        not_before=now - _CLOCK_SKEW,
        not_after=now + _LIFETIME,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    authority.cert_pem.write_to_path(ca_file)
    return context

"""Which certificates to trust for TLS with Oracle, if no public authority has signed the database's certificate.

Trusted are, in this order: the certificates in the secret (its field `ca_pem`, PEM text), the file that the
address names (`ca=/var/task/…`, a bundle in PEM that is packaged with the function, as for Amazon RDS), the wallet's
(`wallet=` a folder with `ewallet.pem`, which may hold a client's certificate as well), and else the public authorities
of the machine. https://python-oracledb.readthedocs.io/en/latest/user_guide/connection_handling.html#tlsconn
"""

import ssl

from csvbatch.store.errors import StoreError
from csvbatch.store.url import OracleAddress


def tls_context(address: OracleAddress, ca_pem: str | None) -> ssl.SSLContext | None:
    """Give the TLS context for the connection; None if the driver's default is right.

    Raises StoreError (CA_BUNDLE) for certificates that cannot be read.
    """
    if address.protocol != "tcps" or address.thick:
        return None
    if not (ca_pem or address.ca or not address.tls_strict):
        return None
    source = "the secret's field ca_pem" if ca_pem else str(address.ca)
    try:
        context = ssl.create_default_context(cafile=None if ca_pem else address.ca, cadata=ca_pem or None)
    except (OSError, ValueError):
        raise StoreError(
            "CA_BUNDLE",
            f"the certificates in {source} cannot be read",
            "give certificates of authorities in PEM, each from BEGIN CERTIFICATE to END CERTIFICATE",
        ) from None
    if not address.tls_strict:
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_UNKNOWN_AUTHORITY = {18, 19, 20, 21}
_NOT_YET_VALID, _EXPIRED = 9, 10
# From here on are what X509_V_FLAG_X509_STRICT checks, which Python sets by default from 3.13 on.
# https://docs.python.org/3/whatsnew/3.13.html#ssl
_STRICT = range(79, 95)


def certificate_advice(error: ssl.SSLCertVerificationError) -> str:
    """Give advice on a certificate that was not accepted."""
    code = error.verify_code
    if code in _UNKNOWN_AUTHORITY:
        return (
            "the authority that signed the database's certificate is not known here: put its certificate into the "
            "secret's field ca_pem, or name a file with ca= or a wallet's folder with wallet= in the address"
        )
    if code in (_NOT_YET_VALID, _EXPIRED):
        return "the database's certificate is not valid today: have it renewed"
    if code in _STRICT:
        return (
            f"a certificate breaks RFC 5280 ({error.verify_message}), which Python checks from 3.13 on, as key usage "
            "of an authority: have the authority's certificate reissued, or add tls_strict=false to the address"
        )
    return f"the database's certificate was not accepted ({error.verify_message})"

"""A certificate authority of a test's own, as a company has one, and a server's certificate that it signed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Its certificate in PEM, and a file with the certificate and key of a server on this machine."""

    pem: str
    server_file: Path


def authority(folder: Path, *, key_usage: bool = True, expired: bool = False) -> Authority:
    """Make an authority, without the key usage that RFC 5280 demands of it if so wanted, and a server's certificate."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A Company")])
    key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    builder = _builder(name, name, key, now - 9 * _DAY, now + 9 * _DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if key_usage:
        builder = builder.add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
        )
    certificate = builder.sign(key, hashes.SHA256())
    host = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    ends = now - _DAY if expired else now + 9 * _DAY
    server = (
        _builder(host, name, server_key, now - 9 * _DAY, ends)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + server.public_bytes(serialization.Encoding.PEM)
    )
    return Authority(certificate.public_bytes(serialization.Encoding.PEM).decode(), file)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )

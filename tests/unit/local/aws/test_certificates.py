import ssl
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from scripts.local.aws.certificates import server_context


def _handshake(server: ssl.SSLContext, ca_file: Path, name: str) -> x509.Certificate:
    """Shake hands in memory as a strict client; the server's certificate, once it was accepted."""
    trusting = ssl.create_default_context(cafile=str(ca_file))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_side = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    server_side = server.wrap_bio(to_server, to_client, server_side=True)
    waiting: list[Any] = [client_side, server_side]
    for _ in range(10):
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass
        if not waiting:
            certificate = client_side.getpeercert(binary_form=True)
            assert certificate
            return x509.load_der_x509_certificate(certificate)
    raise AssertionError("the handshake does not end")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_strict_client_trusts_the_server_by_address_and_by_name(tmp_path: Path, name: str) -> None:
    context = server_context(tmp_path / "ca.pem")

    certificate = _handshake(context, tmp_path / "ca.pem", name)

    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 397


@pytest.mark.parametrize("name", ["127.0.0.2", "example.com"])
def test_no_other_name_is_trusted(tmp_path: Path, name: str) -> None:
    context = server_context(tmp_path / "ca.pem")

    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(context, tmp_path / "ca.pem", name)


def test_no_private_key_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    load = ssl.SSLContext.load_cert_chain

    def noting(self: ssl.SSLContext, certfile: str, *rest: Any) -> None:
        modes.append(stat.S_IMODE(Path(certfile).stat().st_mode))
        load(self, certfile, *rest)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", noting)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    server_context(tmp_path / "ca.pem")

    assert modes == [0o600]
    assert [path.name for path in tmp_path.iterdir()] == ["ca.pem"]
    assert "PRIVATE KEY" not in (tmp_path / "ca.pem").read_text()

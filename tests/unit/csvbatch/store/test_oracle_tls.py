"""Databases whose certificate was signed by a company's own authority, and what is said where that is not trusted."""

from pathlib import Path

import pytest

from csvbatch.store import Credentials, StoreError, open_store
from tests.support.authority import Authority, authority
from tests.support.oracle_listener import USER, oracle_listener

BUSY = 12516
"""What a listener that was reached answers here: with its number in the error, TLS has been passed."""


def outcome(made: Authority, options: str = "", ca_pem: str | None = None) -> StoreError:
    with oracle_listener(made.server_file) as listener:
        url = f"oracle://127.0.0.1:{listener.port}/ORA-{BUSY}?protocol=tcps{options}"
        with pytest.raises(StoreError) as caught:
            open_store(url, Credentials("user", "password", ca_pem)).latest_batches(1)
    return caught.value


def test_a_session_works_over_tls_with_an_authority_of_ones_own(tmp_path: Path) -> None:
    made = authority(tmp_path)
    with oracle_listener(made.server_file) as listener:
        url = f"oracle://127.0.0.1:{listener.port}/service?protocol=tcps"
        store = open_store(url, Credentials(USER, listener.password, made.pem))
        store.migrate([])
        assert store.latest_batches(1) == []
        store.close_connection()


def test_an_authority_that_is_not_known_is_said_with_where_to_put_its_certificate(tmp_path: Path) -> None:
    failure = outcome(authority(tmp_path))
    assert (failure.code, failure.reason) == ("DPY-6005", "Oracle's certificate was not accepted")
    assert failure.advice.startswith("the authority that signed the database's certificate is not known here")
    assert "ca_pem" in failure.advice


def test_an_authority_may_be_given_in_the_secret(tmp_path: Path) -> None:
    made = authority(tmp_path)
    assert outcome(made, ca_pem=made.pem).code == f"ORA-{BUSY}"


def test_an_authority_may_be_given_as_a_file(tmp_path: Path) -> None:
    made = authority(tmp_path)
    (tmp_path / "ca.pem").write_text(made.pem)
    assert outcome(made, f"&ca={tmp_path}/ca.pem").code == f"ORA-{BUSY}"


def test_an_authority_may_be_given_in_a_wallet(tmp_path: Path) -> None:
    made = authority(tmp_path)
    (tmp_path / "ewallet.pem").write_text(made.pem)
    assert outcome(made, f"&wallet={tmp_path}").code == f"ORA-{BUSY}"


def test_the_secrets_authority_goes_before_the_files(tmp_path: Path) -> None:
    made = authority(tmp_path)
    assert outcome(made, "&ca=/no/such/file", made.pem).code == f"ORA-{BUSY}"


def test_an_authority_without_key_usage_is_explained_and_may_be_allowed(tmp_path: Path) -> None:
    """Python's TLS is strict about that from 3.13 on, and companies' older authorities lack it."""
    made = authority(tmp_path, key_usage=False)
    failure = outcome(made, ca_pem=made.pem)
    assert failure.code == "DPY-6005"
    assert "which Python checks from 3.13 on, as key usage of an authority" in failure.advice
    assert "tls_strict=false" in failure.advice
    assert outcome(made, "&tls_strict=false", made.pem).code == f"ORA-{BUSY}"


def test_not_to_be_strict_is_not_to_trust_anybody(tmp_path: Path) -> None:
    assert outcome(authority(tmp_path), "&tls_strict=false").code == "DPY-6005"


def test_a_certificate_that_has_expired_is_said_to_have(tmp_path: Path) -> None:
    made = authority(tmp_path, expired=True)
    assert "is not valid today" in outcome(made, ca_pem=made.pem).advice


@pytest.mark.parametrize("text", ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_certificates_that_can_not_be_read_are_said_to_be_so(tmp_path: Path, text: str) -> None:
    failure = outcome(authority(tmp_path), ca_pem=text)
    assert (failure.code, failure.reason) == (
        "CA_BUNDLE",
        "the certificates in the secret's field ca_pem cannot be read",
    )
    assert "AAAA" not in str(failure)


def test_a_file_of_certificates_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "/no/such/file cannot be read" in outcome(authority(tmp_path), "&ca=/no/such/file").reason

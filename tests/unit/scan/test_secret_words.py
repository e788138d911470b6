import pytest

from scripts.scan.secret_words import looks_like_a_secret, names_a_secret, reads_a_secret


@pytest.mark.parametrize("name", ["password", "ORACLE_PASSWORD", "db_passwd", "API_KEY", "auth_token", "secret"])
def test_a_secret_is_told_by_its_name(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize("name", ["secret_arn", "CSVBATCH_SECRET_ARN", "secret_name", "kms_key_arn", "queue_url"])
def test_what_only_names_a_secret_is_none(name: str) -> None:
    assert not names_a_secret(name)


@pytest.mark.parametrize(
    "text", ["oracle://loader:not-a-password@host:2484/CSV", "AKIA" + "A" * 16, "-----BEGIN RSA PRIVATE KEY-----"]
)
def test_a_secret_is_told_by_its_looks(text: str) -> None:
    assert looks_like_a_secret(text)


@pytest.mark.parametrize("text", ["oracle://${var.oracle.host}:${var.oracle.port}/CSV", "arn:aws:s3:::data", ""])
def test_an_address_without_a_password_is_no_secret(text: str) -> None:
    assert not looks_like_a_secret(text)


def test_an_expression_that_takes_the_value_of_a_secret_is_told() -> None:
    assert reads_a_secret("data.aws_secretsmanager_secret_version.oracle.secret_string")
    assert not reads_a_secret("aws_secretsmanager_secret.this.arn")

import shlex
from pathlib import Path

import pytest

from scripts.local.aws.environment import Endpoint, applied, shell_lines

ENDPOINT = Endpoint("123456789012", "eu-west-2", "https://127.0.0.1:4566", Path("/state/it's here/ca.pem"))


def test_tools_are_led_to_the_endpoint_with_made_up_credentials() -> None:
    environment = applied(ENDPOINT, {"PATH": "/bin"})

    assert environment["PATH"] == "/bin"
    assert environment["AWS_ENDPOINT_URL"] == "https://127.0.0.1:4566"
    assert environment["AWS_CA_BUNDLE"] == "/state/it's here/ca.pem"
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-west-2"
    assert environment["CSVBATCH_AWS"] == "local"
    assert "NOTAREAL" in environment["AWS_ACCESS_KEY_ID"]
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_S3_ENDPOINT",
        "AWS_STS_ENDPOINT",
        "TF_AWS_STS_ENDPOINT",
    ],
)
def test_what_would_lead_elsewhere_is_taken_away(name: str) -> None:
    inherited = {name: "elsewhere"}

    assert name not in applied(ENDPOINT, inherited)
    assert f"unset {name}" in shell_lines(ENDPOINT, inherited)


def test_endpoint_that_was_set_before_is_replaced() -> None:
    assert applied(ENDPOINT, {"AWS_ENDPOINT_URL": "https://other"})["AWS_ENDPOINT_URL"] == ENDPOINT.url


@pytest.mark.parametrize(
    ("inherited", "expected"),
    [
        ({}, "127.0.0.1"),
        ({"NO_PROXY": "intranet"}, "intranet,127.0.0.1"),
        ({"no_proxy": "intranet,127.0.0.1"}, "intranet,127.0.0.1"),
    ],
)
def test_no_proxy_stands_between(inherited: dict[str, str], expected: str) -> None:
    environment = applied(ENDPOINT, inherited)

    assert environment["NO_PROXY"] == environment["no_proxy"] == expected


def test_shell_lines_quote_what_a_shell_would_change() -> None:
    exported = [shlex.split(line)[1] for line in shell_lines(ENDPOINT, {}) if line.startswith("export")]

    assert "AWS_CA_BUNDLE=/state/it's here/ca.pem" in exported

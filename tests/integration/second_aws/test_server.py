"""MiniStack as `make second-aws` starts it: on this machine only, with IAM, and gone afterwards."""

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.common import environments
from scripts.toolchain.pythons import build_second_aws
from tests.second_aws import server
from tests.second_aws.listeners import processes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    build_second_aws(print)


def test_it_listens_on_this_machine_only_and_leaves_no_process(tmp_path: Path) -> None:
    with server.running(environments.default(), tmp_path) as ministack:
        port = urlsplit(ministack.endpoint.url).port
        assert ministack.require_loopback() == {("127.0.0.1", port)}
    assert processes(ministack.pid) == []


def test_it_speaks_tls_with_a_certificate_of_its_own_and_checks_credentials(tmp_path: Path) -> None:
    with server.running(environments.default(), tmp_path) as ministack:
        port = urlsplit(ministack.endpoint.url).port
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain, pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")
        stranger = boto3.client(
            "sqs",
            endpoint_url=ministack.endpoint.url,
            region_name=ministack.endpoint.region,
            verify=str(ministack.endpoint.ca_bundle),
            aws_access_key_id="AKIAMADEUPANDUNKNOWN",
            aws_secret_access_key="not-a-real-one",
            config=Config(retries={"total_max_attempts": 1}),
        )
        with pytest.raises(ClientError):
            stranger.list_queues()

"""Whatever talks to the local AWS reaches it where the environment names a proxy for everything."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.local.aws import environment
from scripts.local.aws.server import LocalAws
from scripts.local.runtime import cli as local_runtime
from scripts.local.runtime.aws import Aws
from scripts.terragrunt import runner
from tests.support.platform import TOOLCHAIN
from tests.support.proxies import dead_proxies

LIMIT_SECONDS = 180
CONFIGURATION = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
data "aws_caller_identity" "this" {}
output "account_id" { value = data.aws_caller_identity.this.account_id }
"""
ASKS_BOTH = """
import boto3, os, ssl, urllib.request
print(boto3.client("sts").get_caller_identity()["Account"])
tls = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
print(urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/moto-api/", context=tls, timeout=60).status)
"""


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What this process and those that it starts find in their environment."""
    with dead_proxies() as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield variables


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    environment = environments.default()
    with LocalAws(environment.name, environment.account_id, environment.region) as server:
        yield server


@pytest.mark.usefixtures("proxies")
def test_clients_of_the_runtime_and_the_demo(aws: LocalAws) -> None:
    answer = Aws(aws.endpoint).client("sts").get_caller_identity()
    assert answer["Account"] == aws.endpoint.account_id


def test_local_runtime(aws: LocalAws, proxies: dict[str, str], tmp_path: Path) -> None:
    del proxies
    options = ["--state-dir", str(aws.state.path.parent), "--home", str(tmp_path), "drain"]
    assert local_runtime.main(options) == 0


def test_shell_that_is_pointed_at_it(aws: LocalAws, proxies: dict[str, str]) -> None:
    script = 'eval "$("$1" -m scripts.local.aws.cli env dev --state-dir "$2")" && exec "$1" -c "$3"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, str(aws.state.path.parent), ASKS_BOTH],
        env={**os.environ, **proxies},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.stdout.split() == [aws.endpoint.account_id, "200"], done.stderr


@pytest.mark.usefixtures("proxies")
def test_terragrunt(aws: LocalAws) -> None:
    runner.bootstrap(environments.default(), aws.environment)
    tables = Aws(aws.endpoint).client("dynamodb").list_tables()["TableNames"]
    assert len(tables) == 1


@pytest.mark.usefixtures("proxies")
def test_terraform_and_its_provider(aws: LocalAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    variables = {**aws.environment, "TF_CLI_CONFIG_FILE": TOOLCHAIN["cli_configuration"]}
    for arguments in (("init", "-no-color"), ("plan", "-no-color", "-input=false")):
        done = subprocess.run(
            [TOOLCHAIN["engine"], *arguments],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert f'"{aws.endpoint.account_id}"' in done.stdout


@pytest.mark.parametrize(
    ("inherited", "expected"),
    [
        ({"no_proxy": "one", "NO_PROXY": "two, one"}, "one,two,127.0.0.1"),
        ({"NO_PROXY": "*"}, "*"),
        ({"no_proxy": " , "}, "127.0.0.1"),
    ],
)
def test_hosts_that_need_no_proxy_are_kept(inherited: dict[str, str], expected: str) -> None:
    assert environment.hosts_without_proxy(inherited) == expected
